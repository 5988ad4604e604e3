"""The numbers of a sum in the colour of what they measure: the map, the window, the step, the zeros around."""

from collections.abc import Mapping

from cnn_core.design.arithmetic import Role

COLOURS: dict[Role, str] = {"map": "violet", "window": "orange", "step": "blue", "padding": "green"}


def marked(role: Role, text: str) -> str:
    """A number of a sum, as Markdown."""
    return f":{COLOURS[role]}[**{text}**]"


def legend(names: Mapping[Role, str]) -> str:
    """What each colour stands for, in a line of Markdown."""
    return " · ".join(f":{COLOURS[role]}[■ {name}]" for role, name in names.items())

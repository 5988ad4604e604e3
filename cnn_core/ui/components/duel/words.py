"""The words on a duel's board, in the visitor's language."""

from cnn_core.language import _


def duel_words() -> dict[str, str]:
    """By its name in the JavaScript, each text; the names in braces are filled in there."""
    return {
        "bothSee": _("Both networks see"),
        "dragIt": _("Drag it, or use arrow keys."),
        "field": _("What both networks see. Arrow keys move the digit, Escape puts it back in the middle."),
        "back": _("Back to the middle"),
        "inTheMiddle": _("In the middle"),
        "right": _("{n} px right"),
        "left": _("{n} px left"),
        "down": _("{n} px down"),
        "up": _("{n} px up"),
        "predicts": _("{name} predicts {predicted}, {percent}."),
        "darker": _("Every place of the digit: the more colour, the surer of a {digit}."),
        "digitIs": _("Your digit is"),
        "mapLabel": _("{name} still predicts your digit at {still} of {count} places."),
    }

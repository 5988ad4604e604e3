"""What it looks for: gradient ascent from noise, for one filter, all of a layer, or a class; live while it climbs."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn_core.engine.work.insight import Ascent, Climbed
from cnn_core.figures.images import data_url, enlarged
from cnn_core.language import N_, _
from cnn_core.lessons import facts
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.pictures import sheet
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.kit.wording import literal
from cnn_core.ui.use.subject import Subject, convolutions

ONE, ALL, LAYERS, CLASS = "one", "all", "layers", "class"
WHAT = {
    ONE: N_("One filter"),
    ALL: N_("All filters of the layer"),
    LAYERS: N_("Shallow to deep"),
    CLASS: N_("A class"),
}
MOST_AT_ONCE = 64
"""Filters of a contact sheet."""
LARGE, SMALL = 224, 72  # px
MOST_SEED = 9999
STEPS = tuple(range(10, 301, 10))
SIDE_BY_SIDE, OF_EACH = 3, 9
"""Layers beside each other, and filters of each."""
Target = tuple[int, tuple[int, ...]]
"""The place of a layer, and which of its units."""
_REACHED: Slot[list[Climbed] | None] = Slot("inside.reached", None)
"""Of each wish, what was reached."""


def ascent_board(subject: Subject) -> None:
    """What to climb for, how, and what comes of it."""
    what, targets = _choose(subject)
    how = _how()
    wished = [f"{layer}-{units[0]}-{len(units)}" for layer, units in targets]
    wish = "-".join([subject.model.key, *wished, *map(str, how.values())])
    slot = _REACHED.of(wish)
    found = jobs.offer(
        f"inside-climb-{wish}",
        _("Climb"),
        lambda: services.engine().begin(Ascent(*subject.about[:2], targets, how)),
        _climbing,
        partial=lambda reached: _show(reached, targets),
        icon=":material/landscape:",
        type="primary",
    )
    if found is not None:
        slot.put(found)
    if reached := slot.get():
        _show(reached, targets)
        before, after = (np.concatenate([getattr(sheet, when) for sheet in reached]) for when in ("before", "after"))
        least = int(np.argmin(after - before))
        record(facts.Climbed(float(before[least]), float(after[least])))
    elif what == CLASS:
        st.caption(_("For a class, its score is raised, before the softmax. The image need not look like the class."))


def _climbing(fraction: float) -> str:
    return _("Climbing: {fraction:.0%}", fraction=fraction)


def _choose(subject: Subject) -> tuple[str, tuple[Target, ...]]:
    """What is wanted, and of which layers which units."""
    kinds = list(WHAT)
    what = st.segmented_control(
        _("What for"),
        kinds,
        default=asked("what", ONE, kinds),
        format_func=lambda kind: _(WHAT[kind]),
        required=True,
        key="inside-what",
    )
    carry(what=what)
    if what == ALL:
        return what, ((subject.report.index, tuple(range(min(subject.units, MOST_AT_ONCE)))),)
    if what == LAYERS:
        return what, _side_by_side(subject)
    if what == CLASS:
        names, key = subject.data.class_names, f"inside-climb-class-{subject.data.name}"
        labels = list(range(len(names)))
        first, title = asked("of", 0, labels, key), lambda one: literal(names[one])
        label = st.selectbox(_("Class"), labels, first, format_func=title, key=key, width=180)
        carry(of=label)
        return what, ((len(subject.model.network.opened().layers) - 1, (label,)),)
    key = f"inside-climb-filter-{subject.key}"
    first = asked("filter", 1, range(1, subject.units + 1), key)
    number = st.number_input(_("Filter, of {count}", count=subject.units), 1, subject.units, first, key=key, width=180)
    carry(filter=number)
    return what, ((subject.report.index, (number - 1,)),)


def _side_by_side(subject: Subject) -> tuple[Target, ...]:
    """The first, the middle and the last of its layers with maps, and some filters of each."""
    reports = convolutions(subject.model.network)
    chosen = sorted({round(place) for place in np.linspace(0, len(reports) - 1, SIDE_BY_SIDE)})
    counts = [(reports[place].index, min(reports[place].output_shape[-1], OF_EACH)) for place in chosen]
    return tuple((place, tuple(range(count))) for place, count in counts)


def _how() -> dict[str, float]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = st.slider(_("Steps"), 10, 300, asked("steps", 100, STEPS), 10, key="inside-steps", width=200)
        size = st.slider(_("Size of a step"), 1, 20, asked("size", 4, range(1, 21)), key="inside-size", width=160)
        blur = st.slider(_("Blur, px"), 0, 3, asked("blur", 0, range(4)), key="inside-blur", width=140)
        jitter = st.slider(_("Jitter, px"), 0, 8, asked("jitter", 0, range(9)), key="inside-jitter", width=140)
        seed = st.number_input(
            _("Seed"), 0, MOST_SEED, asked("seed", 0, range(MOST_SEED + 1)), key="inside-seed", width=130
        )
    carry(steps=steps, size=size, blur=blur, jitter=jitter, seed=seed)
    return {"steps": steps, "step": size, "blur": blur, "jitter": jitter, "seed": seed}


def _show(reached: Sequence[Climbed], targets: Sequence[Target]) -> None:
    """One large image with its numbers, a contact sheet, or those of several layers beside each other."""
    if len(targets) == 1:
        _climbed(reached[0])
        return
    for column, (place, _units), one in zip(st.columns(len(targets)), targets, reached, strict=False):
        with column:
            st.markdown(_("**Layer {number}**", number=place + 1))
            _climbed(one)


def _climbed(climbed: Climbed) -> None:
    images, before, after = climbed
    if len(images) == 1:
        picture, numbers = st.columns([1, 2], vertical_alignment="center")
        times = max(1, LARGE // images.shape[1])
        picture.image(data_url(enlarged(images[0], times)), width=LARGE, alt=_("What excites it most"))
        with numbers:
            st.metric(_("Mean activation"), f"{after[0]:.3f}", f"{after[0] - before[0]:+.3f}")
            st.caption(_("Before, on noise: {value:.3f}.", value=float(before[0])))
        return
    times = max(1, -(-SMALL // images.shape[1]))
    captions = [f"{number}: {value:.2f}" for number, value in enumerate(after, start=1)]
    alts = [_("What excites filter {number}", number=number) for number in range(1, len(images) + 1)]
    sheet([enlarged(image, times) for image in images], captions, alts, SMALL)

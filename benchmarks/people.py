"""A person of a class, without a browser: designs, trains a short run, draws and watches, over and over."""

import asyncio
import base64
import io
import random
import secrets
import time
from collections.abc import Awaitable
from typing import NamedTuple

from PIL import Image, ImageDraw

from benchmarks.visitor import Visitor
from tests.browser.server import Server

WATCHED = ("board", "runs", "")
"""Pages that everybody looks at in turn, by their addresses: what the class shows on its projector belongs here."""
THINKS = (1.0, 5.0)  # seconds between two clicks of a person
LOOKS = 8.0  # seconds before a page that refreshes itself
EPOCHS = (4.0, 6.0, 8.0)  # of a short run
STROKES = 3
SIDE = 280  # px of the pad


class Click(NamedTuple):
    """What somebody did, when it was answered, and how many seconds that took."""

    what: str
    at: float
    seconds: float


class Person:
    """Number so and so of the class, with habits of their own."""

    def __init__(self, server: Server, number: int):
        self.clicks: list[Click] = []
        self.visitor = Visitor(server)
        self._name, self._random = f"Person {number}", random.Random(number)
        self._own = ""  # the address of their last run

    async def try_out(self) -> None:
        """Come first, as who has set up the server does: it has started its workers then. It is not timed."""
        await self.visitor.arrive()
        await self._joins()
        await self._draws()
        self.visitor.leave()

    async def live(self, until: float) -> None:
        """Come, join the class, and do one thing after another until then."""
        await self.visitor.arrive()
        await self._joins()
        while time.monotonic() < until:
            for does in (self._designs, self._trains, self._draws, self._watches):
                await does()
        self.visitor.leave()

    async def _joins(self) -> None:
        await self._click("come", self.visitor.visit(""))
        kept = {"visitor": f"{secrets.randbits(128):032x}", "told": 1}  # as their browser tells it
        await self._click("come", self.visitor.tell("memory", kept=kept))
        self.visitor.fill("studio.who.name", string_value=self._name)
        await self._click("join", self.visitor.press("who-join"))

    async def _designs(self) -> None:
        await self._click("open the designer", self.visitor.visit("designer"))
        for _ in range(2):
            filters = self.visitor.key_of(".filters")
            value = float(self._random.randint(8, 40))
            await self._click("change a layer", self.visitor.touch(filters, double_value=value))

    async def _trains(self) -> None:
        """One run at a time; as long as the last one waits or trains, they watch that."""
        await self._click("open training", self.visitor.visit("run" if self._own else "live", self._own))
        if self.visitor.sees("run-stop"):
            await asyncio.sleep(LOOKS)
            return
        if self._own:
            await self._click("open training", self.visitor.visit("live"))
        epochs = self.visitor.key_of(".epochs")
        await self._click("change the recipe", self.visitor.touch(epochs, double_value=self._random.choice(EPOCHS)))
        await self._click("train", self.visitor.press("-train"))
        self._own = self.visitor.query
        await asyncio.sleep(LOOKS)

    async def _draws(self) -> None:
        await self._click("open drawing", self.visitor.visit("draw"))
        strokes: list[dict] = []
        for _ in range(STROKES):
            strokes.append(self._stroke())
            drawing = {"png": _png(strokes), "strokes": strokes}
            await self._click("draw", self.visitor.tell(self.visitor.key_of("-living-"), drawing=drawing))

    async def _watches(self) -> None:
        for page in WATCHED:
            await self._click("watch the class", self.visitor.visit(page))
            await asyncio.sleep(LOOKS)

    async def _click(self, what: str, answer: Awaitable[float]) -> None:
        seconds = await answer
        self.clicks.append(Click(what, time.monotonic(), seconds))
        await asyncio.sleep(self._random.uniform(*THINKS))

    def _stroke(self) -> dict:
        """A line across the pad."""
        ends = [[self._random.uniform(60, 220), self._random.uniform(40, 240), 1.0] for _ in range(3)]
        return {"width": 20, "points": ends}


def _png(strokes: list[dict]) -> str:
    """The pad as its component tells it."""
    image = Image.new("L", (SIDE, SIDE))
    for stroke in strokes:
        ImageDraw.Draw(image).line([tuple(point[:2]) for point in stroke["points"]], fill=255, width=stroke["width"])
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

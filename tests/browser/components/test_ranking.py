"""The board of a class, as its modules show it."""

from cnn_core.ui.components.ranking.component import Layer, thinned

SHOWN = """
async calls => {
  const {default: call} = await import("/ranking/main.js");
  document.body.innerHTML = '<div class="ranking"></div>';
  const parentElement = document.body, opened = [];
  const texts = selector => [...document.querySelectorAll(selector)].map(one => one.textContent);
  const seen = [];
  let before = [];
  for (const data of calls) {
    call({data, parentElement, setTriggerValue: (name, run) => opened.push([name, run])});
    const rows = [...document.querySelectorAll(".best li")];
    document.querySelector(".best button")?.click();
    seen.push({
      who: texts(".best .who b"),
      stayed: rows.map(one => before.includes(one)),
      labels: [...document.querySelectorAll(".best button")].map(one => one.ariaLabel),
      front: [...document.querySelectorAll(".best button")].map(one => one.classList.contains("front")),
      mine: document.querySelectorAll(".mine").length,
      met: document.querySelectorAll(".marks .met").length,
      goals: texts(".goals li"),
      none: !document.querySelector(".none").hidden,
      active: texts(".active button"),
      closed: [...document.querySelectorAll(".active button")].map(button => button.disabled),
      bars: [...document.querySelectorAll(".active .bar")].map(bar => bar.hidden ? null : bar.firstChild.style.width),
      opened: [...opened],
    });
    before = rows;
  }
  return seen;
}
"""
PICTURES = """
async ({layers, curve, lowest}) => {
  const {blockSize, curvePoints, networkPicture} = await import("/ranking/pictures.js");
  document.body.replaceChildren(networkPicture(layers));
  const widths = [...document.querySelectorAll(".layers i")].map(one => parseFloat(one.style.width));
  return {sizes: layers.map(blockSize), points: curvePoints(curve, lowest), widths};
}
"""
WORDS = {"best": "Everybody's best run", "none": "Nobody yet", "active": "Training and waiting"}


def row(who: str, accuracy: float, **changed) -> dict:
    return {
        "key": who,
        "run": f"run of {who}",
        "told": f"{who}: {accuracy:.1%}",
        "mine": False,
        "place": "1",
        "who": who,
        "name": "Classic",
        "parameters": "93,322 parameters",
        "accuracy": f"{accuracy:.1%}",
        "curve": [0.5, accuracy],
        "layers": [{"side": 26, "channels": 32, "kind": "convolution"}],
        "marks": [accuracy > 0.97],
        "front": False,
    } | changed


def active(who: str, share: float | None) -> dict:
    return {"key": who, "run": who, "told": who, "mine": False, "who": who, "state": "Epoch 1", "share": share}


def data(*best: dict, active: tuple = (), goals: tuple = ()) -> dict:
    return {"words": WORDS, "goals": list(goals), "best": list(best), "active": list(active)}


def test_rows_stay_when_they_change_places(site):
    anna, bert = row("Anna", 0.98, front=True), row("Bert", 0.96, mine=True)
    first, second = site.evaluate(SHOWN, [data(anna, bert), data(row("Bert", 0.99, mine=True), anna)])
    assert first["who"] == ["Anna", "Bert"]
    assert first["labels"] == ["Anna: 98.0%", "Bert: 96.0%"]
    assert first["front"] == [True, False]
    assert (first["mine"], first["met"]) == (1, 1)
    assert second["who"] == ["Bert", "Anna"]
    assert second["stayed"] == [True, True]
    assert second["opened"] == [["open", "run of Anna"], ["open", "run of Bert"]]


def test_goals_and_who_trains(site):
    aim = {"told": "97 %", "met": "2 have it"}
    experiment = active("Carla", None) | {"run": ""}
    rows = active("Anna", 0.25), active("Bert", None), experiment
    before, after = site.evaluate(SHOWN, [data(), data(active=rows, goals=(aim,))])
    assert before["none"]
    assert before["goals"] == before["active"] == []
    assert after["goals"] == ["97 %2 have it"]
    assert after["active"] == ["AnnaEpoch 1", "BertEpoch 1", "CarlaEpoch 1"]
    assert after["bars"] == ["25%", None, None]
    assert after["closed"] == [False, False, True], "an experiment has no page of its own"


def test_a_picture_is_to_scale_and_never_wider_than_its_room(site):
    layers = [vars(Layer(side, channels, "")) for side, channels in ((28, 1), (26, 32), (1, 10))] + [
        vars(Layer(14, 512, ""))
    ] * 30
    seen = site.evaluate(PICTURES, {"layers": layers, "curve": [0.5, 0.75, 1.0], "lowest": 0.5})
    heights = [size["height"] for size in seen["sizes"]]
    assert heights[0] > heights[1] > heights[3] > heights[2]
    assert seen["sizes"][1]["width"] > seen["sizes"][0]["width"]
    assert sum(seen["widths"]) <= 100
    (x0, y0), (x1, y1), (x2, y2) = seen["points"]
    assert x0 < x1 < x2
    assert y0 > y1 > y2
    assert y0 - y1 == y1 - y2


def test_a_long_curve_keeps_its_end():
    curve = [n / 1000 for n in range(995)]
    short = thinned(curve)
    assert len(short) <= 40
    assert short[-1] == curve[-1]
    assert short == sorted(short)
    assert thinned([]) == []

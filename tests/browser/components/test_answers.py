"""What networks answer, as its modules show it."""

SHOWN = """
async calls => {
  const {default: call} = await import("/answers/main.js");
  document.body.innerHTML = '<div class="answers"></div>';
  const parentElement = document.body;
  const texts = selector => [...document.querySelectorAll(selector)].map(one => one.textContent);
  const seen = [];
  let before = [];
  for (const data of calls) {
    call({data, parentElement});
    const networks = [...document.querySelectorAll(".network")];
    seen.push({
      titles: texts(".network h3"),
      stayed: networks.map(one => before.includes(one)),
      shares: [...document.querySelectorAll(".bars i")].map(bar => Number(bar.style.getPropertyValue("--share"))),
      top: texts(".bars .top"),
      told: [...document.querySelectorAll(".bars")].map(bars => bars.ariaLabel),
      verdicts: texts(".verdicts li"),
      stages: texts(".stage strong"),
      answers: texts(".stage .answer"),
      alts: [...document.querySelectorAll(".stage img")].map(image => image.alt),
    });
    before = networks;
  }
  return seen;
}
"""


def network(title: str, *shares: float) -> dict:
    top = max(shares)
    bars = [{"name": str(n), "share": one, "told": f"{one:.0%}", "top": one == top} for n, one in enumerate(shares)]
    return {"title": title, "colour": "#7d68dc", "verdict": f"{title} is sure.", "told": f"{title} tells", "bars": bars}


def data(*networks: dict, stages: int = 1) -> dict:
    answers = [{"name": "0", "told": "70%"} for _ in networks]
    one = {"caption": "px", "alt": "a stage", "picture": "data:,", "width": 140, "height": 140, "answers": answers}
    return {
        "words": {"title": "What the network sees", "about": "Stages"},
        "networks": list(networks),
        "stages": [one | {"title": f"{number + 1}. Stage"} for number in range(stages)],
    }


def test_a_new_stroke_moves_the_bars_that_are_there(site):
    first, second = site.evaluate(SHOWN, [data(network("A", 0.7, 0.3)), data(network("A", 0.2, 0.8), stages=2)])
    assert first["shares"] == [0.7, 0.3]
    assert first["top"] == ["070%"]
    assert second["stayed"] == [True]
    assert second["shares"] == [0.2, 0.8]
    assert second["top"] == ["180%"]
    assert second["stages"] == ["1. Stage", "2. Stage"]
    assert second["alts"] == ["a stage"] * 2


def test_every_network_is_told_of_and_one_that_was_given_up_is_gone(site):
    pair = data(network("A", 0.7, 0.3), network("B", 0.1, 0.9))
    both, one = site.evaluate(SHOWN, [pair, data(network("B", 0.1, 0.9))])
    assert both["titles"] == ["A", "B"]
    assert both["told"] == ["A tells", "B tells"]
    assert both["verdicts"] == ["A is sure.", "B is sure."]
    assert both["answers"] == ["0 70%", "0 70%"]
    assert (one["titles"], one["verdicts"]) == (["B"], ["B is sure."])


def test_a_name_that_a_person_gave_is_text(site):
    (shown,) = site.evaluate(SHOWN, [data(network("<b>A</b>", 1.0))])
    assert shown["titles"] == ["<b>A</b>"]

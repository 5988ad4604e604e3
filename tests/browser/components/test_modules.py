"""The modules of the components: small, and safe to be put into one script."""

import json
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.exchange.weights import described
from cnn_core.ui.components.bundle import bundled
from tests.browser.components.conftest import COMPONENTS
from tests.design.strategies import networks

MODULES = sorted(COMPONENTS.glob("*/*.js"))
MAINS = sorted(COMPONENTS.glob("*/main.js"))
OWN_PAGE = COMPONENTS / "own_page" / "page.js"  # a script of its own, which Streamlit does not call
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_sizes(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 140


@pytest.mark.parametrize("main", [*MAINS, OWN_PAGE], ids=lambda path: path.parent.name)
def test_a_bundle_has_each_name_once_and_imports_nothing(main):
    script = bundled(main)
    assert "import" not in re.findall(r"^\w+", script, re.MULTILINE)
    assert [name for name, count in Counter(TOP_LEVEL.findall(script)).items() if count > 1] == []
    assert script.count("export ") == script.count("export default") == (main in MAINS)


EXPLAIN = """
async ([layers, seed, shape, image]) => {
  const names = ["forward", "weights", "explain"];
  const [{forward}, {randomWeights}, {explain}] = await Promise.all(names.map(name => import(`/network/${name}.js`)));
  const network = randomWeights(layers, seed);
  for (const layer of network) for (const array of layer.weights) {  // biases and means that are not 0
    for (let i = 0; i < array.length; i++) if (array[i] === 0) array[i] = 0.1 + 0.01 * i;
  }
  const maps = forward(network, {shape, values: Float32Array.from(image)});
  const wrong = [];
  network.forEach((layer, n) => {
    const output = maps[n + 1];
    const largest = output.values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    for (let at = 0; at < output.values.length; at += Math.ceil(output.values.length / 40)) {
      const channels = output.shape.at(-1);
      const cell = Math.floor(at / channels);
      const columns = output.shape[1] ?? 1;
      const place = {channel: at % channels, y: Math.floor(cell / columns), x: cell % columns};
      const told = explain(layer, maps[n], output, place);
      const result = told.lines.at(-1).value;
      const sum = told.lines.find(line => line.style?.includes("rule"));
      const separable = layer.type === "SeparableConv2D"; // its first line is not yet a part of the sum
      const parts = told.lines.slice(separable ? 1 : 0, told.lines.indexOf(sum));
      const added = parts.reduce((total, line) => total + line.value, 0);
      const sums = sum && ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"].includes(layer.type);
      const differs = (one, other, much) => Math.abs(one - other) > much;
      if (differs(result, output.values[at], 1e-5 * largest)) wrong.push([layer.type, "value", result]);
      if (sums && differs(added, sum.value, 1e-4 * Math.max(1, Math.abs(sum.value)))) wrong.push([layer.type, "sum"]);
      const linear = sums && layer.activation === "linear";
      if (linear && differs(sum.value, output.values[at], 1e-4 * largest)) wrong.push([layer.type, "linear"]);
    }
  });
  return wrong;
}
"""


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks, st.integers(0, 1000))
def test_explanations_add_up_to_the_very_value(site, network, seed):
    network = network.changed(data_format="channels_last")
    assume(not trace(network).problem)
    image = np.random.default_rng(seed).uniform(0, 255, network.input_shape).ravel().tolist()
    layers = json.loads(json.dumps(described(network)))
    assert site.evaluate(EXPLAIN, [layers, seed, list(network.input_shape), image]) == []


PLAN = """
async ([blocks, room]) => {
  const {planBlocks, planNarrow, HEIGHTS, GAP} = await import("/network/layout.js");
  const {plans, lines} = planBlocks(blocks, room);
  const narrow = blocks.map(block => planNarrow(block, room));
  return {plans, lines, narrow, TALL: HEIGHTS.full[0], GAP};
}
"""
a_block = st.one_of(
    st.builds(
        lambda side, wide, count: {"kind": "maps", "rows": side, "columns": wide, "count": count},
        st.integers(1, 64), st.integers(1, 64), st.integers(1, 1024),
    ),
    st.builds(lambda count: {"kind": "strip", "rows": 1, "columns": 1, "count": count}, st.integers(1, 4096)),
    st.just({"kind": "thin", "rows": 1, "columns": 1, "count": 1}),
)  # fmt: skip


def width(plan: dict) -> float:
    return (plan["across"] * (plan["columns"] + plan["gap"]) - plan["gap"]) * plan["cell"][0]


def height(plan: dict) -> float:
    return (plan["down"] * (plan["rows"] + plan["gap"]) - plan["gap"]) * plan["cell"][1]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(a_block, min_size=1, max_size=24), st.integers(320, 1200))
def test_any_stack_fits_into_any_width(site, blocks, room):
    made = site.evaluate(PLAN, [blocks, room])
    assert [index for line in made["lines"] for index in line] == list(range(len(blocks)))
    for line in made["lines"]:
        used = sum(made["plans"][index]["width"] for index in line) + (len(line) - 1) * made["GAP"]
        assert used <= room or len(line) == 1
    for block, plan, narrow in zip(blocks, made["plans"], made["narrow"], strict=True):
        if block["kind"] != "thin":
            for one in (plan, narrow):
                assert 1 <= one["shown"] <= min(block["count"], one["across"] * one["down"])
                assert width(one) <= one["width"] + 0.01
            assert height(plan) <= made["TALL"] + 0.01


def test_a_pooled_map_is_half_as_large_on_a_desk(site):
    reports = trace(PRESETS["keras-log"].network).reports
    blocks = [
        {"kind": "maps", "rows": r.output_shape[0], "columns": r.output_shape[1], "count": r.output_shape[2]}
        for r in reports
        if len(r.output_shape) == 3
    ]
    plans = site.evaluate(PLAN, [blocks, 784])["plans"]
    assert 2 * plans[1]["rows"] * plans[1]["cell"][0] == plans[0]["rows"] * plans[0]["cell"][0]
    assert all(plan["shown"] == block["count"] for plan, block in zip(plans, blocks, strict=True))

"""What this process computes on, and the settings that are fastest there."""

import os
import platform
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import keras
import numpy as np

from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.shapes import trace
from cnn_core.language import Text, joined
from cnn_core.training.build import build, compile_model

SECONDS_PER_EXECUTION = 0.2  # how often the curves can move, and how long Stop may take
MAX_STEPS = 64
USUAL_CORE, MOST_CORES, USUAL_GPU = 1.5e10, 4, 1e12  # multiply-accumulates of a training step per second
PROBE_IMAGES, PROBE_BATCH = 512, 64
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


@dataclass(frozen=True)
class Choices:
    """How a run is computed; only `precision` has an influence on its result.

    `steps_per_point` is the distance of two points of its curves, a multiple of `steps_per_execution`.
    """

    steps_per_execution: int
    jit_compile: bool
    precision: str
    steps_per_point: int = 1

    @property
    def words(self) -> Text:
        """They in words, for who looks at the run."""
        steps = Text("{steps} batches in a row (steps_per_execution)", steps=self.steps_per_execution)
        one = Text("batch by batch")
        short = Text("16-bit numbers ({precision})", precision=self.precision)
        long = Text("32-bit numbers ({precision})", precision=self.precision)
        parts = [steps if self.steps_per_execution > 1 else one, long if self.precision == "float32" else short]
        return joined([*parts, Text("compiled by XLA")] if self.jit_compile else parts)


@cache
def device_name() -> Text:
    """The GPU's name when Keras has one, else the processor's with its number of cores."""
    if not on_gpu():
        return Text("CPU: {name}, {cores} cores", name=_processor(), cores=os.cpu_count())
    if keras.backend.backend() == "jax":
        import jax

        return Text("GPU: {name}", name=jax.devices()[0].device_kind)
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])
    return Text("GPU: {name}", name=details.get("device_name") or Text("unknown"))


@cache
def on_gpu() -> bool:
    """Whether Keras computes on a GPU in this process."""
    return any(name.startswith(("gpu", "cuda")) for name in keras.distribution.list_devices())


def choose(network: Network, batch_size: int, steps_per_epoch: int, kept: int = 0) -> Choices:
    """The settings for training `network` here, or what is behind its first `kept` layers.

    Several steps per execution save the way back to Python after each; their number is bounded by the time between two
    looks at the run, and leaves at least four looks an epoch. It is measured, and so never quite the same. The points
    of the curves shall be the same: their distance comes from what a machine of this kind does usually.
    """
    macs = 3 * sum(report.macs for report in trace(network.opened()).reports[kept:]) * batch_size
    usual = USUAL_GPU if on_gpu() else USUAL_CORE * min(os.cpu_count() or 1, MOST_CORES)
    per_point = min(_steps(macs / usual), _power_of_two(steps_per_epoch // 4))
    per_execution = min(_steps(macs / _macs_per_second()), per_point)
    return Choices(per_execution, _jit_is_faster(), _precision(), per_point)


def _steps(seconds_per_step: float) -> int:
    return _power_of_two(int(min(SECONDS_PER_EXECUTION / max(seconds_per_step, 1e-9), MAX_STEPS)))


def _power_of_two(number: int) -> int:
    """The largest one that is not above `number`, and at least 1."""
    return 1 << max(0, number.bit_length() - 1)


def warm_up() -> None:
    """Do once what the first run would otherwise wait for."""
    _macs_per_second()
    _jit_is_faster()


@cache
def _macs_per_second() -> float:
    """Multiply-accumulates of a training step (forward and backward, about 3 forward passes) per second."""
    macs = 3 * trace(PRESETS["keras-log"].network).totals.macs * PROBE_IMAGES
    return macs / _probe(jit_compile=_jit_is_faster())


@cache
def _jit_is_faster() -> bool:
    """JAX that is not compiled makes a way back to Python of every operation. TensorFlow has its graph either way.

    There both are tried once on a GPU. On a CPU compiling takes seconds and never paid (benchmarks/training.py).
    """
    if keras.backend.backend() == "jax":
        return True
    return on_gpu() and _probe(jit_compile=True) < _probe(jit_compile=False)


@cache
def _probe(*, jit_compile: bool) -> float:
    """Seconds to train keras-log on PROBE_IMAGES, compiling not included."""
    preset = PRESETS["keras-log"]
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (PROBE_IMAGES, *preset.network.input_shape), dtype=np.uint8)
    y = np.eye(10, dtype=np.float32)[random.integers(0, 10, PROBE_IMAGES)]
    model = build(preset.network, _precision(), to_train=True)
    compile_model(model, preset.recipe, steps_per_execution=1, jit_compile=jit_compile)
    seconds = []
    for _ in range(3):  # the first one compiles, and another process may be busy in the second
        start = time.perf_counter()
        model.fit(x, y, batch_size=PROBE_BATCH, verbose=0)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@cache
def _precision() -> str:
    """bfloat16 where the processor computes in it: faster, with the same accuracy (benchmarks/training.py).

    Read off the processor and not timed, because it changes the last digits of a result: the same seed must give the
    same curves on this machine every day.
    """
    return "mixed_bfloat16" if not on_gpu() and BFLOAT16_FLAGS.intersection(_cpu_info("flags")) else "float32"


def _processor() -> str:
    return " ".join(_cpu_info("model name")) or platform.processor() or platform.machine()


@cache
def _cpu_info(name: str) -> tuple[str, ...]:
    """The words of one line of Linux's /proc/cpuinfo; none on other systems."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((tuple(line.split(":", 1)[1].split()) for line in lines if line.startswith(name)), ())

"""device: what is chosen stays within its bounds, whatever is trained."""

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.training import device
from cnn_core.training.device import MAX_STEPS, Choices, choose, device_name, on_gpu, warm_up

TINY = Network(input_shape=(2, 2, 1), layers=(Flatten(), Dense(units=2, activation="softmax")))
NETWORKS = [TINY, *(preset.network for preset in PRESETS.values())]


@pytest.fixture(scope="module", autouse=True)
def _warm():
    warm_up()


@given(st.sampled_from(NETWORKS), st.integers(1, 8192), st.integers(1, 10_000))
def test_there_are_four_looks_an_epoch_and_never_too_many_steps_between(network, batch_size, steps_per_epoch):
    choices = choose(network, batch_size, steps_per_epoch)
    assert 1 <= choices.steps_per_execution <= max(1, min(MAX_STEPS, steps_per_epoch // 4))
    assert choices.precision in ("float32", "mixed_bfloat16")
    assert choices.precision == choose(TINY, 1, 1).precision, (
        "the machine alone decides: the same seed, the same curves"
    )
    assert not choices.jit_compile or on_gpu()


@given(st.sampled_from(NETWORKS), st.integers(1, 8192), st.integers(1, 10_000), st.floats(1e6, 1e14))
def test_the_points_of_the_curves_do_not_depend_on_the_measured_speed(network, batch_size, steps_per_epoch, speed):
    before = choose(network, batch_size, steps_per_epoch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "_macs_per_second", lambda: speed)
        after = choose(network, batch_size, steps_per_epoch)
    assert after.steps_per_point == before.steps_per_point
    assert after.steps_per_point % after.steps_per_execution == 0


@given(st.sampled_from(NETWORKS), st.integers(1, 4096))
def test_more_work_a_step_means_fewer_steps_at_a_time(network, batch_size):
    once, twice = choose(network, batch_size, 10_000), choose(network, 2 * batch_size, 10_000)
    assert twice.steps_per_execution <= once.steps_per_execution


def test_a_tiny_network_takes_many_steps_and_a_large_batch_one():
    assert choose(TINY, 1, 10_000).steps_per_execution == MAX_STEPS
    assert choose(PRESETS["no-max-pool"].network, 8192, 10_000).steps_per_execution == 1


def test_jax_is_always_compiled_and_tensorflow_never_on_a_cpu(monkeypatch):
    monkeypatch.setattr(device, "on_gpu", lambda: False)
    assert not device._jit_is_faster.__wrapped__()
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    assert device._jit_is_faster.__wrapped__()


@pytest.mark.parametrize("jit", [False, True])
def test_the_speed_is_that_of_what_is_chosen(monkeypatch, jit):
    monkeypatch.setattr(device, "_jit_is_faster", lambda: jit)
    monkeypatch.setattr(device, "_probe", lambda *, jit_compile: 1.0 if jit_compile == jit else 1e9)
    assert device._macs_per_second.__wrapped__() > 1e6


def test_choices_are_shown_in_words():
    assert str(Choices(1, False, "float32").words) == "batch by batch, 32-bit numbers (float32)"
    shown = "8 batches in a row (steps_per_execution), 16-bit numbers (mixed_bfloat16), compiled by XLA"
    assert str(Choices(8, True, "mixed_bfloat16").words) == shown


@pytest.mark.parametrize(
    ("devices", "name"), [(["cpu:0"], "CPU: Fast One, 3 cores"), (["cpu:0", "gpu:0"], "GPU: Big One")]
)
def test_the_device_has_the_name_of_what_keras_computes_on(monkeypatch, devices, name):
    monkeypatch.setattr(device.keras.distribution, "list_devices", lambda: devices)
    monkeypatch.setattr(device, "_cpu_info", lambda line: {"model name": ("Fast", "One")}[line])
    monkeypatch.setattr(device.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: {"device_name": "Big One"})
    on_gpu.cache_clear(), device_name.cache_clear()
    try:
        assert str(device_name()) == name
    finally:
        on_gpu.cache_clear(), device_name.cache_clear()

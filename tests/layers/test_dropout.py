"""Dropout and SpatialDropout1D: Keras's distribution and seeding rules, not its bits."""

from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.twins import spread

X = spread((30, 20, 50), scale=1) + 3  # no zeros
RATES = (0.1, 0.5, 0.8)


def drop(layer: Any, inputs: Any = X) -> Any:
    return np.asarray(layer(inputs, training=True))


def kept(layer: Any, inputs: Any = X) -> Any:
    return drop(layer, inputs) != 0


def check_values(layer: Any) -> None:
    """What is kept is divided by 1 - rate, the rest is zero."""
    out = drop(layer)
    expected = np.where(out == 0, 0, X / (1 - layer.rate))
    np.testing.assert_allclose(out, expected, rtol=1e-6)


def check_share(layer: Any, draws: int) -> None:
    """The share kept is 1 - rate, within five standard deviations of that many draws."""
    deviation = (layer.rate * (1 - layer.rate) / draws) ** 0.5
    assert abs(kept(layer).mean() - (1 - layer.rate)) < 5 * deviation


def check_fresh(layer: Any) -> None:
    """Each call draws a mask of its own, which has nothing to do with the one before."""
    first, second = kept(layer), kept(layer)
    both = (first & second).mean()
    assert abs(both - (1 - layer.rate) ** 2) < 0.02


@pytest.mark.parametrize("rate", RATES)
def test_values_and_share(rate: float) -> None:
    check_values(layers.Dropout(rate, seed=1))
    check_share(layers.Dropout(rate, seed=1), draws=X.size)
    check_fresh(layers.Dropout(rate, seed=1))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_neighbours_are_drawn_apart(axis: int) -> None:
    mask = kept(layers.Dropout(0.5, seed=1))
    ahead, behind = np.delete(mask, 0, axis), np.delete(mask, -1, axis)
    assert abs((ahead & behind).mean() - 0.25) < 0.02


def check_whole_features(layer: Any) -> None:
    """A feature of a row is kept at all steps or at none; rows differ."""
    mask = kept(layer)
    np.testing.assert_array_equal(mask, np.broadcast_to(mask[:, :1], mask.shape))
    assert not np.array_equal(mask[0], mask[1])


@pytest.mark.parametrize("rate", RATES)
def test_whole_features(rate: float) -> None:
    check_values(layers.SpatialDropout1D(rate, seed=1))
    check_share(layers.SpatialDropout1D(rate, seed=1), draws=30 * 50)
    check_whole_features(layers.SpatialDropout1D(rate, seed=1))


@pytest.mark.parametrize(
    ("noise_shape", "kernel"),
    [
        ((None, 1, None), "native"),
        ((30, 1, 50), "native"),
        ((1, None, None), "native"),
        ((None, None, 1), "native"),
        ((None, 1, 1), "native"),
        ((1, 1, 1), "native"),
        ((30, 20, 50), "native"),
        ((1, None, 1), "keras"),
    ],
    ids=str,
)
def test_one_draw_for_several(noise_shape: tuple[int | None, ...], kernel: str) -> None:
    layer = layers.Dropout(0.5, noise_shape=noise_shape, seed=1)
    assert layer.kernel_choice.kernel == kernel
    check_values(layer)
    mask = kept(layer)
    drawn = mask[tuple(slice(0, 1) if n == 1 else slice(None) for n in noise_shape)]
    np.testing.assert_array_equal(mask, np.broadcast_to(drawn, mask.shape))
    for axis in (axis for axis, n in enumerate(drawn.shape) if n > 1):
        assert not np.array_equal(drawn, np.roll(drawn, 1, axis))


@pytest.mark.parametrize("noise_shape", [(2, 2), (None, 1), (None, 1, None, 1), (7, 1, 50)], ids=str)
def test_a_noise_shape_that_does_not_fit_is_refused_as_by_keras(noise_shape: tuple[int | None, ...]) -> None:
    def outcome(namespace: Any) -> Any:
        try:
            return namespace.Dropout(0.5, noise_shape=noise_shape)(X, training=True).shape
        except Exception as error:
            return type(error)

    assert outcome(layers) == outcome(keras.layers)


def sequence(seed: int, calls: int = 3) -> Any:
    model = keras.Sequential([keras.Input(X.shape[1:]), layers.Dropout(0.5, seed=seed)])
    return np.stack([kept(model) for _ in range(calls)])


def test_the_same_seed_draws_the_same_sequence() -> None:
    np.testing.assert_array_equal(sequence(1), sequence(1))
    assert (sequence(1) != sequence(2)).any(axis=(1, 2, 3)).all()


def test_without_a_seed_the_global_one_decides() -> None:
    def draw(seed: int) -> Any:
        keras.utils.set_random_seed(seed)
        return kept(layers.Dropout(0.5))

    np.testing.assert_array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))
    assert not np.array_equal(kept(layers.Dropout(0.5)), kept(layers.Dropout(0.5)))


def test_the_seed_generator_set_back_draws_again() -> None:
    layer = layers.Dropout(0.5, seed=1)
    start = np.array(layer.seed_generator.state)
    first, second = kept(layer), kept(layer)
    layer.seed_generator.state.assign(start)
    np.testing.assert_array_equal(kept(layer), first)
    np.testing.assert_array_equal(kept(layer), second)
    twin = keras.layers.Dropout(0.5, seed=1)
    twin(X, training=True), twin(X, training=True)
    np.testing.assert_array_equal(twin.seed_generator.state, layer.seed_generator.state)


@pytest.mark.parametrize("layer", [layers.Dropout, layers.SpatialDropout1D])
def test_the_gradient_runs_through_what_was_kept(layer: Any) -> None:
    weights = spread(X.shape, 5)
    dropping = layer(0.5, seed=1)
    start = np.array(dropping.seed_generator.state)
    out = drop(dropping)

    def loss(inputs: Any) -> Any:
        with keras.StatelessScope([(dropping.seed_generator.state, start)]):
            return (dropping(inputs, training=True) * weights).sum()

    np.testing.assert_allclose(jax.grad(loss)(X), np.where(out == 0, 0, 2 * weights), rtol=1e-6)
    np.testing.assert_allclose(jax.jit(jax.grad(loss))(X), np.where(out == 0, 0, 2 * weights), rtol=1e-6)


def check_masks_of_a_fit(dropout: type) -> None:
    """Each step of each epoch draws another mask: the loss is made so that a step moves the weights by the mask."""
    model = keras.Sequential([keras.Input((64,)), dropout(0.5, seed=1), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(1.0), loss=lambda _target, found: keras.ops.mean(found))
    seen = [np.array(model.layers[-1].kernel)[:, 0]]

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.jax_state_sync()
            seen.append(np.array(self.model.layers[-1].kernel)[:, 0])

    model.fit(np.ones((3, 64), "float32"), np.ones((3, 1)), batch_size=1, epochs=2, verbose=0, callbacks=[Watch()])
    moved = -np.diff(seen, axis=0)  # (6 steps, 64)
    np.testing.assert_allclose(moved, np.where(np.abs(moved) < 1e-3, 0, 2), atol=1e-4)
    assert len(np.unique(moved.round(), axis=0)) == 6


def test_masks_differ_from_step_to_step_and_from_epoch_to_epoch() -> None:
    check_masks_of_a_fit(layers.Dropout)


def check_prediction(layer: Any) -> None:
    np.testing.assert_array_equal(layer(X), X)
    np.testing.assert_array_equal(layer(X, training=False), X)
    np.testing.assert_array_equal(keras.Sequential([layer]).predict(X, verbose=0), X)


@pytest.mark.parametrize("layer", [layers.Dropout, layers.SpatialDropout1D])
def test_nothing_is_dropped_at_prediction(layer: Any) -> None:
    check_prediction(layer(0.5))


def test_nothing_and_everything() -> None:
    np.testing.assert_array_equal(drop(layers.Dropout(0.0)), X)
    np.testing.assert_array_equal(drop(layers.Dropout(1.0)), np.zeros_like(X))
    with pytest.raises(ValueError, match="rate"):
        layers.Dropout(1.5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_bfloat16"])
def test_narrow_floats_are_keras_s_own(dtype: str) -> None:
    layer, twin = layers.Dropout(0.5, seed=1, dtype=dtype), keras.layers.Dropout(0.5, seed=1, dtype=dtype)
    assert layer.kernel_choice.kernel == "keras"
    assert layer.compute_dtype in layer.kernel_choice.reason
    found = layer(X, training=True)
    assert str(found.dtype) == layer.compute_dtype
    np.testing.assert_array_equal(np.float32(found), np.float32(twin(X, training=True)))


def test_integers_are_refused_as_by_keras() -> None:
    for namespace in (layers, keras.layers):
        with pytest.raises(TypeError, match="int32"):
            namespace.Dropout(0.5)(np.arange(6), training=True)


def test_an_empty_batch() -> None:
    assert drop(layers.Dropout(0.5), X[:0]).shape == (0, 20, 50)
    assert drop(layers.SpatialDropout1D(0.5), X[:0]).shape == (0, 20, 50)

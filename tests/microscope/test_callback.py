"""The callback on any Keras model of ours: what it shows is what the step did, and it changes nothing."""

from pathlib import Path
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from bptt.microscope import Microscope, Probe
from bptt.microscope.own import Fit, described
from bptt.record import FIT, MICROSCOPE, Run

ROWS, T, V = 24, 9, 12


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    ids = random.integers(1, V, (ROWS, T)).astype("int32")
    ids[np.arange(T) >= random.integers(2, T + 1, (ROWS, 1))] = 0
    return ids, random.normal(size=ROWS).astype("float32")


def build(*recurrent: Any, **compiled: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((T,), dtype="int32"), layers.Embedding(V, 4, mask_zero=True), *recurrent, layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(0.1, **compiled), "mse")
    return model


def deep() -> list[Any]:
    return [
        layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both"),
        layers.RecurrentStack("gru", [5, 5], return_sequences=True, name="stack"),
        layers.SimpleRNN(2, name="last"),
    ]


def looked_at(model: keras.Model, data: Any, every: int = 1, **options: Any) -> list[Probe]:
    scope = Microscope(every, **options)
    model.fit(*data, batch_size=8, shuffle=False, verbose=0, callbacks=[scope])
    return scope.probes


def test_every_direction_and_every_layer_of_a_stack_is_read(data: Any) -> None:
    probe = looked_at(build(*deep()), data)[1]
    names = [layer["layer"].partition("/")[2] for layer in probe["layers"]]
    assert names == ["both/forward_lstm", "both/backward_lstm", "stack/rnn_0", "stack/rnn_1", "last"]
    assert [layer["units"] for layer in probe["layers"]] == [3, 3, 5, 5, 2] and probe["unmeasured"] == []
    assert [layer["cell"] for layer in probe["layers"]] == ["lstm", "lstm", "gru", "gru", "simple_rnn"]
    real = (data[0][8:16] != 0).sum(0).tolist()
    for layer in probe["layers"]:
        assert layer["steps"] == T and layer["real"] == real
        assert all((norm > 0) == (rows > 0) for norm, rows in zip(layer["gradient"], real, strict=True))
    assert set(probe["layers"][0]["saturated"]) == {"state", "input", "forget", "candidate", "output"}


def test_directions_are_told_apart(data: Any) -> None:
    """The backward one reads the last real step first, and its state grows towards the first."""
    forward, backward = looked_at(build(layers.Bidirectional(layers.GRU(6))), (data[0] * 0 + 3, data[1]))[0]["layers"]
    assert backward["backwards"] and "backwards" not in forward
    assert forward["state"] == sorted(forward["state"]) and backward["state"] == sorted(backward["state"], reverse=True)


def test_gradients_updates_and_clipping_are_those_of_the_step(data: Any) -> None:
    limit = 0.05
    model = build(layers.LSTM(3), clipnorm=limit)
    before = {v.path: np.array(v.value) for v in model.trainable_variables}
    others = [v.value for v in model.non_trainable_variables]

    def loss(weights: Any) -> Any:
        answers, _state = model.stateless_call(weights, others, data[0][:8], training=True)
        return model.compute_loss(data[0][:8], data[1][:8], answers)

    gradients = dict(zip(before, jax.grad(loss)([v.value for v in model.trainable_variables]), strict=True))
    [probe] = looked_at(model, tuple(part[:8] for part in data))
    norms = {path: float(np.linalg.norm(gradient)) for path, gradient in gradients.items()}
    assert min(norms.values()) < limit < max(norms.values()), "some are clipped"
    assert probe["clipped"] == 1
    assert probe["gradient_norm"] == pytest.approx(np.sqrt(np.square(list(norms.values())).sum()), rel=1e-4)
    for weight in probe["weights"]:
        norm = norms[weight["weight"]]
        assert weight["gradient"] == pytest.approx(norm, rel=1e-4)
        assert weight["update"] == pytest.approx(0.1 * min(norm, limit), rel=1e-3)
        assert weight["norm"] == pytest.approx(
            np.linalg.norm(before[weight["weight"]] - 0.1 * gradients[weight["weight"]] * min(1, limit / norm)), rel=1e-4
        )


@pytest.mark.parametrize(
    ("limits", "clipped"),
    [
        ({"clipnorm": 1e-6}, 1),
        ({"clipnorm": 1e6}, 0),
        ({"global_clipnorm": 1e-6}, 1),
        ({"clipvalue": 1e-9}, 1),
        ({"clipvalue": 1e6}, 0),
        ({}, None),
    ],
)
def test_the_share_of_clipped_batches(data: Any, limits: dict[str, float], clipped: float | None) -> None:
    assert [probe["clipped"] for probe in looked_at(build(layers.GRU(3), **limits), data, every=2)] == [clipped] * 2


def test_it_changes_no_weight_and_may_come_late(data: Any) -> None:
    """A model that was fitted before is looked at too, and one that is looked at learns to the bit what it learns alone."""
    alone, watched = build(*deep(), clipnorm=1.0), build(*deep(), clipnorm=1.0)
    for model, scope in ((alone, []), (watched, [Microscope(2)])):
        model.fit(*data, batch_size=8, verbose=0, shuffle=False)
        model.fit(*data, batch_size=8, verbose=0, shuffle=False, callbacks=scope)
        model.fit(*data, batch_size=8, verbose=0, shuffle=False, callbacks=scope)
    assert all(np.array_equal(a, b) for a, b in zip(alone.get_weights(), watched.get_weights(), strict=True))
    assert [probe["step"] for probe in scope[0].probes] == [1, 3, 1, 3]
    assert all(probe["gradient_norm"] and probe["layers"] for probe in scope[0].probes)


def test_gradients_that_accumulate_are_read_of_each_batch(data: Any) -> None:
    alone, watched = (build(layers.LSTM(3, seed=1), gradient_accumulation_steps=2) for _each in range(2))
    watched.set_weights(alone.get_weights())
    alone.fit(*data, batch_size=8, shuffle=False, verbose=0)
    probes = looked_at(watched, data)
    assert all(np.array_equal(a, b) for a, b in zip(alone.get_weights(), watched.get_weights(), strict=True))
    assert all(probe["gradient_norm"] for probe in probes)
    moved = [max(weight["update"] for weight in probe["weights"]) for probe in probes]
    assert moved[0] == 0 < moved[1], "the second batch moves the weights, the first does not"


def test_a_step_that_logs_no_loss_is_looked_at_too(data: Any) -> None:
    class Own(keras.Sequential):
        def train_step(self, state: Any, data: Any) -> Any:
            logs, state = super().train_step(state, data)
            return {"mine": logs["loss"]}, state

    model = Own([keras.Input((T,), dtype="int32"), layers.Embedding(V, 4, mask_zero=True), layers.GRU(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    [probe] = looked_at(model, data, every=9)
    assert probe["loss"] is None and probe["gradient_norm"]


def test_what_is_not_read_is_named_with_the_reason(data: Any) -> None:
    frozen = layers.SimpleRNN(3, return_sequences=True, trainable=False, name="frozen")
    keras_own = keras.layers.LSTM(3, return_sequences=True, name="keras")
    ours = layers.MinGRU(3, return_sequences=True, name="min"), layers.GRU(3, activation="gelu", name="scan")
    model = build(frozen, keras_own, *ours)
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    [probe] = looked_at(model, data, every=9)
    reasons = {one["layer"].partition("/")[2]: one["reason"] for one in probe["unmeasured"]}
    assert set(reasons) == {"frozen", "keras", "min", "scan"} and probe["layers"] == []
    assert "no gradient" in reasons["frozen"] and "Keras's own" in reasons["keras"] and "activation" in reasons["scan"]


def test_several_steps_in_one_call_show_the_last(data: Any) -> None:
    model = build(layers.SimpleRNN(3))
    model.compile(keras.optimizers.SGD(0.1), "mse", steps_per_execution=3)
    [probe] = looked_at(model, data)
    alone = looked_at(build(layers.SimpleRNN(3)), data)
    assert probe["step"] == 3 and probe["layers"][0]["gradient"] == pytest.approx(alone[2]["layers"][0]["gradient"], rel=1e-4)


def test_long_rows_are_told_at_128_steps() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((300, 2)), layers.SimpleRNN(3)])
    model.compile("sgd", "mse")
    [probe] = looked_at(model, (np.random.default_rng(0).normal(size=(4, 300, 2)), np.ones((4, 3))))
    [layer] = probe["layers"]
    assert layer["steps"] == 300 and len(layer["at"]) == len(layer["gradient"]) == len(layer["real"]) == 128
    assert layer["at"][0] == 0 and layer["at"][-1] == 299 and layer["gradient"][-1] == max(layer["gradient"])


def test_the_lines_of_a_run_come_back_as_they_were(data: Any, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", {})
    probes = looked_at(build(*deep()), data, run=run)
    assert len(probes) == 3 and run.metrics(Probe, MICROSCOPE) == probes


def test_a_scripts_own_fit_becomes_a_run(data: Any, tmp_path: Path) -> None:
    scope = Microscope(2, tmp_path / "own", targets=data[1] > 0)
    model = build(layers.GRU(3))
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["mae"])
    model.fit(data[0], data[1] > 0, batch_size=8, epochs=2, validation_split=0.3, verbose=0, callbacks=[scope])
    run = Run.open(tmp_path / "own")
    assert run.read_json(FIT, Fit) == {
        "loss": "binary_crossentropy",
        "from_logits": True,
        "last_activation": "linear",
        "outputs": 1,
        "targets": {"kind": "integers", "min": 0, "max": 1},
    }
    assert [line["epoch"] for line in run.metrics()] == [1, 2] and {"loss", "mae", "val_loss"} < set(run.metrics()[0])
    assert run.metrics(Probe, MICROSCOPE) == scope.probes and len(scope.probes) == 2


@pytest.mark.parametrize(
    ("loss", "logits"), [("mse", None), ("sparse_categorical_crossentropy", False), (keras.losses.MeanAbsoluteError(), None)]
)
def test_what_a_loss_takes(loss: Any, logits: bool | None) -> None:
    model = build(layers.GRU(3))
    model.compile("sgd", loss)
    told = described(model, [0.5, 2.0])
    assert told["from_logits"] is logits and told["targets"] == {"kind": "numbers", "min": 0.5, "max": 2.0}
    assert told["loss"] == (loss if isinstance(loss, str) else "mean_absolute_error")


def test_two_directions_in_one_call_are_read_as_two_layers_are(data: Any) -> None:
    """Whose norms are those of automatic differentiation: tests/kernels/test_tap.py."""

    def model(recurrent: Any) -> keras.Model:
        keras.utils.set_random_seed(1)
        ids = keras.Input((T,), dtype="int32")
        read = layers.Embedding(V, 4)(ids)
        made = keras.Model(ids, layers.Dense(1)(recurrent(read, mask=keras.ops.not_equal(ids, 0))))
        made.compile(keras.optimizers.SGD(0.1), "mse")
        return made

    def apart(read: Any, mask: Any) -> Any:
        ways = [layers.LSTM(3, go_backwards=back, name=f"way_{back}")(read, mask=mask) for back in (False, True)]
        return keras.ops.concatenate(ways, axis=-1)

    together, alone = model(layers.Bidirectional(layers.LSTM(3))), model(apart)
    alone.set_weights(together.get_weights())
    for one, other in zip(looked_at(together, data)[1]["layers"], looked_at(alone, data)[1]["layers"], strict=True):
        assert one["real"] == other["real"] and one.get("backwards") == other.get("backwards")
        for name in ("gradient", "state"):
            assert one[name] == pytest.approx(other[name], rel=1e-4)

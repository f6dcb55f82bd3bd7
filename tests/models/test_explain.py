"""What runs where, and what it costs: measured, and said in one sentence."""

import keras
import numpy as np
import pytest

import bptt
from bptt import kernels, layers
from bptt.kernels import compiled
from bptt.models.explain import explain, threads


def model(**options: object) -> keras.Model:
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(50, 16)(inputs)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, name="inner"), name="both")(x)
    x = layers.LayerNormalization(name="norm")(x)
    return keras.Model(inputs, layers.GRU(8, name="last", **options)(x))


def test_native_layers_name_their_instruction_set_and_threads() -> None:
    rows = bptt.explain(model())
    assert [(row.layer, row.kind, row.kernel) for row in rows] == [
        ("both", "Bidirectional", "native"),
        ("norm", "LayerNormalization", "native"),
        ("last", "GRU", "native"),
    ]
    assert all(compiled.level() in row.reason and row.threads == threads() >= 1 for row in rows)
    assert all(row.change == "" and row.cost is None for row in rows)


@pytest.mark.parametrize(
    ("options", "reason", "change"),
    [
        ({"activation": keras.activations.silu}, "an activation is not one of tanh", "take one of these"),
        ({"dtype": "mixed_float16"}, "it computes in float16", 'dtype="float32"'),
    ],
)
def test_a_detour_says_why_what_to_change_and_what_it_costs(options: dict[str, object], reason: str, change: str) -> None:
    row = explain(model(**options))[-1]
    assert row.kernel == "scan" and reason in row.reason and change in row.change
    assert row.cost is not None and row.cost > 0.5
    assert explain(model(**options), measure=False)[-1].cost is None


def test_layers_of_a_model_inside_the_model_are_explained() -> None:
    inputs = keras.Input((None, 4))
    inner = keras.Sequential([layers.LSTM(8, return_sequences=True, name="first"), layers.Dropout(0.1, name="between")])
    rows = explain(keras.Model(inputs, layers.GRU(8, name="last")(inner(inputs))))
    assert [row.layer for row in rows] == ["first", "between", "last"]


def test_both_directions_have_a_cost() -> None:
    inputs = keras.Input((None, 16))
    both = layers.Bidirectional(layers.LSTM(8, activation="silu"))
    [row] = explain(keras.Model(inputs, both(inputs)))
    assert row.kernel == "scan" and row.cost is not None and row.cost > 0.5


def test_the_cost_is_that_of_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that does its work five times over is found to be slower."""

    @keras.saving.register_keras_serializable(package="tests")
    class Slow(layers.SimpleRNN):
        def inner_loop(self, sequences: object, initial_state: object, mask: object, training: bool = False) -> object:
            if self.activation is keras.activations.tanh:
                return super().inner_loop(sequences, initial_state, mask, training)
            results = [super(Slow, self).inner_loop(sequences * (1 + 1e-3 * k), initial_state, mask, training) for k in range(5)]
            return keras.tree.map_structure(lambda *parts: sum(parts), *results)

    inputs = keras.Input((None, 32))
    slow = keras.Model(inputs, Slow(64, activation=keras.activations.silu)(inputs))
    plain = keras.Model(inputs, layers.SimpleRNN(64, activation=keras.activations.silu)(inputs))
    costs = [explain(one)[-1].cost or np.nan for one in (slow, plain)]
    assert costs[0] > 2 * costs[1]


def test_what_was_asked_for_is_said() -> None:
    with kernels.use("scan"):
        rows = explain(model(), measure=False)
    assert {row.kernel for row in rows} == {"scan", "keras"}
    assert all('kernels.use("scan")' in row.reason and "leave the block" in row.change for row in rows)

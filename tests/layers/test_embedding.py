"""A recurrent layer behind Embedding: it reads ids wherever it may, an array wherever it must, and no value tells."""

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.recurrences import every_layer
from tests.layers.twins import REAL, B, D, H, Make, T, V, agree, alike, same, slow, spread, three_steps, twins

IDS = np.where(REAL["holes"], np.random.default_rng(3).integers(1, V, (B, T)), 0).astype("int32")
Middle = Callable[[Any, Any, Any], Any]  # (namespace, embedding, ids) -> output


def network(middle: Middle, dtype: str = "int32", shape: tuple[int, ...] = (T,), **embedding: Any) -> Make:
    def make(namespace: Any) -> keras.Model:
        ids = keras.Input(shape, dtype=dtype)
        return keras.Model(ids, middle(namespace, namespace.Embedding(V, D, **embedding), ids))

    return make


def plain(namespace: Any, embedding: Any, ids: Any) -> Any:
    return namespace.SimpleRNN(H, name="rnn")(embedding(ids))


def shared(namespace: Any, embedding: Any, ids: Any) -> Any:
    words = embedding(ids)
    return namespace.SimpleRNN(H, go_backwards=True)(words), namespace.SimpleRNN(H + 1, return_sequences=True)(words)


def beside_a_pooling(namespace: Any, embedding: Any, ids: Any) -> Any:
    words = embedding(ids)
    return namespace.SimpleRNN(H)(words), namespace.GlobalAveragePooling1D()(words)


def called_twice(namespace: Any, embedding: Any, ids: Any) -> Any:
    return namespace.SimpleRNN(H)(embedding(ids)), namespace.SimpleRNN(H)(embedding(keras.ops.flip(ids, 1)))


BY_IDS = {
    "plain": network(plain),
    "masked": network(plain, mask_zero=True),
    "frozen": network(plain, trainable=False),
    "shared": network(shared, mask_zero=True),
    "pooled": network(beside_a_pooling),
    "called twice": network(called_twice),
    "penalised": network(plain, embeddings_regularizer="l2", embeddings_constraint=keras.constraints.MaxNorm(0.9)),
    "reversed ids": network(lambda namespace, embedding, ids: plain(namespace, embedding, ids[:, ::-1])),
    "sliced ids": network(lambda namespace, embedding, ids: plain(namespace, embedding, ids[:, 1:-1]), mask_zero=True),
    "real ids": network(plain, dtype="float32"),
    "LSTM": network(lambda namespace, embedding, ids: namespace.LSTM(H)(embedding(ids)), mask_zero=True),
    "GRU": network(lambda namespace, embedding, ids: namespace.GRU(H, reset_after=False)(embedding(ids))),
    "relu": network(lambda namespace, embedding, ids: namespace.SimpleRNN(H, activation="relu")(embedding(ids))),
}
BY_ARRAY = {
    "doubled": network(lambda namespace, embedding, ids: namespace.SimpleRNN(H)(embedding(ids) * 2.0)),
    "reversed": network(lambda namespace, embedding, ids: namespace.SimpleRNN(H)(embedding(ids)[:, ::-1])),
    "sliced": network(lambda namespace, embedding, ids: namespace.SimpleRNN(H)(embedding(ids)[:, 1:])),
    "sum of two": network(lambda namespace, embedding, ids: namespace.SimpleRNN(H)(embedding(ids) + embedding(ids[:, ::-1]))),
    "normalised": network(lambda space, embedding, ids: space.SimpleRNN(H)(space.LayerNormalization()(embedding(ids)))),
}


@pytest.mark.parametrize("name", ["frozen", "shared", "LSTM", slow("GRU"), slow("masked"), slow("pooled"), slow("penalised")])
def test_training_on_ids(name: str, reads: list[str]) -> None:
    agree(BY_IDS[name], IDS)
    assert set(reads) == {"ids"}


@pytest.mark.parametrize("name", BY_IDS)
def test_ids_are_read(name: str, reads: list[str]) -> None:
    alike(BY_IDS[name], IDS)
    assert set(reads) == {"ids"}


def test_training_on_an_array_that_was_worked_on(reads: list[str]) -> None:
    agree(BY_ARRAY["doubled"], IDS)
    assert set(reads) == {"array"}


@pytest.mark.parametrize("name", BY_ARRAY)
def test_an_array_that_was_worked_on_is_read(name: str, reads: list[str]) -> None:
    alike(BY_ARRAY[name], IDS)
    assert set(reads) == {"array"}


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float64"])
def test_ids_of_any_dtype(dtype: str, reads: list[str]) -> None:
    ours, theirs = twins(network(plain, dtype=dtype))
    same(ours.predict_on_batch(IDS.astype(dtype)), theirs.predict_on_batch(IDS.astype(dtype)))
    assert set(reads) == {"ids"}


def test_ids_with_an_axis_more(reads: list[str]) -> None:
    def steps(namespace: Any, embedding: Any, ids: Any) -> Any:
        return namespace.TimeDistributed(namespace.SimpleRNN(H))(embedding(ids))

    ours, theirs = twins(network(steps, shape=(3, T)))
    ids = np.stack([IDS, IDS[::-1], IDS[:, ::-1]], axis=1)
    same(ours(ids), theirs(ids))
    assert set(reads) == {"array"}


def gathers(model: keras.Model) -> int:
    """How often the compiled prediction looks rows of a table up in an array of its own."""
    weights = [[v.value for v in variables] for variables in (model.trainable_variables, model.non_trainable_variables)]
    predict = jax.jit(lambda *arguments: model.stateless_call(*arguments)[0])
    return predict.lower(*weights, IDS).compile().as_text().count(" gather(")


def test_the_array_of_words_is_never_made() -> None:
    ours, theirs = twins(BY_IDS["masked"])
    assert gathers(theirs) > 0
    assert gathers(ours) == 0
    assert gathers(twins(BY_ARRAY["doubled"])[0]) > 0


def check_behind_dropout(layer: type, training: bool, cell: str = "SimpleRNN") -> None:
    """The recurrence reads what the dropout gives, and skips what the Embedding masked."""

    def middle(namespace: Any, embedding: Any, ids: Any) -> Any:
        words = layer(0.5)(embedding(ids))
        return words, getattr(namespace, cell)(H, name="rnn")(words)

    ours, _ = twins(network(middle, mask_zero=True))
    words, found = ours(IDS, training=training)
    assert bool(np.mean(np.asarray(words) == 0) > 0.2) is training
    theirs = getattr(keras.layers, cell)(H)
    theirs.build(words.shape)
    theirs.set_weights(ours.get_layer("rnn").get_weights())
    same(found, theirs(words, mask=keras.ops.convert_to_tensor(IDS != 0)))


@pytest.mark.parametrize("layer", [layers.Dropout, layers.SpatialDropout1D])
@pytest.mark.parametrize(("training", "read"), [(True, "array"), (False, "ids")])
@every_layer
def test_a_dropout_between_breaks_the_link_while_it_drops(
    cell: str, layer: type, training: bool, read: str, reads: list[str]
) -> None:
    check_behind_dropout(layer, training, cell)
    assert set(reads) == {read}


def test_a_gradient_that_is_stopped_moves_no_word() -> None:
    def stopped(namespace: Any, embedding: Any, ids: Any) -> Any:
        return namespace.SimpleRNN(H)(keras.ops.stop_gradient(embedding(ids)))

    ours, _ = twins(network(stopped))
    table, *others = [np.array(w) for w in ours.trainable_variables]
    three_steps(ours, IDS)
    np.testing.assert_array_equal(ours.trainable_variables[0], table)
    assert all(np.abs(w - b).max() > 1e-4 for w, b in zip(ours.trainable_variables[1:], others, strict=True))


def test_low_rank_adaptation_of_the_table(reads: list[str]) -> None:
    """The table is then a sum of three: no ids are read, and the frozen part stays."""
    ours, theirs = twins(network(plain))
    for model in (ours, theirs):
        model.layers[1].enable_lora(2)
        model.layers[1].lora_embeddings_b.assign(spread((2, D), 9))
        model.layers[1].lora_embeddings_a.assign(spread((V, 2), 10))
    same(ours(IDS), theirs(IDS))
    np.testing.assert_allclose(three_steps(ours, IDS), three_steps(theirs, IDS), rtol=1e-5)
    same(ours.get_weights(), theirs.get_weights())
    assert set(reads) == {"array"}


@pytest.mark.parametrize("wrong", [V, -1])
@pytest.mark.parametrize("compiled", [True, False])
def test_an_id_outside_the_table_is_named(wrong: int, compiled: bool) -> None:
    ours, _ = twins(network(plain))
    ids = IDS.copy()
    ids[2, 3] = wrong
    with pytest.raises(
        (jax.errors.JaxRuntimeError, ValueError), match=rf"token id {wrong} at row 2, step 3 is outside the vocabulary of {V}"
    ):
        np.asarray(ours.predict_on_batch(ids) if compiled else ours(ids))


def test_words_looked_up_before_a_training_step_can_be_read_after_it() -> None:
    """The step donates the old table's memory to the new one."""
    ours, _ = twins(network(plain))
    words = ours.layers[1](IDS)
    before = np.array(words)
    three_steps(ours, IDS)
    same(ours.get_layer("rnn")(words), ours.get_layer("rnn")(before))

"""States of SimpleRNN, LSTM and GRU: given, kept between batches, handed on; no rows and no steps.

That the gradient by the initial state is Keras's, `recurrences.computed` checks everywhere.
"""

from typing import Any

import keras
import numpy as np
import pytest

from bptt import layers
from tests.layers.recurrences import MIXED, ROWS, SEQUENCES, every_cell, every_layer, layer_of, pair, states_for
from tests.layers.twins import D, H, T, same, spread


def stateful(namespace: Any, cell: str, **arguments: Any) -> keras.Model:
    inputs = keras.Input(batch_shape=(ROWS, T, D))
    model = keras.Model(inputs, layer_of(namespace, cell, stateful=True, **arguments)(inputs))
    model.set_weights([spread(w.shape, seed) for seed, w in enumerate(model.get_weights())])
    model.layers[-1].reset_state()
    return model


@every_layer
def test_a_stateful_layer_goes_on_where_it_stopped(cell: str) -> None:
    ours, theirs = stateful(layers, cell), stateful(keras.layers, cell)
    first, second = ours(SEQUENCES), ours(SEQUENCES[:, ::-1])
    same([first, second], [theirs(SEQUENCES), theirs(SEQUENCES[:, ::-1])])
    same([np.asarray(s) for s in ours.layers[-1].states], [np.asarray(s) for s in theirs.layers[-1].states])
    assert np.abs(ours(SEQUENCES) - first).max() > 1e-3
    ours.layers[-1].reset_state()
    np.testing.assert_array_equal(ours(SEQUENCES), first)


@every_layer
def test_a_stateful_layer_in_training(cell: str) -> None:
    """Each step of training begins with the states of the one before; `reset_states` is the older name."""
    found = []
    for namespace in (layers, keras.layers):
        model = stateful(namespace, cell)
        model.compile(keras.optimizers.SGD(0.5), "mse")
        losses = [model.train_on_batch(SEQUENCES, spread((ROWS, H), 5)) for _ in range(2)]
        states = [np.array(s) for s in model.layers[-1].states]
        model.layers[-1].reset_states()
        found.append([np.asarray(losses), *states, *model.get_weights()])
    same(*found)


def test_a_stateful_layer_takes_one_batch_size() -> None:
    with pytest.raises(ValueError, match="batch size"):
        stateful(layers, "LSTM").layers[-1](SEQUENCES[:2])
    with pytest.raises(ValueError, match="batch size must be static"):
        layers.GRU(H, stateful=True)(keras.Input((T, D)))


@every_cell
def test_a_padded_row_gives_back_what_it_was_given(cell: str) -> None:
    """Bit by bit, as a state and as every output."""
    ours, _ = pair(cell, return_sequences=True, return_state=True)
    given = states_for(ours)
    steps, *states = ours(SEQUENCES, initial_state=given, mask=MIXED)
    empty = ~MIXED.any(axis=1)
    assert empty.sum() == 3
    for found, state in zip(states, given, strict=True):
        np.testing.assert_array_equal(found[empty], state[empty])
    np.testing.assert_array_equal(steps[empty], np.repeat(given[0][empty][:, None], T, axis=1))


def encoder_decoder(namespace: Any, cell: str) -> keras.Model:
    """The states of one layer begin another, whose own are an output."""
    sequences, others = keras.Input((T, D)), keras.Input((3, D))
    _, *states = layer_of(namespace, cell, return_state=True)(sequences)
    decoded = layer_of(namespace, cell, return_sequences=True, return_state=True)(others, initial_state=states)
    return keras.Model([sequences, others], decoded)


@every_layer
def test_states_handed_on_in_a_functional_model(cell: str) -> None:
    ours, theirs = encoder_decoder(layers, cell), encoder_decoder(keras.layers, cell)
    weights = [spread(w.shape, seed) for seed, w in enumerate(ours.get_weights())]
    ours.set_weights(weights), theirs.set_weights(weights)
    given = [SEQUENCES, spread((ROWS, 3, D), 8)]
    same(ours(given), theirs(given))


@pytest.mark.parametrize("return_sequences", [False, True])
@every_cell
def test_no_rows(cell: str, return_sequences: bool) -> None:
    ours, theirs = pair(cell, return_sequences=return_sequences, return_state=True)
    same(ours(SEQUENCES[:0]), theirs(SEQUENCES[:0]))


@pytest.mark.parametrize("masked", [False, True])
@every_cell
def test_no_steps_give_the_initial_state(cell: str, masked: bool) -> None:
    """Keras's own layers raise an IndexError."""
    ours, _ = pair(cell, return_state=True)
    given, mask = states_for(ours), MIXED[:, :0] if masked else None
    last, *states = ours(SEQUENCES[:, :0], initial_state=given, mask=mask)
    same([last, *states], [given[0], *given], 0)
    last, *states = ours(SEQUENCES[:, :0], mask=mask)
    same([last, *states], [np.zeros_like(given[0])] * (1 + len(given)), 0)


@pytest.mark.parametrize("wrapped", [False, True])
@every_layer
def test_no_steps_in_a_model(cell: str, wrapped: bool) -> None:
    """Of a length that is only known when it runs."""
    layer = layer_of(layers, cell, return_sequences=True, dropout=0.5)
    layer = layers.Bidirectional(layer) if wrapped else layer
    model = keras.Sequential([keras.Input((None, D)), layer])
    assert model(SEQUENCES[:, :0]).shape == (ROWS, 0, H * (1 + wrapped))
    assert model(SEQUENCES).shape == (ROWS, T, H * (1 + wrapped))


def test_no_steps_of_a_stateful_layer_keep_its_states() -> None:
    inputs = keras.Input(batch_shape=(ROWS, None, D))
    layer = layers.LSTM(H, stateful=True)
    model = keras.Model(inputs, layer(inputs))
    model(SEQUENCES)
    before = [np.array(state) for state in layer.states]
    np.testing.assert_array_equal(model(SEQUENCES[:, :0]), before[0])
    same([np.array(state) for state in layer.states], before, 0)
    assert np.abs(before[1]).max() > 0.01

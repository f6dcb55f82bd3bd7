"""Wrong SimpleRNN, LSTM and GRU layers, each wrong in one thing, beside the check that must tell."""

from collections.abc import Callable
from typing import Any

import keras
import pytest

from bptt import layers
from bptt.kernels import Drops
from bptt.layers import projection, recurrent
from bptt.layers.recurrent import Recurrent
from tests.layers import (
    test_recurrent_masks,
    test_recurrent_norm,
    test_recurrent_refusals,
    test_recurrent_states,
    test_recurrent_training,
    test_wrappers,
    test_zoneout,
)
from tests.layers.recurrences import alike
from tests.layers.twins import agree
from tests.layers.twins import alike as predictions_alike

Plant = Callable[[pytest.MonkeyPatch], None]
Check = Callable[[], Any]
BOTH = {"dropout": 0.4, "recurrent_dropout": 0.3, "seed": 5}


def in_loop(change: Callable[..., tuple[Any, ...]]) -> Plant:
    """Changes what Keras's RNN hands to the loop."""
    right = Recurrent.inner_loop

    def wrong(self: Any, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        return right(self, *change(sequences, list(initial_state), mask), training)

    return lambda patch: patch.setattr(Recurrent, "inner_loop", wrong)


def with_options(**options: Any) -> Plant:
    """Asks the kernel for something else than the layer was asked for."""
    right = recurrent.Options
    return lambda patch: patch.setattr(recurrent, "Options", lambda **given: right(**(given | options)))


def with_drops(change: Callable[[Drops], Drops]) -> Plant:
    right = Recurrent._drops
    return lambda patch: patch.setattr(Recurrent, "_drops", lambda self, dtype: change(right(self, dtype)))


def replaced(owner: Any, name: str, change: Callable[..., Any]) -> Plant:
    """Another function in the place of one: `change` takes the right one and its arguments."""
    right = getattr(owner, name)
    return lambda patch: patch.setattr(owner, name, lambda *arguments, **named: change(right, *arguments, **named))


def reset_before(patch: pytest.MonkeyPatch) -> None:
    """A GRU with `reset_after` whose candidate is that of one without, the two biases added."""
    right = layers.GRU._weights
    patch.setattr(layers.GRU, "_extras", lambda _layer: {"reset_after": False})

    def weights(layer: Any, dtype: str) -> Any:
        found = right(layer, dtype)
        return found._replace(bias=found.bias.sum(axis=0))

    patch.setattr(layers.GRU, "_weights", weights)


def like_keras(cell: str = "LSTM", training: bool = False, **arguments: Any) -> Check:
    return lambda: alike(cell, "mixed", training, **arguments)


def same_draws(_right: Any, generator: Any, *_: Any) -> Any:
    return generator.state.value * 0 + 1


FAULTS: dict[str, tuple[Plant, Check]] = {
    "mask not handed on": (in_loop(lambda x, states, _mask: (x, states, None)), like_keras()),
    "mask turned round": (in_loop(lambda x, states, mask: (x, states, ~mask)), like_keras("GRU")),
    "c forgotten": (in_loop(lambda x, states, mask: (x, [states[0], 0 * states[1]], mask)), like_keras()),
    "h and c swapped": (in_loop(lambda x, states, mask: (x, states[::-1], mask)), like_keras()),
    "gradient cut": (
        in_loop(lambda x, states, mask: (keras.ops.stop_gradient(x), states, mask)),
        lambda: agree(test_recurrent_training.network("LSTM"), test_recurrent_training.SEQUENCES),
    ),
    "gradient by the state cut": (
        in_loop(lambda x, states, mask: (x, [keras.ops.stop_gradient(state) for state in states], mask)),
        like_keras("GRU"),
    ),
    "outputs not zeroed": (
        with_options(zero_output_for_mask=False),
        like_keras(zero_output_for_mask=True, return_sequences=True),
    ),
    "last output not zeroed": (
        replaced(Recurrent, "_last_output", lambda _right, _layer, state, _mask: state),
        like_keras("GRU", zero_output_for_mask=True),
    ),
    "last output looked for at the wrong end": (
        replaced(Recurrent, "_last_output", lambda _right, _layer, state, mask: keras.ops.where(mask[:, -1:], state, 0)),
        like_keras("SimpleRNN", zero_output_for_mask=True, go_backwards=True),
    ),
    "direction ignored": (with_options(go_backwards=False), like_keras(go_backwards=True)),
    "both halves forwards": (
        with_options(go_backwards=False),
        lambda: predictions_alike(
            test_wrappers.bidirectional("LSTM", "concat", return_sequences=True),
            [test_wrappers.SEQUENCES, test_wrappers.REAL["holes"]],
        ),
    ),
    "another activation": (with_options(activation="tanh"), like_keras("SimpleRNN", activation="relu")),
    "another activation of the gates": (
        with_options(recurrent_activation="sigmoid"),
        like_keras(recurrent_activation="hard_sigmoid"),
    ),
    "reset before instead of after": (reset_before, like_keras("GRU")),
    "no bias where there is one": (lambda patch: patch.setattr(layers.LSTM, "use_bias", False), like_keras()),
    "inputs not dropped": (with_drops(lambda drops: drops._replace(inputs=None)), like_keras(training=True, **BOTH)),
    "states not dropped": (with_drops(lambda drops: drops._replace(recurrent=None)), like_keras("GRU", training=True, **BOTH)),
    "masks of the gates exchanged": (
        with_drops(lambda drops: Drops(drops.inputs[::-1], drops.recurrent)),
        like_keras(training=True, **BOTH),
    ),
    "one mask for all gates": (
        with_drops(lambda drops: Drops(drops.inputs, drops.recurrent[:1])),
        like_keras("GRU", training=True, **BOTH),
    ),
    "x W not normalised": (
        replaced(projection, "normalise", lambda _right, x, *_: x),
        lambda: test_recurrent_norm.test_the_equations("LSTM"),
    ),
    "gain of x W forgotten": (
        replaced(projection, "normalise", lambda right, x, gain, *others: right(x, gain * 0 + 1, *others)),
        lambda: test_recurrent_norm.test_the_equations("GRU"),
    ),
    "gates and candidate normalised together": (
        lambda patch: patch.setattr(layers.GRU, "norm_parts", ()),
        lambda: test_recurrent_norm.test_the_equations("GRU"),
    ),
    "gain of c forgotten": (
        replaced(layers.LSTM, "_norm", lambda right, layer: right(layer)._replace(state_gain=right(layer).state_gain * 0 + 1)),
        lambda: test_recurrent_norm.test_the_equations("LSTM"),
    ),
    "dropout after the norm's product": (
        replaced(
            projection, "project", lambda right, x, sequences, kernel, _drops, mask: right(x, sequences, kernel, None, mask)
        ),
        lambda: test_recurrent_norm.test_dropout_comes_before_the_norm("LSTM", {"dropout": 0.5}),
    ),
    "NaN in the padding multiplied": (
        replaced(projection, "project", lambda right, *given: right(*given[:-1], None)),
        lambda: test_recurrent_masks.check_unread(test_recurrent_norm.normed("LSTM")),
    ),
    "prediction does not mix": (
        with_options(zoneout=0.0),
        lambda: test_zoneout.check_mixed(test_zoneout.zoned("GRU", return_sequences=True, return_state=True)),
    ),
    "prediction does not mix c": (
        with_options(zoneout_cell=0.0),
        lambda: test_zoneout.check_mixed(test_zoneout.zoned("LSTM", return_sequences=True, return_state=True)),
    ),
    "training mixes": (with_options(training=False), lambda: test_zoneout.test_every_step_draws_anew("GRU")),
    "one draw for ever": (
        replaced(keras.random.SeedGenerator, "next", same_draws),
        lambda: test_zoneout.test_the_seed_decides_and_each_call_draws_anew("LSTM"),
    ),
    "rates of h and c exchanged": (
        with_options(zoneout=0.4, zoneout_cell=0.5),
        lambda: test_zoneout.test_a_step_of_the_lstm_keeps_a_share_of_each_state(1),
    ),
    "states of no steps forgotten": (
        in_loop(lambda x, states, mask: (x, [0 * state for state in states], mask)),
        lambda: test_recurrent_states.test_no_steps_give_the_initial_state("LSTM", False),
    ),
    "ids not checked": (
        replaced(projection, "zero_if_known", lambda _right, tokens, _mask: keras.ops.zeros((tokens.ids.shape[0], 1))),
        lambda: test_recurrent_refusals.test_an_id_outside_the_vocabulary("GRU", 1000, True),
    ),
}

"""What our recurrent layers read is (B, T, D); of what is not, who made it and how to mend that."""

from collections import deque
from typing import TYPE_CHECKING, Any

import keras

from bptt.messages import _

_Beside: Any = keras.layers.Layer if TYPE_CHECKING else object


class ReadsSequences(_Beside):
    """Stands before a recurrent layer of Keras, and refuses an input (B, H), which has no steps, with a ValueError: most often
    the layer that made it gives its last state alone, for want of return_sequences."""

    def _assert_input_compatibility(self, sequences: Any) -> None:  # where Keras checks the rank, in eager and symbolic calls
        if len(getattr(sequences, "shape", ())) == 2:
            raise ValueError(f"{self.name}: {_without_steps(sequences)}")
        super()._assert_input_compatibility(sequences)


def _without_steps(x: Any) -> str:
    """What is wrong with x (B, H), and how to mend it."""
    shape = f"({'B' if x.shape[0] is None else x.shape[0]}, {x.shape[1]})"
    before = _gives_last_state(x)
    if before is None:
        message = _(
            "expected (B, T, D), came {shape}. A recurrent layer before gives every step with return_sequences=True; ids (B, T) "
            "go through an Embedding first."
        )
    else:
        message = _(
            "expected (B, T, D), came {shape}: the layer before, {before}, gives its last state alone; set "
            "return_sequences=True there."
        )
    return message.format(shape=shape, before=before)


def _gives_last_state(x: Any) -> str | None:
    """The name of the nearest layer that made x (B, H) and has return_sequences=False; None where there is none, or no trace
    of it, as of arrays that were computed. It looks through layers between, as Dropout, and into models."""
    waiting, seen = deque([x]), set()
    while waiting:
        tensor = waiting.popleft()
        history = getattr(tensor, "_keras_history", None)
        if history is None or len(tensor.shape) != 2 or id(tensor) in seen:
            continue
        seen.add(id(tensor))
        layer = history.operation
        if getattr(layer, "return_sequences", None) is False:
            return str(layer.name)
        if isinstance(layer, keras.Model):
            waiting.append(layer.outputs[history.tensor_index])
        waiting.extend(layer._inbound_nodes[history.node_index].input_tensors)
    return None

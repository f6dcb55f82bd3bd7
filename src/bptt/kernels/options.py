"""What a recurrence is asked for, apart from its arrays."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from jax.sharding import Mesh

ACTIVATIONS = ("tanh", "relu")


@dataclass(frozen=True)
class Options:
    """The static half of a recurrence; hashable, so that JAX compiles once for each.

    Args:
        activation: "tanh" or "relu".
        go_backwards: read the last time step first; outputs stand in the order in which they are made, as in Keras.
        zero_output_for_mask: a masked step outputs zeros; otherwise the state it holds.
        return_sequences: give every step's output.
        mesh, batch_axis: the devices that share a batch, and the mesh axis that cuts it; None on one device.
    """

    activation: str = "tanh"
    go_backwards: bool = False
    zero_output_for_mask: bool = False
    return_sequences: bool = False
    mesh: Mesh | None = None
    batch_axis: str | None = None


class Tokens(NamedTuple):
    """Inputs named by id: row `ids[b, t]` of `table` is x_t. The (B, T, D) array is never made."""

    ids: Any  # (B, T) int32
    table: Any  # (V, D)

"""One recurrence, three ways: reference (NumPy, float64, by hand), scan (JAX), native (compiled).

Takes arrays with the axes of `bptt.shapes`, gives states and outputs; `dispatch` chooses and says why.
"""

from bptt.kernels.diagonal import choose_diagonal
from bptt.kernels.dispatch import Choice, choose_elementwise, choose_recurrence, use
from bptt.kernels.elementwise import draw_groups, dropout, layer_norm
from bptt.kernels.options import ACTIVATIONS, CELLS, GATES, Drops, Norm, Options, Tokens, Weights

__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "GATES",
    "Choice",
    "Drops",
    "Norm",
    "Options",
    "Tokens",
    "Weights",
    "choose_diagonal",
    "choose_elementwise",
    "choose_recurrence",
    "draw_groups",
    "dropout",
    "layer_norm",
    "use",
]

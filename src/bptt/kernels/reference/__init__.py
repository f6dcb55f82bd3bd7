"""The recurrence as the textbook writes it, in NumPy float64, its gradients by hand: the judge of the other two.

One file a cell; each step gives its result and, beside it, the chain rule backward through that step.
"""

from bptt.kernels.reference.through_time import Gradients, backward, recurrence

__all__ = ["Gradients", "backward", "recurrence"]

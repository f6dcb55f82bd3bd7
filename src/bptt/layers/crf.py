"""A linear-chain conditional random field: the head of a network that labels every step."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike, NDArray

from bptt.layers import chains
from bptt.layers.arguments import count
from bptt.messages import _
from bptt.shapes import NO_LABEL, Floats, Ids, Mask

FORBIDDEN = -1e4  # added to the score of what is not legal: exp of it is 0, and no gradient is infinite


@keras.saving.register_keras_serializable(package="bptt")
class CRF(keras.layers.Layer):
    """Scores of neighbouring labels over emissions (Lafferty, McCallum & Pereira 2001; Lample et al. 2016, section 2.2).

    Input and output are the emissions (B, T, K), unchanged; the layer owns transitions (K, K) as [from, to], start and end (K,).
    `loss` trains them together with the network before them, which `models.ChainModel` does in `fit`; `decode` answers.

        tags = ["O", "B-PLACE", "I-PLACE"]
        emissions = layers.CRF(len(tags), *bio.rules(tags))(layers.Dense(len(tags))(x))

    Args:
        units: K, the number of labels.
        legal_transitions: (K, K) bool, whether label k may follow label j, at [j, k]; None for all.
        legal_starts: (K,) bool, whether label k may be the first; None for all.

    What is not legal is never decoded, and has no probability in the loss. Raises ValueError for rules of another shape, and for
    some that leave a row without any legal labels.
    """

    def __init__(
        self, units: int, legal_transitions: ArrayLike | None = None, legal_starts: ArrayLike | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = count("units", units)
        self.supports_masking = True
        self.legal_transitions = _rules("legal_transitions", legal_transitions, (self.units, self.units))
        self.legal_starts = _rules("legal_starts", legal_starts, (self.units,))
        if not (self.legal_starts.any() and self.legal_transitions.any(axis=1).all()):
            raise ValueError(_("no label may start, or one may be followed by none; expected a legal label at every step."))

    def build(self, input_shape: Any) -> None:
        if input_shape[-1] != self.units:
            message = _("emissions have {came} labels; expected {units}, the units of the CRF.")
            raise ValueError(message.format(came=input_shape[-1], units=self.units))
        shapes = {"transitions": (self.units, self.units), "start": (self.units,), "end": (self.units,)}
        for name, shape in shapes.items():
            setattr(self, name, self.add_weight(shape=shape, initializer="zeros", name=name))

    def call(self, emissions: Any) -> Any:
        return emissions + 0  # another tensor: a mask (B, T) of Keras's stays with the first, or it would lie over the loss (B,)

    def compute_mask(self, emissions: Any, mask: Any = None) -> None:
        return None

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def loss(self, labels: Any, emissions: Any) -> Any:
        """(B,): -log p(labels) of each row. Labels (B, T) int32, NO_LABEL (-1) where a step is not real: those take no part."""
        labels = ops.cast(labels, "int32")
        return chains.negative_log_likelihood(self._weights(), self._stored(emissions), labels, labels != NO_LABEL)

    def marginals(self, emissions: Any, mask: Any) -> Any:
        """(B, T, K): how probable each label is at each step, given the whole row; 0 where `mask` (B, T) is false."""
        return chains.marginals(self._weights(), self._stored(emissions), ops.cast(mask, "bool"))

    def decode(self, emissions: Floats, mask: Mask) -> Ids:
        """(B, T) int32: the most probable legal labels of each row, NO_LABEL where `mask` (B, T) is false; computed in NumPy.

        A row's answer is the same in any batch. Raises ValueError for emissions that are not finite.
        """
        legal = (np.where(table, 0, -np.inf) for table in (self.legal_transitions, self.legal_starts))
        transitions, start = (np.array(weight) + rule for weight, rule in zip((self.transitions, self.start), legal, strict=True))
        weights = chains.Weights(transitions, start, np.array(self.end))
        return chains.best_paths(weights, np.asarray(emissions), np.asarray(mask, bool))[0]

    def get_config(self) -> dict[str, Any]:
        rules = {"legal_transitions": self.legal_transitions.tolist(), "legal_starts": self.legal_starts.tolist()}
        return {**super().get_config(), "units": self.units, **rules}

    def _weights(self) -> chains.Weights:
        transitions, start = self.transitions + _penalty(self.legal_transitions), self.start + _penalty(self.legal_starts)
        return chains.Weights(transitions, start, ops.convert_to_tensor(self.end))

    def _stored(self, emissions: Any) -> Any:
        """In the precision of the weights: sums over long rows want more than a dtype policy's bfloat16."""
        return ops.cast(emissions, self.variable_dtype)


def _penalty(legal: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.where(legal, 0, FORBIDDEN).astype(np.float32)


def _rules(name: str, given: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    legal = np.ones(shape, bool) if given is None else np.array(given, bool)
    if legal.shape != shape:
        message = _("{name} has shape {came}; expected {expected}.")
        raise ValueError(message.format(name=name, came=legal.shape, expected=shape))
    return legal

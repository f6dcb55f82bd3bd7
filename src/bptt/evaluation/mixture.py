"""A network and the bag of words beside it, as one answer: the linear opinion pool (Stone 1961, "The opinion pool")."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bptt.bundle import Bundle
from bptt.errors import ModelFileError
from bptt.evaluation.bag_of_words import BagOfWords
from bptt.messages import _


@dataclass(frozen=True)
class Mixture:
    """share: of the bag of words in each answer, between 0 and 1; the rest is the network's."""

    bag: BagOfWords
    share: float

    def answers(self, network: NDArray[Any], texts: Sequence[str]) -> NDArray[Any]:
        """(N, K) probabilities: (1 - share) p of the network, given as `network` (N, K), + share p of the bag of words, which
        reads the `texts` whole."""
        mixed = (1 - self.share) * network + self.share * self.bag.probabilities(texts)
        return np.asarray(mixed, network.dtype)


def mixture_of(bundle: Bundle, share: float) -> Mixture | None:
    """That of a model file whose configuration has `share`; none where that is 0. Raises ModelFileError where the bag of words is
    not in it."""
    if not share:
        return None
    try:
        return Mixture(BagOfWords.of_parts(*bundle.bag), share)
    except (KeyError, ValueError) as error:
        message = _("The model file's bag of words cannot be read ({error}). Was it written by another version?")
        raise ModelFileError("model.bag-of-words", message.format(error=error)) from error

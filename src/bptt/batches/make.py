"""A Dataset's rows as padded batches, made on demand from one flat array."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, NonNegativeInt
from typing_extensions import TypedDict

from bptt.batches import lengths, order, padding
from bptt.data.config import TextConfig
from bptt.data.dataset import Dataset
from bptt.data.ragged import Ragged
from bptt.shapes import NO_LABEL, PADDING, UNKNOWN, Mask


class Facts(TypedDict):
    """What is in the batches; lengths in words, before a text is cut; shares run from 0 to 1."""

    rows: NonNegativeInt
    words: NonNegativeInt
    length_quantiles: dict[str, FiniteFloat]
    length_histogram: lengths.Histogram
    share_truncated: FiniteFloat
    share_words_cut: FiniteFloat
    share_unknown: FiniteFloat
    share_padding: FiniteFloat
    shapes: list[tuple[int, int]]  # every (B, T)


@dataclass(frozen=True)
class Batch:
    """inputs: (B, T) int32 ids, or (B, T, ...) of which the first number is an id; 0 is padding. targets: (B, ...), what the loss
    reads; where every step has one, (B, T), NO_LABEL at padding. rows: (B,) int64, each row's place in the Dataset."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    rows: NDArray[np.int64]

    @property
    def real(self) -> Mask:
        """(B, T) which steps are not padding."""
        return (self.inputs if self.inputs.ndim == 2 else self.inputs[..., 0]) != PADDING


class Batches:
    """Every row once an epoch, in padded batches. `len()` is the number of batches; it and their shapes never change.

    With `shuffle` each epoch has an order of its own, drawn from (seed, epoch); without, all have the same.
    """

    def __init__(
        self,
        encoded: Ragged,
        targets: NDArray[Any] | Ragged,
        text: TextConfig,
        batch_size: int,
        seed: int,
        shuffle: bool,
        step: int = 1,
    ) -> None:
        """encoded: N whole rows; targets: (N, ...), or one a step. The longest batch is as long as its longest row, rounded up to
        a multiple of `step`: of many data sets read in turn, few then bring a shape of their own."""
        self._encoded, self._targets, self._text = encoded, targets, text
        self._starts, self._lengths = padding.cut(encoded.starts[:-1], encoded.lengths, text.max_length, text.truncation)
        longest = -(-int(self._lengths.max(initial=0)) // step) * step
        edges = order.edges(text.bucket_edges, text.max_length, longest, fixed=not text.mask)

        def groups(epoch: int) -> list[order.Group]:
            if shuffle:
                return order.shuffled(self._lengths, edges, batch_size, seed, epoch)
            return order.in_order(self._lengths, edges, batch_size)

        self._groups = lru_cache(maxsize=2)(groups)

    def __len__(self) -> int:
        return len(self._groups(0))

    def batch(self, epoch: int, index: int) -> Batch:
        """Batch `index` (from 0) of epoch `epoch` (from 0). Raises IndexError past the last one."""
        group = self._groups(epoch)[index]
        places = self._starts[group.rows], self._lengths[group.rows], group.T, self._text.padding
        targets = self._targets
        answers = padding.pad(targets.steps, *places, NO_LABEL) if isinstance(targets, Ragged) else targets[group.rows]
        return Batch(padding.pad(self._encoded.steps, *places), answers, group.rows)

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """All batches of one epoch, in order."""
        return (self.batch(epoch, index) for index in range(len(self)))

    @property
    def whole_lengths(self) -> NDArray[np.int64]:
        """(N,) words of each text, before any is cut."""
        return self._encoded.lengths

    def shapes(self) -> list[tuple[int, int]]:
        """Every (B, T) that occurs, the same in each epoch, the shortest first."""
        return sorted(self._shape_counts(), key=lambda shape: (shape[1], shape[0]))

    def tokens(self) -> int:
        """Words in one epoch, padding not counted; the same in each."""
        return int(self._lengths.sum())

    def facts(self) -> Facts:
        """What was cut, what is unknown, what is padding."""
        whole, ids = self._encoded.lengths, self._encoded.ids
        cells = sum(count * B * T for (B, T), count in self._shape_counts().items())
        return Facts(
            rows=len(whole),
            words=len(ids),
            length_quantiles=lengths.quantiles(whole),
            length_histogram=lengths.histogram(whole, self._text.max_length),
            share_truncated=_share(int((whole > self._text.max_length).sum()), len(whole)),
            share_words_cut=_share(len(ids) - self.tokens(), len(ids)),
            share_unknown=_share(int((ids == UNKNOWN).sum()), len(ids)),
            share_padding=_share(cells - self.tokens(), cells),
            shapes=self.shapes(),
        )

    def _shape_counts(self) -> Counter[tuple[int, int]]:
        return Counter((len(group.rows), group.T) for group in self._groups(0))


def make(dataset: Dataset, encoded: Ragged, text: TextConfig, batch_size: int, seed: int, shuffle: bool) -> Batches:
    """The batches of a Dataset whose N texts are `encoded`; shuffled for training, in the Dataset's order within each bucket
    for everything else. Where each text is its own answer none is cut: a long one becomes several rows."""
    if dataset.targets.values is None:
        pieces = encoded.pieces(text.max_length)
        return Batches(pieces, pieces, text, batch_size, seed, shuffle)
    return Batches(encoded, dataset.targets.values, text, batch_size, seed, shuffle)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0

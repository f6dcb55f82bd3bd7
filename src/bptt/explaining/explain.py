"""The verb: one row, and what led to its answer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from bptt.batches.padding import cut
from bptt.data import Dataset, Ragged
from bptt.data.inputs import as_text
from bptt.evaluation import Predictor
from bptt.explaining.course import DIGITS, after_each, picture
from bptt.explaining.explanation import Effects, Explanation
from bptt.explaining.integrated import Aim, Gradients, closed
from bptt.explaining.nearest import Memory, run
from bptt.explaining.probable import probable
from bptt.messages import _
from bptt.models.dissect import before_head, states

AIMS = 12  # numbers of an answer that are explained
COARSE = 256  # steps: rows one by one are padded to a multiple, or each would have its programs compiled anew


@dataclass(frozen=True)
class Explainer:
    """A predictor, and the training rows it is compared with; none where they cannot be read."""

    predictor: Predictor
    train: Dataset | None

    def explain(self, row: Any, answer: NDArray[Any], aims: Sequence[Aim]) -> Explanation:
        """What led to the `answer` to `row`, a row that `Predictor.ask` gave; aims: the numbers of it to explain, of which the
        first AIMS are. Raises as `Predictor.answers` does."""
        judge = self._one_by_one
        encoded = judge.encoder.encode([row])
        read, before = self._read(encoded)
        batch = judge.padded(Ragged(read, np.array([0, len(read)]))).batch(0, 0)
        hidden = self._once(self._states, read)
        at, course = ([], {}) if judge.head.per_step else after_each(judge, read, judge.classes)
        effects = self._gradients.effects(batch, aims[:AIMS])
        return Explanation(
            text=as_text(row),
            answer=asdict(judge.decode(row, answer, judge.classes)),
            tokens=judge.encoder.tokens(row)[before : before + len(read)],
            before=before,
            after=int(encoded.lengths[0]) - before - len(read),
            at=at,
            course=course,
            tags=self._tags(batch) if judge.head.per_step else {},
            effects=effects,
            norm=np.linalg.norm(hidden, axis=1).astype(np.float64).round(DIGITS).tolist(),
            states=picture(hidden),
            nearest=self._memory.nearest(self._once(self._reader, read)) if self._memory else [],
            notes=self._notes(effects, len(aims)),
        )

    def _read(self, encoded: Ragged) -> tuple[NDArray[Any], int]:
        """The steps (T, ...) of the only row that the network reads, and how many stand before them."""
        if self.predictor.head.per_step:
            return encoded[0], 0
        text = self.predictor.text
        [start], [kept] = cut(np.zeros(1, np.int64), encoded.lengths, text.max_length, text.truncation)
        return encoded[0][start : start + kept], int(start)

    def _once(self, part: keras.Model, read: NDArray[Any]) -> NDArray[Any]:
        return run(self._one_by_one, part, Ragged(read, np.array([0, len(read)])))[0]

    def _tags(self, batch: Any) -> dict[str, list[float]]:
        judge = self.predictor
        outputs = judge.model.predict_on_batch(batch.inputs)
        real = batch.real if judge.text.mask else None
        found = np.asarray(probable(judge.head, judge.model, outputs, real), np.float64)[0][batch.real[0]]
        return dict(zip(judge.classes, found.T.round(DIGITS).tolist(), strict=True))

    def _notes(self, effects: Sequence[Effects], aims: int) -> list[str]:
        """What is told in part, and what is not told."""
        notes = []
        if self.predictor.mixture:
            message = _(
                "A bag of words has a share of {share:g} in each answer; what is explained is what the network says alone."
            )
            notes.append(message.format(share=self.predictor.mixture.share))
        if aims > AIMS:
            notes.append(_("The effects on {shown} of {all} numbers of the answer are told.").format(shown=AIMS, all=aims))
        off = [one for one in effects if not closed(one["gap"], one["effects"], one["value"])]
        if off:
            message = _("The effects miss the change that they explain by {gap:.2g}: the network's answer has kinks on the way.")
            notes.append(message.format(gap=max(abs(one["gap"]) for one in off)))
        memory = None if self.predictor.head.per_step else self._memory
        if memory and len(memory.rows) < memory.of:
            message = _("The nearest are looked for among {rows} of {all} training rows.")
            notes.append(message.format(rows=len(memory.rows), all=memory.of))
        return notes

    @cached_property
    def _one_by_one(self) -> Predictor:
        """The predictor, with few shapes of batches."""
        text = self.predictor.text.model_copy(update={"bucket_edges": ()})
        return replace(self.predictor, text=text, step=COARSE)

    @cached_property
    def _gradients(self) -> Gradients:
        return Gradients(self.predictor.model, self.predictor.head)

    @cached_property
    def _states(self) -> keras.Model:
        return states(self.predictor.model)

    @cached_property
    def _reader(self) -> keras.Model:
        return before_head(self.predictor.model)

    @cached_property
    def _memory(self) -> Memory | None:
        """None where every step has an answer: there is no one state of a row."""
        if self.train is None or self.predictor.head.per_step:
            return None
        return Memory.of_rows(self.predictor, self._reader, self.train)

"""A model that labels every step and ends in a CRF, as `fit` trains it."""

from typing import Any

import keras
from keras import ops

from bptt.layers import CRF
from bptt.messages import _


@keras.saving.register_keras_serializable(package="bptt")
class ChainModel(keras.Model):
    """A functional model whose last layer is a `layers.CRF`: `compile` it without a loss, `fit` minimises the CRF's own.

        model = ChainModel(ids, layers.CRF(K)(layers.Dense(K)(x)))
        model.compile("adam")
        model.fit(ids, labels)  # labels (B, T) int32, -1 where a step is not real
        model.layers[-1].decode(model.predict(ids), ids != 0)

    The loss is the mean over the rows of -log p(labels), times `sample_weight` (B,) where given, plus the layers' own losses.
    """

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of a batch. Raises ValueError for a loss given to `compile`, and where the last layer is no CRF."""
        crf = self.layers[-1]
        if self.loss is not None or not isinstance(crf, CRF):
            message = _("A ChainModel has the loss of its last layer, a CRF; it came with the loss {loss!r} and ends in {last}.")
            raise ValueError(message.format(loss=self.loss, last=type(crf).__name__))
        rows = crf.loss(y, y_pred)
        if sample_weight is not None:
            rows = rows * ops.cast(sample_weight, rows.dtype)
        return ops.mean(rows) + sum(self.losses)

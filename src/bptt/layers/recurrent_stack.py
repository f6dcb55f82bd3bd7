"""A stack of recurrent layers as one layer: residual, normalised, dropped out."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from bptt.layers.dropout import Dropout
from bptt.layers.gru import GRU
from bptt.layers.layer_normalization import LayerNormalization
from bptt.layers.lstm import LSTM
from bptt.layers.sequences import ReadsSequences
from bptt.layers.simple_rnn import SimpleRNN
from bptt.messages import _

CELLS: dict[str, Any] = {"simple_rnn": SimpleRNN, "lstm": LSTM, "gru": GRU}
NORMS = (None, "before", "after")


@keras.saving.register_keras_serializable(package="bptt")
class RecurrentStack(ReadsSequences, keras.layers.Layer):
    """Recurrent layers one above the other; input (B, T, D), output (B, H) of the last, or (B, T, H) with `return_sequences`.

    Layer k gives x + dropout(norm(rnn(x))) with `residual` and norm "after"; "before" normalises what the recurrence reads
    (Xiong et al. 2020 on the two places). The last layer's skip connection is left out where it gives its last output alone,
    and where D is not its units the first one's (He et al. 2016 on skip connections).

    Args:
        cell: "simple_rnn", "lstm" or "gru".
        units: of each layer.
        residual: add each layer's input to its output; all `units` must then be the same.
        norm: None, "before" or "after": where a LayerNormalization stands.
        norm_last: whether norm "after" and dropout stand behind the last layer too.
        dropout: behind each layer: a share, or one for each layer.
        return_sequences: give every step's output of the last layer.
        options: of the recurrent layers, such as recurrent_dropout or zoneout.

    Raises ValueError for an unknown cell or norm, for no layer, for units that differ under `residual`, for an input (B, H).
    """

    def __init__(
        self,
        cell: str,
        units: Sequence[int],
        residual: bool = False,
        norm: str | None = None,
        norm_last: bool = True,
        dropout: float | Sequence[float] = 0.0,
        return_sequences: bool = False,
        options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        rates = [float(dropout)] * len(units) if isinstance(dropout, int | float) else [float(rate) for rate in dropout]
        _check(cell, list(units), residual, norm, rates)
        self.cell, self.units, self.residual, self.norm, self.norm_last = cell, list(units), residual, norm, norm_last
        self.dropout, self.return_sequences, self.options = rates, return_sequences, dict(options or {})
        self.supports_masking = True
        last = len(self.units) - 1
        self.rnns = [
            CELLS[cell](
                n, return_sequences=k < last or return_sequences, name=f"rnn_{k}", dtype=self.dtype_policy, **self.options
            )
            for k, n in enumerate(self.units)
        ]
        closed = range(last + 1 if norm_last else last)
        normed = () if norm is None else range(last + 1) if norm == "before" else closed
        self.norms = {str(k): LayerNormalization(name=f"norm_{k}", dtype=self.dtype_policy) for k in normed}
        self.dropouts = {str(k): Dropout(rates[k], name=f"dropout_{k}", dtype=self.dtype_policy) for k in closed if rates[k]}

    def build(self, input_shape: Any) -> None:
        for k, rnn in enumerate(self.rnns):
            normalisation = self.norms.get(str(k))
            if normalisation is not None:
                normalisation.build(input_shape if self.norm == "before" else rnn.compute_output_shape(input_shape))
            rnn.build(input_shape)
            input_shape = (*input_shape[:-1], self.units[k])

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[: 2 if self.return_sequences else 1], self.units[-1])

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return mask if self.return_sequences else None

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        x = inputs
        for k, rnn in enumerate(self.rnns):
            normalisation, dropout = self.norms.get(str(k)), self.dropouts.get(str(k))
            read = normalisation(x) if normalisation is not None and self.norm == "before" else x
            out = rnn(read, mask=mask, training=training)
            if normalisation is not None and self.norm == "after":
                out = normalisation(out)
            out = out if dropout is None else dropout(out, training=training)
            skips = self.residual and tuple(out.shape) == tuple(x.shape)
            x = ops.add(x, out) if skips else out
        return x

    def get_config(self) -> dict[str, Any]:
        names = ("cell", "units", "residual", "norm", "norm_last", "dropout", "return_sequences", "options")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _check(cell: str, units: list[int], residual: bool, norm: str | None, rates: list[float]) -> None:
    if cell not in CELLS:
        raise ValueError(_("cell is {cell!r}; expected one of {known}.").format(cell=cell, known=", ".join(CELLS)))
    if norm not in NORMS:
        raise ValueError(_('norm is {norm!r}; expected None, "before" or "after".').format(norm=norm))
    if not units or len(rates) != len(units):
        message = _("units are {units}, dropout {rates}; expected at least one layer, and a share for each.")
        raise ValueError(message.format(units=units, rates=rates))
    if residual and len(set(units)) > 1:
        message = _("units are {units} with residual; a sum wants the same width everywhere: put a Dense before the stack.")
        raise ValueError(message.format(units=units))

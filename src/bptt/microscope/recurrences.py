"""The recurrent layers of a model, and what was read of each."""

from collections.abc import Sequence

import keras
import numpy as np

from bptt.kernels import compiled, tap
from bptt.layers.recurrent import Recurrent
from bptt.messages import _
from bptt.shapes import Floats

from .probe import LayerProbe, Unmeasured, layer_probe

Readings = Sequence[tuple[int, Floats]]


class Recurrences:
    """Those of `model`, with a direction of a Bidirectional as a layer of its own, in the order in which they were made."""

    def __init__(self, model: keras.Model) -> None:
        found = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN)]
        self.read: list[Recurrent] = [one for one in found if isinstance(one, Recurrent)]
        self.read.sort(key=lambda layer: layer.tap)
        self.others = [one for one in found if not isinstance(one, Recurrent)]
        pairs = [one for one in model._flatten_layers() if isinstance(one, keras.layers.Bidirectional)]
        self._pairs = {pair.backward_layer.tap: pair.forward_layer.tap for pair in pairs if _ours(pair)}

    def probes(self, readings: Readings) -> list[LayerProbe]:
        """Of the layers that were read."""
        found = [(layer, rows) for layer in self.read if (rows := self._rows(layer, readings)) is not None]
        return [
            layer_probe(
                layer.path,
                layer.cell_name,
                layer.go_backwards,
                np.asarray(layer.cell.recurrent_kernel),
                dict(zip(tap.FIELDS[layer.cell_name], rows.T, strict=True)),
            )
            for layer, rows in found
        ]

    def unmeasured(self, readings: Readings) -> list[Unmeasured]:
        """Of the layers that were not read, why."""
        missed = [layer for layer in self.read if self._rows(layer, readings) is None]
        return [{"layer": layer.path, "reason": _reason(layer)} for layer in (*missed, *self.others)]

    def _rows(self, layer: Recurrent, readings: Readings) -> Floats | None:
        """(T, fields), the sum over all calls of the layer in the step; None where there was none."""
        taps = {layer.tap, -self._pairs.get(layer.tap, 0)}
        calls = [rows for number, rows in readings if number in taps]
        if not calls:
            return None
        total = np.zeros((max(map(len, calls)), calls[0].shape[1]))
        for rows in calls:
            total[: len(rows)] += rows
        return total


def _ours(pair: keras.layers.Bidirectional) -> bool:
    return isinstance(pair.forward_layer, Recurrent) and isinstance(pair.backward_layer, Recurrent)


def _reason(layer: keras.Layer) -> str:
    choice = getattr(layer, "kernel_choice", None)
    if choice is None:
        return _("it is a layer of Keras's own; take the one of the same name from bptt.layers")
    if not isinstance(layer, Recurrent):
        return _("it goes through time without the native kernel, which is what is read")
    if choice.kernel != "native" or compiled.missing():
        return choice.reason
    return _("no gradient came back through it: nothing below it learns")

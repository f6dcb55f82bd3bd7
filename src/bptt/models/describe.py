"""The model's table: each layer with its output shape, its parameters, and the kernel it runs on."""

import keras
from typing_extensions import TypedDict

from bptt import layers
from bptt.messages import _


class LayerRow(TypedDict):
    """One layer of the table."""

    name: str
    kind: str
    output_shape: list[int | None]  # None for B and T
    parameters: int
    kernel: str
    reason: str  # why that kernel; empty where the layer is Keras's own


class ModelTable(TypedDict):
    """What model.json holds. A weight that two layers share counts once in the totals."""

    layers: list[LayerRow]  # in the model's order
    parameters: int
    trainable: int


def describe(model: keras.Model) -> ModelTable:
    """The table of `model`, which need not be trained."""
    return {
        "layers": [_row(layer) for layer in model.layers],
        "parameters": model.count_params(),
        "trainable": sum(weight.value.size for weight in model.trainable_weights),
    }


def detours(table: ModelTable) -> list[str]:
    """A sentence for each reason why layers do not run on the native kernels, though they could."""
    affected: dict[str, list[str]] = {}
    for row in table["layers"]:
        if row["reason"] and row["kernel"] != "native":
            affected.setdefault(row["reason"], []).append(row["name"])
    message = _("Not on the native kernels, which are faster: {layers}. The reason: {reason}.")
    return [message.format(layers=", ".join(names), reason=reason) for reason, names in affected.items()]


def _row(layer: keras.Layer) -> LayerRow:
    kernels, reasons = zip(*(_kernel(part) for part in parts(layer)), strict=True)
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "output_shape": list(layer.output.shape),
        "parameters": layer.count_params(),
        "kernel": " + ".join(dict.fromkeys(kernels)),
        "reason": " ".join(dict.fromkeys(reason for reason in reasons if reason)),
    }


def _kernel(layer: keras.Layer) -> tuple[str, str]:
    """Kernel and reason. Keras's own layers choose nothing and have no reason to give."""
    choice = getattr(layer, "kernel_choice", None)
    return (choice.kernel, choice.reason) if choice else ("keras", "")


def parts(layer: keras.Layer) -> list[keras.Layer]:
    """The layers that do the work of a wrapper, a stack or a model inside the model; else the layer itself."""
    if isinstance(layer, keras.Model):
        return [part for inner in layer.layers for part in parts(inner)]
    if isinstance(layer, layers.RecurrentStack):
        return [*layer.rnns, *layer.norms.values(), *layer.dropouts.values()]
    if isinstance(layer, layers.Bidirectional):  # one call for both directions
        return [layer]
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return parts(layer.layer) if isinstance(layer, keras.layers.Wrapper) else [layer]

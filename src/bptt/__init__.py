"""Recurrent networks on ordinary machines: fast, visible, hard to break.

    data.load -> batches.make -> models.build -> training.fit -> evaluation.score -> report.write

`bptt.experiment` tells that story with one function a verb; `bptt.layers` stands in for `keras.layers`, `bptt.callbacks` for
`keras.callbacks`, `bptt.initializers` for `keras.initializers`. Each part is loaded when it is first used, so `import bptt` costs
nothing. Keras runs on JAX unless KERAS_BACKEND says otherwise: import bptt before keras.
"""

import os
from importlib import import_module

os.environ.setdefault("KERAS_BACKEND", "jax")

__all__ = [
    "batches",
    "callbacks",
    "checks",
    "data",
    "evaluation",
    "experiment",
    "explain",
    "initializers",
    "kernels",
    "layers",
    "loggers",
    "microscope",
    "models",
    "report",
    "training",
]


def __getattr__(name: str) -> object:
    if name == "explain":
        return import_module(f"{__name__}.models").explain
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    if name == "__version__":
        return import_module("importlib.metadata").version(__name__)  # 50 ms that `bptt --help` need not pay
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

"""Who is compared: the module, the environment and the rows of each peer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.peers.workloads import Row

THREADS = 2
OURS = "ours"
REFERENCE = "reference"  # lax_scan in float64: every answer is compared with it, and it is never timed


@dataclass(frozen=True)
class Peer:
    title: str
    module: str  # of this folder; its build(peer, row, task) returns a Run
    packages: tuple[str, ...]  # distributions whose versions the page tells
    can: Callable[[Row, str], bool]  # whether it offers the task of the row at all
    ours: bool = False  # runs in the package's own environment, not in that of `make peers`
    environment: dict[str, str] = field(default_factory=dict)


def everything(row: Row, task: str) -> bool:
    return True


def models(row: Row, task: str) -> bool:
    return row.kind != "layer"


PEERS = {
    OURS: Peer("bptt", "keras_layers", ("bptt", "keras", "jax"), everything, True, {"KERAS_BACKEND": "jax"}),
    "keras-jax": Peer("Keras on JAX", "keras_layers", ("keras", "jax"), everything, True, {"KERAS_BACKEND": "jax"}),
    "keras-tensorflow": Peer(
        "Keras on TensorFlow", "keras_layers", ("keras", "tensorflow-cpu"), models, environment={"KERAS_BACKEND": "tensorflow"}
    ),
    "keras-torch": Peer("Keras on torch", "keras_layers", ("keras", "torch"), models, environment={"KERAS_BACKEND": "torch"}),
    "lax-scan": Peer("`lax.scan`", "lax_scan", ("jax",), everything, True),
    "torch": Peer("PyTorch", "torch_nn", ("torch",), everything),
    "torch-packed": Peer("PyTorch, packed", "torch_nn", ("torch",), lambda row, task: row.short),
    "onednn": Peer("oneDNN", "onednn", (), lambda row, task: row.kind == "layer"),
    "onnxruntime": Peer(
        "ONNX Runtime", "onnx_graph", ("onnxruntime",), lambda row, task: task in ("predict", "forward", "stream")
    ),
    REFERENCE: Peer("reference", "lax_scan", ("jax",), everything, True, {"JAX_ENABLE_X64": "1"}),
}

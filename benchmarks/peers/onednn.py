"""oneDNN's vanilla_rnn, lstm and lbr_gru primitives alone, through onednn.cc, compiled on the spot."""

import ctypes
import functools
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.peers.workloads import GATES, Arrays, D, Row, Run, data, weights

SOURCE = Path(__file__).with_suffix(".cc")
LIBRARY = Path(sys.prefix) / "lib" / "bptt_peers_onednn.so"  # beside libdnnl, in the environment of `make peers`


@functools.cache
def library() -> ctypes.CDLL:
    if not LIBRARY.exists() or LIBRARY.stat().st_mtime < SOURCE.stat().st_mtime:
        home = LIBRARY.parent
        command = ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", f"-I{home.parent}/include", "-o", LIBRARY, SOURCE]
        subprocess.run([*command, f"-L{home}", "-l:libdnnl.so.3", f"-Wl,-rpath,{home}"], check=True)
    loaded = ctypes.CDLL(str(LIBRARY))
    loaded.recurrence_new.restype = ctypes.c_void_p
    loaded.recurrence_array.restype = ctypes.POINTER(ctypes.c_float)
    return loaded


def versions() -> dict[str, str]:
    parts = (ctypes.c_int * 3)()
    library().onednn_version(parts)
    return {"oneDNN": ".".join(map(str, parts))}


class Recurrence:
    """One primitive and its arrays; time first."""

    def __init__(self, row: Row, gradients: bool) -> None:
        self.row, width = row, GATES[row.cell] * row.units
        pointer = library().recurrence_new(row.cell.encode(), int(gradients), row.time, row.batch, D, row.units)
        self.pointer = ctypes.c_void_p(pointer)
        bias = 4 * row.units if row.cell == "gru" else width
        shapes = {"x": (row.time, row.batch, D), "y": (row.time, row.batch, row.units)}
        shapes |= {"kernel": (D, width), "recurrent": (row.units, width), "bias": (bias,)}
        if gradients:
            shapes |= {f"d{name}": shapes[name] for name in list(shapes)}
        self.arrays = {name: self.array(name, shape) for name, shape in shapes.items()}

    def array(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        return np.ctypeslib.as_array(library().recurrence_array(self.pointer, name.encode()), shape)

    def put(self, name: str, value: np.ndarray) -> None:
        self.arrays[name][...] = value

    def run(self, count: int) -> None:
        library().recurrence_run(self.pointer, count)

    def load(self) -> None:
        """The weights as they are now, in oneDNN's packed layout."""
        library().recurrence_load(self.pointer)

    def results(self, gradients: bool) -> Arrays:
        """Batch first, by our names; of a GRU's bias the two shares have the gates' gradient in common, not the candidate's."""
        swapped = {"answer": self.arrays["y"].swapaxes(0, 1)}
        if not gradients:
            return swapped
        bias = self.arrays["dbias"]
        if self.row.cell == "gru":
            H = self.row.units
            bias = np.stack([bias[: 3 * H], np.concatenate([bias[: 2 * H], bias[3 * H :]])])
        swapped["x"] = self.arrays["dx"].swapaxes(0, 1)
        return swapped | {"kernel": self.arrays["dkernel"], "recurrent": self.arrays["drecurrent"], "bias": bias}


def build(peer: str, row: Row, task: str) -> Run:
    gradients = task == "gradients"
    recurrence, given, w = Recurrence(row, gradients), data(row), weights(row)
    if row.cell == "gru":  # both shares of a gate's bias are added before it; the candidate's second waits for the reset gate
        H, (first, second) = row.units, w["bias"]
        w["bias"] = np.concatenate([first[: 2 * H] + second[: 2 * H], first[2 * H :], second[2 * H :]])
    for name, value in w.items():
        recurrence.put(name, value)
    recurrence.put("x", given["x"].swapaxes(0, 1))
    if gradients:
        recurrence.put("dy", given["dy"].swapaxes(0, 1))
    recurrence.load()

    def check() -> Arrays:
        recurrence.run(1)
        return recurrence.results(gradients)

    return Run(check, recurrence.run)

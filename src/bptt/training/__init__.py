"""Takes a keras.Model and its Batches, fills a Run: `fit`. `seed` comes before the model is built."""

from bptt.progress import Progress, Silence, Status

from .config import RISING, Monitor, TrainingConfig
from .events import Epoch, Event, Stop, finished
from .fit import fit, seed

__all__ = [
    "RISING",
    "Epoch",
    "Event",
    "Monitor",
    "Progress",
    "Silence",
    "Status",
    "Stop",
    "TrainingConfig",
    "finished",
    "fit",
    "seed",
]

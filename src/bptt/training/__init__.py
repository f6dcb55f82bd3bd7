"""Takes a keras.Model and its Batches, fills a Run: `fit`. `seed` comes before the model is built."""

from bptt.progress import Progress, Silence, Status

from .balance import class_weights
from .config import RISING, Monitor, TrainingConfig
from .events import Epoch, Event, Stop, finished
from .fit import check_monitor, fit, seed

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
    "check_monitor",
    "class_weights",
    "finished",
    "fit",
    "seed",
]

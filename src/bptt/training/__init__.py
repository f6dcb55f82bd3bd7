"""Takes a keras.Model and its Batches, fills a Run: `fit`. `seed` comes before the model is built."""

from .config import Monitor, TrainingConfig
from .events import Epoch, Event, Stop, finished
from .fit import fit, seed
from .progress import PlainLines, Progress, Silence, Status, progress_on

__all__ = [
    "Epoch",
    "Event",
    "Monitor",
    "PlainLines",
    "Progress",
    "Silence",
    "Status",
    "Stop",
    "TrainingConfig",
    "finished",
    "fit",
    "progress_on",
    "seed",
]

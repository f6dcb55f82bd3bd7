"""Takes a keras.Model and its Batches, fills a Run: `fit`. `seed` comes before the model is built."""

from bptt.progress import Progress, Silence, Status

from .config import TrainingConfig
from .fit import fit, seed

__all__ = ["Progress", "Silence", "Status", "TrainingConfig", "fit", "seed"]

"""Takes a keras.Model and its Batches, fills a Run: `fit`. `seed` comes before the model is built."""

from .config import TrainingConfig
from .fit import fit, seed
from .progress import PlainLines, Progress, Silence, Status, progress_on

__all__ = ["PlainLines", "Progress", "Silence", "Status", "TrainingConfig", "fit", "progress_on", "seed"]

"""Takes what a command does, shows it while it goes, the loading of JAX and Keras too: `progress_on` chooses how."""

from .choice import progress_on
from .hearer import Progress, Silence
from .lines import JsonLines, PlainLines
from .live import LiveLine
from .status import Status, clock

__all__ = ["JsonLines", "LiveLine", "PlainLines", "Progress", "Silence", "Status", "clock", "progress_on"]

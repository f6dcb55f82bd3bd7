"""Takes the name of a file, a folder, an archive or a built-in data set; gives texts with labels, split.

`load` is the verb of training, `read` that of evaluation; `guess` and `columns` find the columns that nobody named.
"""

from bptt.data.config import DataConfig, TextConfig
from bptt.data.dataset import Dataset, Rejected
from bptt.data.encoder import Encoder, from_json
from bptt.data.guess import guess
from bptt.data.load import columns, load, read
from bptt.data.ragged import Ragged
from bptt.data.splits import Splits
from bptt.data.text import Vocabulary

__all__ = [
    "DataConfig",
    "Dataset",
    "Encoder",
    "Ragged",
    "Rejected",
    "Splits",
    "TextConfig",
    "Vocabulary",
    "columns",
    "from_json",
    "guess",
    "load",
    "read",
]

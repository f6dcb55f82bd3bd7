"""Takes the name of a file, a folder, an archive or a built-in data set; gives texts with labels, split.

`load` is the verb of training, `read` that of evaluation; `guess` and `columns` find the columns that nobody named.
"""

from bptt.data.config import DataConfig, TextConfig
from bptt.data.dataset import Dataset, Rejected
from bptt.data.encoder import Encoder, check_kind, fit_encode, from_json
from bptt.data.guess import guess, listing
from bptt.data.joined import joined
from bptt.data.load import columns, load, read
from bptt.data.ragged import Ragged
from bptt.data.splits import Splits
from bptt.data.text import Vocabulary
from bptt.data.vectors import Vectors, first_vectors

__all__ = [
    "DataConfig",
    "Dataset",
    "Encoder",
    "Ragged",
    "Rejected",
    "Splits",
    "TextConfig",
    "Vectors",
    "Vocabulary",
    "check_kind",
    "columns",
    "first_vectors",
    "fit_encode",
    "from_json",
    "guess",
    "joined",
    "listing",
    "load",
    "read",
]

"""The built-in `imdb`: the Large Movie Review Dataset, 25,000 reviews to train and 25,000 to test, labelled neg or pos.

Andrew Maas et al.: Learning word vectors for sentiment analysis, ACL 2011. Read from $BPTT_DATA where the archive, or its
training part, is there; else from the cache folder, into which it is downloaded once.
"""

import os
from pathlib import Path

from bptt.data.config import DataConfig
from bptt.data.reading import Reading
from bptt.data.sources import download, folders
from bptt.data.sources.rows import Parts
from bptt.messages import _

ADDRESS = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
MD5 = "7c2ac02c03563afcf9b574c7e56c153a"  # of the archive as published
WHOLE, TRAINING = "aclImdb_v1.tar.gz", "aclImdb_train.tar.gz"
FOLDER = "BPTT_DATA"


def read(config: DataConfig, reading: Reading) -> Parts:
    """The reviews, as training and test part; without a test part where only the training part is at hand, and a note says so.

    Raises DataError where the archive is neither at hand nor to be had.
    """
    path = _at_hand() or download.fetch(ADDRESS, MD5, WHOLE)
    parts = folders.read_archive(path, config, reading)
    whole = _("imdb: read from {path}.")
    half = _("imdb: read from {path}, the training part alone: validation rows are held out of it, and there are no test rows.")
    parts.training.notes.insert(0, (whole if parts.test else half).format(path=path))
    return parts


def _at_hand() -> Path | None:
    """The archive in $BPTT_DATA, the whole one before its training part."""
    folder = os.environ.get(FOLDER)
    places = [Path(folder, name) for name in (WHOLE, TRAINING)] if folder else []
    return next((place for place in places if place.is_file()), None)

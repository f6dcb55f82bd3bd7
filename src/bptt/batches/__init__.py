"""Takes a Dataset and a Vocabulary, gives padded batches of ids."""

from bptt.batches.make import Batch, Batches, Facts, make

__all__ = ["Batch", "Batches", "Facts", "make"]

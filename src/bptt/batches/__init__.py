"""Takes a Dataset and its texts as ids, gives padded batches of ids."""

from bptt.batches.make import Batch, Batches, Facts, make

__all__ = ["Batch", "Batches", "Facts", "make"]

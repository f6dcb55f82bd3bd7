"""Word vectors as the first weights of an embedding."""

import keras
import numpy as np

from bptt.data import Vectors


def start_from(model: keras.Model, vectors: Vectors) -> None:
    """Rows of the embedding (V, D) that were found take their vector. The others keep their random start, scaled to the root mean
    square of those, so that no word is louder than the rest."""
    if not vectors.found:
        return
    weights = model.get_layer("embedding").embeddings
    values = np.array(weights.value)
    found = np.stack(list(vectors.found.values()))
    values *= np.sqrt(np.mean(found**2) / np.mean(values**2))
    values[list(vectors.found)] = found
    weights.assign(values)

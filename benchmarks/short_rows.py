"""Short rows in a wide batch: BPTT_DATA=folder python -m benchmarks.short_rows [--batch 256] [--rounds 3]

The sentences of UIT-VSFC, half of them of 11 words or fewer and one of 159, for the classifier of `bptt train` with one
bidirectional GRU of 64 units: our layers on batches of like lengths, as the pipeline makes them, beside Keras's layers on the
same rows, each padded to the longest; and each with the other's batches, so that it is seen what owes to which.

Before anything is timed, both networks, with the same weights, must give the same probabilities and come to the same weights
in one step of training, each on its own padding. Seconds are those of an epoch of `fit`, the fastest of the rounds, all in turn;
the first epoch, which compiles, is shown apart. The exit code is 1 where ours is not 10 times as fast.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")  # whichever is imported first
import keras
import numpy as np

import bptt.layers
from bptt import batches, data
from bptt.data.reading import ONE_CLASS
from bptt.models.pooling import MaxPooling, MeanPooling
from bptt.training.feed import Feed

FOLDER = Path(os.environ.get("BPTT_DATA", ""), "uit_vsfc", "train")
EDGES = (8, 12, 16, 24, 32, 64)
WIDTH, UNITS, CLASSES = 64, 64, 3
GOAL = 10
OURS, KERAS = "our layers, batches of like lengths", "Keras's layers, padded to the longest"


def rows() -> tuple[data.Dataset, data.Ragged, int]:
    """The sentences, as ids, and V."""
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER} is not there: set BPTT_DATA to a folder with uit_vsfc.")
    columns = [(FOLDER / name).read_text(encoding="utf-8").splitlines() for name in ("sents.txt", "sentiments.txt")]
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "rows.csv")
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *zip(*columns, strict=True)])
        train = data.load(data.DataConfig(source=str(table), text="text", label="label"), ONE_CLASS).train
    vocabulary, encoded = data.Vocabulary.fit_encode(train.inputs, data.TextConfig())
    return train, encoded, len(vocabulary)


def network(layers: Any, vocabulary: int) -> keras.Model:
    """The classifier with these layers; the padding is skipped."""
    keras.utils.set_random_seed(0)
    ids = keras.Input((None,), dtype="int32")
    real = keras.ops.not_equal(ids, 0)
    x = layers.Embedding(vocabulary, WIDTH)(ids)
    x = layers.Bidirectional(layers.GRU(UNITS, return_sequences=True))(x, mask=real)
    x = keras.layers.Concatenate()([MeanPooling()(x, mask=real), MaxPooling()(x, mask=real)])
    model = keras.Model(ids, keras.layers.Dense(CLASSES, activation="softmax")(x))
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return model


def check(ours: keras.Model, theirs: keras.Model, short: batches.Batches, padded: batches.Batches) -> None:
    """Ends the program where the two are not the same network, or padding changes what one of them says or learns. SGD makes a
    wrong gradient as visible as a wrong answer."""
    theirs.set_weights(ours.get_weights())
    before = ours.get_weights()
    some = short.batch(0, 0)
    wide = np.zeros((len(some.rows), max(T for _B, T in padded.shapes())), np.int32)
    wide[:, : some.inputs.shape[1]] = some.inputs
    _agree("probabilities", ours.predict_on_batch(some.inputs), theirs.predict_on_batch(wide))
    ours.train_on_batch(some.inputs, some.targets)
    theirs.train_on_batch(wide, some.targets)
    for start, mine, other in zip(before, ours.get_weights(), theirs.get_weights(), strict=True):
        _agree("weights after a step", mine - start, other - start)
    ours.set_weights(before)
    theirs.set_weights(before)


def _agree(what: str, mine: Any, other: Any) -> None:
    off = float(np.linalg.norm(mine - other) / np.linalg.norm(other))
    if not off < 1e-3:
        sys.exit(f"WRONG, not timed: {what} differ by {off:.1e}")


def epoch(model: keras.Model, feed: Feed) -> float:
    """Seconds of one epoch."""
    begin = time.perf_counter()
    model.fit(feed, epochs=1, shuffle=False, verbose=0)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=256, help="rows a batch")
    parser.add_argument("--rounds", type=int, default=3, help="epochs that are timed")
    arguments = parser.parse_args()
    train, encoded, vocabulary = rows()
    longest = int(encoded.lengths.max())

    def made(*edges: int) -> batches.Batches:
        text = data.TextConfig(bucket_edges=edges, max_length=longest)
        return batches.make(train, encoded, text, arguments.batch, seed=0, shuffle=True)

    short, padded = made(*EDGES), made()
    ours, theirs = network(bptt.layers, vocabulary), network(keras.layers, vocabulary)
    check(ours, theirs, short, padded)
    runs = {
        OURS: (ours, Feed(short)),
        "our layers, padded to the longest": (ours, Feed(padded)),
        "Keras's layers, batches of like lengths": (theirs, Feed(short)),
        KERAS: (theirs, Feed(padded)),
    }
    print(f"{len(train)} rows, {int(np.median(encoded.lengths))} words in the median, {longest} at most; B {arguments.batch}")
    first = {name: epoch(*run) for name, run in runs.items()}
    rounds = [{name: epoch(*run) for name, run in runs.items()} for _round in range(arguments.rounds)]
    best = {name: min(one[name] for one in rounds) for name in runs}
    print(f"{'':40} {'first epoch':>12} {'an epoch':>10} {'ratio':>6}")
    for name, seconds in best.items():
        print(f"{name:40} {first[name]:10.2f} s {seconds:8.2f} s {seconds / best[OURS]:6.1f}")
    ratio = best[KERAS] / best[OURS]
    print(f"{ratio:.1f} times as fast as Keras padded to the longest row; the goal is {GOAL}")
    sys.exit(ratio < GOAL)


if __name__ == "__main__":
    main()

"""Small cuts of real data as files, and a network small enough to learn them in seconds."""

import csv
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("BPTT_DATA", ""))
REVIEWS, FEEDBACK = FOLDER / "aclImdb_train.tar.gz", FOLDER / "uit_vsfc" / "train"

needs_reviews = pytest.mark.skipif(not REVIEWS.is_file(), reason=f"no {REVIEWS}: set BPTT_DATA")
needs_feedback = pytest.mark.skipif(not FEEDBACK.is_dir(), reason=f"no {FEEDBACK}: set BPTT_DATA")

BY_HEART = (  # learns 32 rows by heart: nothing is dropped out, nothing stops it
    *("--text.min_count", "1", "--text.max_length", "32", "--text.bucket_edges", "[]", "--model.units", "[16]"),
    *("--model.embedding_width", "16", "--model.embedding_dropout", "0", "--model.dropout", "0", "--training.batch_size", "32"),
    *("--training.epochs", "60", "--training.learning_rate", "0.02", "--training.early_stopping", "0"),
    *("--training.reduce_lr_patience", "0", "--training.explained", "0"),
)
BRIEF = (
    *("--text.max_length", "32", "--text.bucket_edges", "[]", "--model.units", "[16]", "--model.embedding_width", "16"),
    *("--training.epochs", "3", "--training.learning_rate", "0.01", "--training.explained", "0"),
)


def rated(count: int) -> Iterator[dict[str, object]]:
    """Film reviews with the rating 1 to 10 of their file's name (Maas et al. 2011), half of them good."""
    wanted = {"pos": count // 2, "neg": count - count // 2}
    with tarfile.open(REVIEWS) as archive:
        for member in archive:
            *_above, folder, name = member.name.split("/")
            if member.isfile() and wanted.get(folder, 0):
                file = archive.extractfile(member)
                assert file is not None
                wanted[folder] -= 1
                yield {"review": file.read().decode(), "rating": int(name.removesuffix(".txt").split("_")[1])}
            if not any(wanted.values()):
                return


def feedback(count: int) -> Iterator[dict[str, object]]:
    """What students say of their courses (UIT-VSFC): sentiment 0, 1 or 2, topic 0 to 3."""
    files = [(FEEDBACK / f"{name}.txt").read_text(encoding="utf-8").splitlines() for name in ("sents", "sentiments", "topics")]
    for text, sentiment, topic in list(zip(*files, strict=True))[:count]:
        yield {"sentence": text, "sentiment": int(sentiment), "topic": int(topic)}


def to_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """`rows` as a table."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def to_jsonl(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """`rows` as one JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path

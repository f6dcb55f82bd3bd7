"""Rows -> files of every form that bptt reads, as other programs write them."""

import csv
import gzip
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

Rows = Sequence[tuple[Any, Any]]  # text, label; None where there is none


def rows(count: int = 100, labels: Sequence[str] = ("good", "bad")) -> list[tuple[str, str]]:
    """Rows that can be learned from."""
    return [(f"tea number {i} was {labels[i % len(labels)]}", labels[i % len(labels)]) for i in range(count)]


def csv_of(rows: Rows, header: Sequence[str] = ("text", "label"), **dialect: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows([header, *rows])
    return out.getvalue().encode()


def tsv_of(rows: Rows) -> bytes:
    return csv_of(rows, delimiter="\t")


def jsonl_of(rows: Rows) -> bytes:
    return "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows).encode()


def parquet_of(rows: Rows, label_type: str = "VARCHAR") -> bytes:
    texts, labels = ([row[i] for row in rows] for i in (0, 1))
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(f"CREATE TABLE t (text VARCHAR, label {label_type})")
        connection.execute("INSERT INTO t SELECT unnest($1::VARCHAR[]), unnest($2)", [texts, labels])
        connection.execute(f"COPY t TO '{folder}/t.parquet' (FORMAT parquet)")
        return Path(folder, "t.parquet").read_bytes()


def tree_of(rows: Rows) -> dict[str, bytes]:
    """One file a row, in the folder of its label; a row without one stands beside the folders."""
    return {f"{label or ''}/{i:04}.txt".lstrip("/"): (text or "").encode() for i, (text, label) in enumerate(rows)}


def tar_of(tree: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for name, content in tree.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def gzipped(write: Callable[[Rows], bytes]) -> Callable[[Rows], bytes]:
    return lambda rows: gzip.compress(write(rows))


FORMS: dict[str, Callable[[Rows], bytes | dict[str, bytes]]] = {
    "a.csv": csv_of,
    "a.tsv": tsv_of,
    "a.jsonl": jsonl_of,
    "a.parquet": parquet_of,
    "a.csv.gz": gzipped(csv_of),
    "a.jsonl.gz": gzipped(jsonl_of),
    "a": tree_of,
    "a.tar.gz": lambda rows: tar_of(tree_of(rows)),
}


def plant(folder: Path, name: str, content: bytes | dict[str, bytes]) -> None:
    """`content` as the file, or the folder of files, `name`."""
    files = {name: content} if isinstance(content, bytes) else {f"{name}/{path}": inner for path, inner in content.items()}
    for path, inner in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(inner)

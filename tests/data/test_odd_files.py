"""Odd but good files are read exactly: each row, each label, nothing else; what is guessed or left out is told."""

from pathlib import Path

import pytest

from bptt import data
from tests.data.odd import odd

CORPUS = dict(odd())


@pytest.mark.parametrize("name", CORPUS)
def test_odd_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    one = CORPUS[name]
    one.plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    columns = {"text": "text", "label": "label"} if data.sources.has_columns(one.name) else {}
    read = data.read(
        one.name, data.DataConfig.model_validate(columns | dict(one.keys)), sorted({label for _text, label in one.rows})
    )
    assert [(text, read.classes[label]) for text, label in zip(read.inputs, read.targets.values, strict=True)] == list(one.rows)
    assert [row.line for row in read.rejected] == list(one.rejected)
    assert one.note in "\n".join(read.notes)
    assert bool(read.notes) == bool(one.note)


def test_there_are_many() -> None:
    assert len(CORPUS) > 60

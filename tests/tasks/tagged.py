"""Sentences with tags: real ones, or made so that only spelling and neighbours tell the tag."""

import os
from pathlib import Path

import pytest

REAL = Path(os.environ.get("BPTT_DATA", ""), "phoner_covid19")
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="needs BPTT_DATA with phoner_covid19")


def real_sentences(count: int, part: str = "train") -> list[list[tuple[str, str]]]:
    """The first `count` sentences of the part, as (token, tag)."""
    blocks = REAL.joinpath(f"{part}_word.conll").read_text(encoding="utf-8").strip().split("\n\n")[:count]
    return [[(line.split()[0], line.split()[-1]) for line in block.split("\n")] for block in blocks]


def columns(sentences: list[list[tuple[str, str]]]) -> str:
    """The sentences as a .conll file."""
    return "\n".join("".join(f"{token} {tag}\n" for token, tag in sentence) for sentence in sentences)

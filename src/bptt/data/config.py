"""What steers the data stage: where the rows come from, and how their texts become ids."""

import codecs
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter, field_validator

from bptt.messages import _

AUTO, MIXED = "auto", "utf-8+cp1252"  # encodings of ours; every other name is Python's
LONGEST = 1_000_000  # tokens in a row
COOCCURRENCE = "cooccurrence"  # in the place of a file of vectors

_Name = Annotated[str, Field(min_length=1, strict=True)]
_ONE, _SEVERAL = TypeAdapter(_Name), TypeAdapter(Annotated[tuple[_Name, ...], Field(min_length=1)])


def _columns(value: Any) -> str | tuple[str, ...] | None:
    if not isinstance(value, list | tuple):
        return None if value is None else _ONE.validate_python(value)
    names = _SEVERAL.validate_python(value)
    if len(set(names)) < len(names):
        raise ValueError(_("a column is named twice"))
    return names if len(names) > 1 else names[0]


Columns = Annotated[str | tuple[str, ...] | None, PlainValidator(_columns)]  # a name, or two and more


def named(columns: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The names of columns, one by one."""
    return (columns,) if isinstance(columns, str) else columns or ()


class DataConfig(BaseModel):
    """Where the rows come from and how they are split."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    task: str = Field(
        "auto",
        description="what is learned of a row: classify (one class), ordinal (one of classes in order), multilabel (any number "
        "of labels), regress (a number), tag (a class a token), language (the next word: needs no labels); auto: as the source",
    )
    source: str = Field(
        "",
        description="a .csv, .tsv, .jsonl, .parquet or .conll file, a folder or .tar.gz with one folder per label, foods or imdb",
    )
    more: tuple[_Name, ...] = Field(
        (), max_length=10_000, strict=False, description="further sources of texts, read behind the first (language)"
    )
    text: Columns = Field(
        None,
        description="column that holds the text (files with columns only); several, a list, are read as one text, in this order",
    )
    label: Columns = Field(
        None, description="column that holds the label (files with columns only); of several, a list: task multilabel"
    )
    label_separator: str = Field(
        "", max_length=10, description="what stands between the labels in a column that holds several; empty where it holds one"
    )
    classes: tuple[_Name, ...] = Field(
        (), max_length=1000, strict=False, description="the classes, in order; empty: those of the data, by number or by letter"
    )
    validation: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="share of the rows held out for validation, the same share of every class, or of every range of numbers",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="seed of the split")
    encoding: str = Field(
        AUTO, description="encoding of the files; auto finds UTF-8, UTF-16 and cp1252, utf-8+cp1252 reads the two mixed"
    )
    allow_rejects: float = Field(0.01, ge=0, le=1, description="largest share of the rows that may be left out as unusable")
    max_unpacked_mb: int = Field(500, ge=1, le=1_000_000, description="most megabytes that a compressed file may unpack to")

    @field_validator("classes")
    @classmethod
    def _once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError(_("a class stands twice"))
        return names

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        if name in (AUTO, MIXED):
            return name
        try:
            if codecs.lookup(name).name.startswith("utf-") or b"a,1".decode(name) == "a,1":
                return name
        except (LookupError, ValueError):  # ValueError: a name with a NUL, or an encoding that cannot read so plain a text
            pass
        message = _('"{name}" is no encoding of texts; expected auto, {mixed}, or a name such as utf-16, cp1252 or shift_jis')
        raise ValueError(message.format(name=name, mixed=MIXED))


class TextConfig(BaseModel):
    """How a text becomes a row of ids."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    tokens: Literal["word", "syllable", "character", "bpe", "unigram", "vi"] = Field(
        "word",
        description="what gets an id: word; syllable (words part at underscores); character; bpe or unigram (parts of words, "
        "learned from the training rows); vi (Vietnamese words, found by underthesea: pip install 'bptt[vi]')",
    )

    lowercase: bool = Field(True, description="read Good and good as one word")
    vocabulary_size: int = Field(
        20_000, ge=3, le=10_000_000, description="most ids, padding (0) and the unknown token (1) included"
    )
    min_count: int = Field(
        2,
        ge=1,
        le=1_000_000,
        description="a rarer token of the training rows is read as unknown; bpe and unigram do not learn from a rarer word",
    )
    vectors: str = Field(
        "",
        description="what the embeddings start from: cooccurrence (learned from which words stand together in the training "
        "texts), a file of word vectors (text of word2vec, fastText or GloVe, also .gz) as wide as model.embedding_width, or "
        "empty for a random start",
    )
    max_length: int = Field(400, ge=1, le=LONGEST, description="longest row in tokens; a longer text is cut")
    padding: Literal["pre", "post"] = Field("post", description="side on which a short row is filled up")
    truncation: Literal["pre", "post"] = Field("pre", description="side on which a long text is cut; pre keeps its end")
    mask: bool = Field(True, description="skip the padding; false lets the network read it as a token")
    bucket_edges: tuple[Annotated[int, Field(ge=1, le=LONGEST)], ...] = Field(
        (64, 128, 256),
        max_length=100,
        strict=False,
        description="lengths below max_length at which a batch may end, besides that of the longest row; "
        "[] and no mask make every batch max_length long",
    )

    @field_validator("bucket_edges")
    @classmethod
    def _rising(cls, edges: tuple[int, ...]) -> tuple[int, ...]:
        if list(edges) != sorted(set(edges)):
            raise ValueError(_("the edges must rise, each above the one before"))
        return edges

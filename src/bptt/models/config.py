"""What the classifier is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Width = Annotated[int, Field(ge=1, le=65_536)]


class ModelConfig(BaseModel):
    """The [model] section. The defaults are the recipe measured in the README."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    cell: Literal["simple_rnn", "lstm", "gru"] = Field("simple_rnn", description="recurrent layer: simple_rnn, lstm or gru")
    embedding_width: Width = Field(64, description="numbers that stand for one word")
    units: tuple[Width, ...] = Field(
        (64,), min_length=1, max_length=100, strict=False, description="width of the hidden state, one number a layer"
    )
    bidirectional: bool = Field(True, description="read each text in both directions")
    pooling: Literal["last", "mean", "max", "mean+max"] = Field(
        "mean+max", description="how all steps become one answer: last (the final hidden state), mean, max or mean+max"
    )
    crf: bool = Field(True, description="tagging: learn which tag follows which, and never answer an entity that has not begun")
    layer_norm: bool = Field(False, description="layer normalisation after each recurrent layer")
    word_dropout: float = Field(0.0, ge=0, le=0.99, description="share of the words that are read as unknown while training")
    embedding_dropout: float = Field(
        0.5, ge=0, le=0.99, description="share of embedding columns switched off for a whole text while training"
    )
    dropout: float = Field(
        0.5,
        ge=0,
        le=0.99,
        description="share of values switched off while training, after each recurrent layer and before the head",
    )

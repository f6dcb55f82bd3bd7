"""What the classifier is made of."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bptt.messages import _

SHAPING = ("cell", "embedding_width", "units", "bidirectional", "norm", "activation", "residual")  # what the layers are made of
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
    norm: Literal["none", "layer", "batch"] = Field(
        "none",
        description="normalisation behind each recurrent layer: none, layer (each step by itself) or batch (over the batch)",
    )
    activation: Literal["linear", "relu"] = Field(
        "linear", description="function behind each recurrent layer and its normalisation: linear or relu"
    )
    residual: bool = Field(
        False,
        description="add to each recurrent layer what it reads, brought to its width by a dense layer where the widths differ; "
        "with pooling last the last layer stands bare: nothing added, no norm, no activation",
    )
    dense: tuple[Width, ...] = Field(
        (),
        max_length=100,
        strict=False,
        description="widths of relu layers between the recurrent layers and the head; [] for none",
    )
    bag_of_words: float = Field(
        0.0,
        ge=0,
        le=0.99,
        description="share of the bag of words in each answer (classify, ordinal): the probabilities are (1 - share) of the "
        "network's + share of those of the logistic regression that it is compared with; 0: the network answers alone",
    )
    samples: int = Field(
        1024,
        ge=2,
        le=65_536,
        description="language: words that stand for all in a step of training, half of them the most frequent, half drawn",
    )
    word_dropout: float = Field(0.0, ge=0, le=0.99, description="share of the words that are read as unknown while training")
    embedding_dropout: float = Field(
        0.5, ge=0, le=0.99, description="share of embedding columns switched off for a whole text while training"
    )
    hidden_dropout: float = Field(
        0.5, ge=0, le=0.99, description="share of values switched off while training, after each recurrent layer but the last"
    )
    dropout: float = Field(0.5, ge=0, le=0.99, description="share of values switched off while training, before the head")

    @model_validator(mode="after")
    def _something_to_add_to(self) -> Self:
        if self.residual and self.pooling == "last" and len(self.units) == 1:
            message = _("residual with pooling last has no layer to work on where units has one; give it two, or pool all steps")
            raise ValueError(message)
        return self

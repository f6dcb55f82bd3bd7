"""The lines of metrics.jsonl, one object an event: what training writes and every view of a run reads."""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired

from pydantic import Field, FiniteFloat, PositiveInt
from typing_extensions import TypedDict


class Start(TypedDict):
    """Training begins."""

    event: Literal["start"]
    parameters: int  # of the model
    batches: int  # of the training part, an epoch
    epochs: int  # at most


class Epoch(TypedDict):
    """An epoch is finished, validation included, and its model is on disk if it is the best so far."""

    event: Literal["epoch"]
    epoch: PositiveInt
    loss: FiniteFloat  # nats a row; variances where the answer is a number
    val_loss: FiniteFloat
    accuracy: NotRequired[FiniteFloat]  # share of rows; this, or another metric of the model's head
    val_accuracy: NotRequired[FiniteFloat]
    binary_accuracy: NotRequired[FiniteFloat]  # share of the labels of all rows
    val_binary_accuracy: NotRequired[FiniteFloat]
    mae: NotRequired[FiniteFloat]  # units of the labels
    val_mae: NotRequired[FiniteFloat]
    perplexity: NotRequired[FiniteFloat]  # exp of the nats a word
    val_perplexity: NotRequired[FiniteFloat]
    learning_rate: FiniteFloat
    seconds: FiniteFloat  # the whole epoch
    compile_seconds: FiniteFloat  # what XLA took of it
    tokens_per_second: FiniteFloat  # of the training part
    input_seconds: NotRequired[FiniteFloat]  # in which batches of the training part were made ready


class Stop(TypedDict):
    """Training ends before its last epoch."""

    event: Literal["stop"]
    reason: Literal["early stopping", "not finite"]
    epoch: int
    batch: NotRequired[int]  # from 1 where the training loss is not finite, 0 where that of validation is not


class End(TypedDict):
    """Training has ended and model.safetensors is final."""

    event: Literal["end"]
    best_epoch: int  # 0 where no epoch was finished
    seconds: FiniteFloat


Event = Annotated[Start | Epoch | Stop | End, Field(discriminator="event")]


def finished(events: Sequence[Event]) -> bool:
    """Whether training came to its end, early or not: else it was interrupted, or still goes on."""
    return any(event["event"] == "end" for event in events)

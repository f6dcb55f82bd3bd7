"""How the model learns."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bptt.messages import _
from bptt.microscope.probe import EVERY

Monitor = Literal["val_loss", "val_accuracy", "val_binary_accuracy", "val_mae", "val_perplexity"]
RISING = ("val_accuracy", "val_binary_accuracy")  # of these, those that are the better, the higher they are
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
SMALLEST = 1e-12  # a positive number that no product of float32 turns into 0 at once


def _not_too_small(value: float) -> float:
    if 0 < value < SMALLEST:
        raise ValueError(_("{came} came; expected 0, or a number of {least} or more.").format(came=value, least=SMALLEST))
    return value


Count = Annotated[int, Field(ge=1, le=1_000_000)]
Patience = Annotated[int, Field(ge=0, le=1_000_000)]
# none on the command line, where the word is no value at all, is this none
ClassWeights = Annotated[Literal["none", "balanced"], BeforeValidator(lambda value: "none" if value is None else value)]
Limit = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False), AfterValidator(_not_too_small)]


class TrainingConfig(BaseModel):
    """The [training] section. The defaults are the recipe measured in the README."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    epochs: Count = Field(12, description="times the training part is read, at most")
    batch_size: Count = Field(64, description="texts a step")
    learning_rate: float = Field(0.0005, ge=SMALLEST, le=1000, allow_inf_nan=False, description="step size at the start")
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = Field("adam", description="adam, adamw, rmsprop or sgd")
    clipnorm: Limit = Field(1.0, description="largest norm of each weight's gradient; 0 for no limit")
    clipvalue: Limit = Field(0.0, description="largest absolute value in a gradient; 0 for no limit")
    global_clipnorm: Limit = Field(0.0, description="largest norm of all gradients together; 0 for no limit")
    monitor: Monitor = Field(
        "val_loss",
        description="what the three rules below watch, and what picks the best epoch: val_loss, or the figure that the task has "
        "beside it: val_accuracy (classify, ordinal), val_mae (regress), val_binary_accuracy (multilabel), "
        "val_perplexity (language)",
    )
    class_weights: ClassWeights = Field(
        "none",
        description="what a row weighs in the loss: none, all the same; balanced, the less the more rows its class has "
        "(classify, ordinal)",
    )
    mean_epochs: int = Field(
        1,
        ge=1,
        le=100,
        description="the model is the mean of the weights after so many epochs, the newest; 1 for those of one epoch alone",
    )
    early_stopping: Patience = Field(3, description="epochs without improvement before training stops; 0 to never stop")
    reduce_lr_patience: Patience = Field(
        1, description="epochs without improvement before the learning rate is reduced; 0 to never reduce it"
    )
    reduce_lr_factor: float = Field(0.5, ge=1e-6, lt=1, description="what the learning rate is then multiplied by")
    min_learning_rate: Limit = Field(1e-6, description="the learning rate is never reduced below this")
    microscope: int = Field(
        EVERY, ge=0, le=1_000_000, description="batches between two looks at the gradient through time; 0 to never look"
    )
    pretrained: str = Field(
        "", description="run folder, as of bptt pretrain, whose layers and vocabulary to start from; empty for a random start"
    )
    unfreeze_epochs: Patience = Field(
        1, description="pretrained: epochs until the next layer below the head learns too; 0 lets all learn at once"
    )
    layer_rate_decay: float = Field(
        2.6, ge=1, le=1000, description="pretrained: how many times slower each layer learns than the one above it"
    )
    explained: int = Field(
        2,
        ge=0,
        le=20,
        description="answers that the report explains: so many of the worst and of the surest; 0 for none",
    )
    log_to: tuple[Literal["tensorboard", "mlflow", "wandb"], ...] = Field(
        (),
        max_length=3,
        strict=False,
        description="other programs' logs that get the figures of each epoch too, in the run folder: tensorboard, mlflow, wandb",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="start of every random draw: first weights, order of texts, dropout")

    @model_validator(mode="after")
    def _nothing_for_layers_that_are_not_there(self) -> Self:
        idle = [name for name in ("unfreeze_epochs", "layer_rate_decay") if getattr(self, name) != _default(name)]
        if idle and not self.pretrained:
            message = _(
                "{names} came without training.pretrained (--from), of whose layers they tell; leave them out or name the run"
            )
            raise ValueError(message.format(names=", ".join(idle)))
        return self

    @model_validator(mode="after")
    def _one_clip_at_most(self) -> Self:
        active = [name for name in CLIPS if getattr(self, name)]
        if len(active) > 1:
            message = _("{names} are set together; keep one and set the others to 0")
            raise ValueError(message.format(names=", ".join(active)))
        return self


def _default(name: str) -> object:
    return TrainingConfig.model_fields[name].default

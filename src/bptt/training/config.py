"""How the model learns."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from bptt.messages import _

Monitor = Literal["val_loss", "val_accuracy"]
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


class TrainingConfig(BaseModel):
    """The [training] section. The defaults are the recipe measured in the README."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: PositiveInt = Field(12, description="times the training part is read, at most")
    batch_size: PositiveInt = Field(64, description="texts a step")
    learning_rate: PositiveFloat = Field(0.0005, allow_inf_nan=False, description="step size at the start")
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = Field("adam", description="adam, adamw, rmsprop or sgd")
    clipnorm: NonNegativeFloat = Field(1.0, description="largest norm of each weight's gradient; 0 for no limit")
    clipvalue: NonNegativeFloat = Field(0.0, description="largest absolute value in a gradient; 0 for no limit")
    global_clipnorm: NonNegativeFloat = Field(0.0, description="largest norm of all gradients together; 0 for no limit")
    monitor: Monitor = Field(
        "val_loss", description="what the three rules below watch, and what picks the best epoch: val_loss or val_accuracy"
    )
    early_stopping: NonNegativeInt = Field(3, description="epochs without improvement before training stops; 0 to never stop")
    reduce_lr_patience: NonNegativeInt = Field(
        1, description="epochs without improvement before the learning rate is reduced; 0 to never reduce it"
    )
    reduce_lr_factor: PositiveFloat = Field(0.5, lt=1, description="what the learning rate is then multiplied by")
    min_learning_rate: NonNegativeFloat = Field(1e-6, description="the learning rate is never reduced below this")
    seed: NonNegativeInt = Field(0, lt=2**32, description="start of every random draw: first weights, order of texts, dropout")

    @model_validator(mode="after")
    def _one_clip_at_most(self) -> Self:
        active = [name for name in CLIPS if getattr(self, name)]
        if len(active) > 1:
            message = _("{names} are set together; keep one and set the others to 0")
            raise ValueError(message.format(names=", ".join(active)))
        return self

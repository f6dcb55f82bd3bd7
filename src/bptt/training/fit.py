"""The verb: a model learns from its batches, and the run folder holds everything."""

import time
from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from bptt import loggers
from bptt.batches import Batches
from bptt.bundle import Bundle
from bptt.errors import ConfigError
from bptt.messages import _
from bptt.microscope import Microscope
from bptt.models import Head
from bptt.progress import Progress, clock
from bptt.record import Run

from .checkpoint import BestModel
from .config import CLIPS, RISING, TrainingConfig
from .guard import Guard, NotFiniteError, guarded
from .layerwise import Layerwise, Unfreeze
from .mean_weights import MeanWeights
from .recorder import Recorder

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"}


def seed(config: TrainingConfig) -> None:
    """Fixes every random draw of Python, NumPy and Keras. Call it before `models.build`, which draws the first weights."""
    keras.utils.set_random_seed(config.seed)


def check_monitor(config: TrainingConfig, head: Head) -> None:
    """Raises ConfigError where `config.monitor` is a figure that a model with `head` does not have."""
    known = ("val_loss", f"val_{head.metric}")
    if config.monitor not in known:
        message = _("training.monitor: {came} came; what is learned here has {known}.")
        raise ConfigError("config.monitor", message.format(came=config.monitor, known=", ".join(known)))


def fit(
    model: keras.Model,
    head: Head,
    train: Batches,
    validation: Batches,
    config: TrainingConfig,
    run: Run,
    progress: Progress,
    bundle: Bundle,
    class_weights: NDArray[np.float32] | None = None,
    watch: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Trains `model`, which ends in `head`, and leaves in it the weights of the best epoch, the best so far always in
    model.safetensors, together with the rest of `bundle` (whose own weights are not looked at). Events go to metrics.jsonl.
    class_weights: (K,) what a row of each class weighs in the loss, of training and of validation (which picks the best epoch);
    no other figure knows of it. watch: callbacks that only look, when an epoch is on record.

    Ends after `config.epochs`, by early stopping, or at the first loss that is not finite. The "stop" event tells of the
    last two. Where no epoch was finished by then, the model keeps its weights from just before that batch.
    """
    started = time.perf_counter()
    recorder = Recorder(train, validation, head.metric, config.epochs, run, progress, class_weights)
    best = BestModel(run, bundle, config.monitor)
    mean = [MeanWeights(config.mean_epochs)] if config.mean_epochs > 1 else []
    look = [Microscope(config.microscope, run)] if config.microscope else []
    settings = {f"{section}.{key}": value for section, stage in bundle.config.items() for key, value in stage.items()}
    logs = loggers.named(config.log_to, run.path, settings)
    callbacks = [
        *look,
        Guard(),
        *mean,
        best,
        recorder,
        *watch,
        *rules(config),
        *logs,
    ]  # on disk first: no epoch is on record whose model may be lost
    compile_model(model, head, config)
    run.append({"event": "start", "parameters": model.count_params(), "batches": len(train), "epochs": config.epochs})
    try:
        history = model.fit(
            recorder.train,
            validation_data=recorder.validation,
            epochs=config.epochs,
            callbacks=callbacks,
            shuffle=False,  # the batches have an order of their own
            verbose=0,
        )
        if len(history.epoch) < config.epochs:
            run.append({"event": "stop", "reason": "early stopping", "epoch": len(history.epoch)})
    except NotFiniteError as stop:
        run.append({"event": "stop", "reason": "not finite", "epoch": stop.epoch, "batch": stop.batch})
        progress.say(advice(stop, best.epoch))
        for log in logs:
            log.on_train_end()
    best.finish()
    seconds = time.perf_counter() - started
    run.append({"event": "end", "best_epoch": best.epoch, "seconds": round(seconds, 3)})
    if best.epoch:
        message = _("best epoch {epoch}: {monitor} {value:.3f}, after {time}")
        progress.say(message.format(epoch=best.epoch, monitor=config.monitor, value=best.value, time=clock(seconds)))


def compile_model(model: keras.Model, head: Head, config: TrainingConfig) -> None:
    """Gives `model` its optimizer, the loss of its `head` and a guarded training step."""
    clips = {name: getattr(config, name) or None for name in CLIPS}
    kind = getattr(keras.optimizers, OPTIMIZERS[config.optimizer])
    if config.pretrained:
        kind = type(f"Layerwise{kind.__name__}", (Layerwise, kind), {})
    optimizer = kind(learning_rate=config.learning_rate, **clips)
    model.compile(optimizer, loss=head.loss(model), metrics=[one for one in [head.measure(model)] if one])
    model.train_step = guarded(type(model).train_step.__get__(model))


def rules(config: TrainingConfig) -> list[keras.callbacks.Callback]:
    """The callbacks that `config` asks for; all but that of pretrained layers are Keras's own."""
    watch = {"monitor": config.monitor, "mode": "max" if config.monitor in RISING else "min"}
    found: list[keras.callbacks.Callback] = []
    if config.pretrained:
        found.append(Unfreeze(config.unfreeze_epochs, config.layer_rate_decay))
    if config.early_stopping:
        found.append(keras.callbacks.EarlyStopping(patience=config.early_stopping, **watch))
    if config.reduce_lr_patience:
        found.append(
            keras.callbacks.ReduceLROnPlateau(
                patience=config.reduce_lr_patience, factor=config.reduce_lr_factor, min_lr=config.min_learning_rate, **watch
            )
        )
    return found


def advice(stop: NotFiniteError, best_epoch: int) -> str:
    """Where it happened, what the model holds now, and what to change."""
    if stop.batch:
        where = _("Stopped: the loss is not finite in epoch {epoch}, batch {batch}.").format(epoch=stop.epoch, batch=stop.batch)
    else:
        where = _("Stopped: the validation loss is not finite after epoch {epoch}.").format(epoch=stop.epoch)
    if best_epoch:
        kept = _("The model keeps the weights of epoch {epoch}, the best so far.").format(epoch=best_epoch)
    else:
        kept = _("No epoch was finished: the model keeps the weights from just before.")
    cure = _("Lower training.learning_rate, or limit the gradient (training.clipnorm = 1.0).")
    return f"{where} {kept} {cure}"

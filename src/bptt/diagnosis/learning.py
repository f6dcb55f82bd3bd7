"""How fast and how far the network learns: the steps it takes, what it fits, and what it can fit."""

from itertools import pairwise

from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _

LONG_STEP, SHORT_STEP = 0.5, 1e-3  # length of a training step beside the weight it changes
USUAL = 0.001  # learning rate to go back to
RISE, GAP = 1.25, 0.45  # of the validation loss over its best; of the training loss beside that of validation
CREEPING = 0.1  # share of the loss that is gone after all epochs
SOME, MANY = 0.2, 4  # dropout; epochs after the best
TINY = 4  # units of a layer
ENOUGH = 0.9  # of a linear model's skill
SURE = 0.55  # share of the loss of validation that is gone where answers are sure enough
DROPOUTS = ("embedding_dropout", "hidden_dropout", "dropout", "word_dropout")
HEAVY = 0.8  # share of values switched off


def rate_too_high(case: Case) -> Diagnosis | None:
    """Steps are longer than the weights they change, and the loss does not fall."""
    ratio = case.step_ratio
    if ratio is None or ratio < LONG_STEP or not case.epochs:
        return None
    last, first = case.epochs[-1]["loss"], case.epochs[0]["loss"]
    if case.fallen > 0.3 if case.learned is None else case.learned > 0.5 and (case.skill or 0) > 0.3:
        return None
    sentence = _(
        "A step of training changes a weight by {ratio:.2g} of its size; the training loss went from {first:.3g} to {last:.3g}."
    )
    why = _("Shorter steps let the loss fall instead of leaping over its valleys.")
    return Diagnosis(
        "learning_rate_too_high",
        min(0.98, 0.75 + 0.1 * ratio),
        sentence.format(ratio=ratio, first=first, last=last),
        {
            "step_beside_weight": ratio,
            "learning_rate": case.rate,
            "first_loss": first,
            "last_loss": last,
            "learned": case.learned,
        },
        Remedy(why, {"training.learning_rate": min(USUAL, (case.rate or 1.0) / 100)}),
    )


def rate_too_low(case: Case) -> Diagnosis | None:
    """Steps are tiny beside the weights, and the loss still falls as steadily as at the start."""
    ratio, epochs = case.step_ratio, case.epochs
    if len(epochs) < 2 or case.rate is None or (case.fallen > 0.3 if case.learned is None else case.learned > 0.5):
        return None
    falling = all(later["val_loss"] <= sooner["val_loss"] * 1.01 for sooner, later in pairwise(epochs))
    creeping = case.fallen < CREEPING if ratio is None else ratio < SHORT_STEP
    if not falling or not creeping:
        return None
    sentence = _(
        "Steps of training are short beside the weights (a share of {ratio}); after {epochs} epochs the loss has fallen by "
        "{fallen:.1%} and still falls."
    )
    why = _("Longer steps reach in a few epochs what these would in hundreds.")
    return Diagnosis(
        "learning_rate_too_low",
        0.9 if ratio is not None and ratio < SHORT_STEP / 3 else 0.75,
        sentence.format(ratio="?" if ratio is None else f"{ratio:.1e}", epochs=len(epochs), fallen=case.fallen),
        {"step_beside_weight": ratio, "learning_rate": case.rate, "loss_fallen": case.fallen, "epochs": len(epochs)},
        Remedy(why, {"training.learning_rate": USUAL, "training.optimizer": "adam"}),
    )


def overfitting(case: Case) -> Diagnosis | None:
    """The training rows are learned by heart: their loss falls on while that of validation rises."""
    epochs = case.epochs
    if len(epochs) < 2:
        return None
    best, last = case.best, epochs[-1]
    rise, gap = last["val_loss"] / max(best["val_loss"], 1e-9), last["loss"] / max(last["val_loss"], 1e-9)
    if rise < RISE or gap > GAP or _held_back(case):
        return None
    sentence = _(
        "From epoch {best} on the validation loss rises, from {low:.3f} to {high:.3f}, while the training loss falls to "
        "{train:.3f}."
    )
    why = _("Dropout and an end at the best epoch keep the network to what holds beyond its training rows.")
    used = case.config.model.model_dump() if case.config else {}
    dropout = {f"model.{key}": max(used.get(key, 0.0), 0.5) for key in ("embedding_dropout", "dropout")}
    overrides = dropout | {"training.early_stopping": 2}
    return Diagnosis(
        "overfitting",
        min(0.95, 0.55 + 0.4 * (rise - 1)),
        sentence.format(best=best["epoch"], low=best["val_loss"], high=last["val_loss"], train=last["loss"]),
        {"best_epoch": best["epoch"], "best_val_loss": best["val_loss"], "val_loss": last["val_loss"], "loss": last["loss"]},
        Remedy(why, overrides),
    )


def _held_back(case: Case) -> bool:
    """Whether dropout works against it from below, and training ended soon after the best epoch: its weights are kept."""
    if not case.config:
        return False
    model, after = case.config.model, case.epochs[-1]["epoch"] - case.best["epoch"]
    ended = case.stop is not None and case.stop["reason"] == "early stopping"
    return max(model.embedding_dropout, model.word_dropout) >= SOME and (ended or after < MANY)


def underfitting(case: Case) -> Diagnosis | None:
    """Not even the training rows are learned, by a network too small, or one that is held back too much."""
    config, learned = case.settings, case.learned
    judge = case.measured.opinion() if case.measured else None
    as_good = judge is not None and (case.skill or 0.0) > ENOUGH * judge.skill and not case.falls_short
    if learned is None or not case.ignorance or learned > 0.6:
        return None
    if as_good and 1 - case.best["val_loss"] / case.ignorance > SURE:
        return None
    units, width = min(config.model.units), config.model.embedding_width
    dropped = max(getattr(config.model, key) for key in DROPOUTS)
    if units > TINY and width > TINY and dropped < HEAVY:
        return None
    why = _("More units, and less switched off while training, give the network room for what is to be learned.")
    sentence = _(
        "The training loss has fallen by {learned:.0%} only of what could be; the smallest layer has {units} units, and "
        "{dropped:.0%} is switched off while training."
    )
    overrides = {"model.units": [max(64, one) for one in config.model.units], "model.embedding_width": max(64, width)}
    overrides |= {f"model.{key}": min(getattr(config.model, key), 0.3) for key in DROPOUTS}
    return Diagnosis(
        "underfitting",
        0.85,
        sentence.format(learned=learned, units=units, dropped=dropped),
        {"learned": learned, "units": units, "embedding_width": width, "dropout": dropped, "skill": case.skill},
        Remedy(why, overrides),
    )

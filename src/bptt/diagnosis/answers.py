"""What is answered: one class alone, the frequent one, or a kind of answer that the loss is not made for."""

import math
from typing import Any

import numpy as np

from bptt.data.targets import Numbers
from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _

NEARLY_ALL, RARE = 0.98, 0.88  # share of the answers that one class has; of the rows that the largest has
FAIR = 0.95  # macro F1 at which a lopsided class does no harm
FEW, SEVERAL = 3, 12  # different numbers, of which the first are classes, and the second may be


def collapsed(case: Case) -> Diagnosis | None:
    """Every row is answered with the same class, though the rows are of several."""
    score = case.score
    if not hasattr(score, "majority"):
        return None
    name, share = max(((name, one["predicted"] / score.rows) for name, one in score.per_class.items()), key=lambda pair: pair[1])
    if share < NEARLY_ALL or case.shares[0] >= RARE:
        return None
    why = _(
        "Classes that weigh the same in the loss, and a fresh start with gentler settings, make always naming one class costly."
    )
    sentence = _('{share:.0%} of the answers are "{name}", which {rows:.0%} of the rows are.')
    evidence = {"class": name, "share_of_answers": share, "share_of_rows": case.shares[0], "rows": score.rows}
    overrides = {"training.class_weights": "balanced", "training.learning_rate": 0.001, "model.dropout": 0.3}
    return Diagnosis(
        "collapsed_to_one_class",
        0.7,
        sentence.format(share=share, name=name, rows=case.shares[0]),
        evidence,
        Remedy(why, overrides),
    )


def imbalance(case: Case) -> Diagnosis | None:
    """One class has nearly all rows, and the others are hardly found."""
    score = case.score
    if not hasattr(score, "majority") or not case.shares or case.shares[0] < RARE or score.macro_f1 >= FAIR:
        return None
    common, _share = score.majority()
    recall = float(np.mean([one["recall"] for name, one in score.per_class.items() if name != common]))
    why = _("Weights let all classes count the same in the loss; judge by the macro F1, not by the accuracy.")
    sentence = _('{share:.0%} of the rows are "{name}"; of the other classes {recall:.0%} are found, macro F1 {f1:.2f}.')
    evidence = {"share_of_largest": case.shares[0], "recall_of_others": recall, "macro_f1": score.macro_f1}
    return Diagnosis(
        "class_imbalance",
        0.9,
        sentence.format(share=case.shares[0], name=common, recall=recall, f1=score.macro_f1),
        evidence,
        Remedy(why, {"training.class_weights": "balanced"}),
    )


def wrong_loss(case: Case) -> Diagnosis | None:
    """The loss is made for other answers than these."""
    return _unfit(case.fit) if case.fit else _numbers_for_classes(case)


def _numbers_for_classes(case: Case) -> Diagnosis | None:
    """Classes that are called by numbers, learned as if 2 were twice 1."""
    measured = case.measured
    if not measured or not isinstance(measured.train.targets, Numbers):
        return None
    values = measured.train.targets.values
    found = np.unique(values)
    if len(found) > SEVERAL or not (found == found.round()).all():
        return None
    named = measured.as_classes()
    beside = measured.opinion()
    if len(found) > FEW and (named is None or beside is None or _in_order(named.answers, measured.validation.targets.values)):
        return None
    sentence = _("The answers are the {count} numbers {shown} and no others: names of classes, learned as quantities.")
    evidence: dict[str, Any] = {"different_answers": len(found), "answers": found.tolist()}
    if named:
        evidence["linear_accuracy_as_classes"] = named.accuracy
    why = _("Cross-entropy with a probability a class needs no order and no distance between them.")
    shown = ", ".join(f"{value:g}" for value in found)
    return Diagnosis(
        "wrong_loss",
        0.9 if len(found) <= FEW else 0.7,
        sentence.format(count=len(found), shown=shown),
        evidence,
        Remedy(why, {"data.task": "classify", "training.monitor": "val_loss"}),
    )


def _in_order(answers: Any, truth: Any) -> bool:
    """Whether wrong classes lie nearer to the right one than chance has it: these have an order."""
    wrong = answers != truth
    if wrong.sum() < 10:
        return False
    by_chance = np.abs(answers[wrong][:, None] - truth[None, :])
    return bool(np.abs(answers - truth)[wrong].mean() < 0.75 * by_chance[by_chance > 0].mean())


def _unfit(fit: Any) -> Diagnosis | None:
    """What a script has compiled: a loss and a last activation that do not belong together, or not to the targets."""
    told = [problem for problem, there in _problems(fit).items() if there]
    if not told:
        return None
    last, logits = fit["last_activation"], fit["from_logits"]
    sentence = _("Loss {loss} behind {last}: {told}.").format(loss=fit["loss"], last=last, told="; ".join(told))
    why = _("The loss must know what comes: from_logits=True behind a linear layer, False behind softmax or sigmoid.")
    evidence = {"loss": fit["loss"], "last_activation": last, "from_logits": logits, "outputs": fit["outputs"]}
    return Diagnosis("wrong_loss", 0.95, sentence, {**evidence, "targets": fit["targets"]}, Remedy(why))


def _problems(fit: Any) -> dict[str, bool]:
    """Each that can be, and whether it is there."""
    loss, last, logits = str(fit["loss"]).lower(), fit["last_activation"], fit["from_logits"]
    targets = fit["targets"] or {"kind": "", "min": None, "max": None}
    low, high = (0.0 if targets[end] is None else targets[end] for end in ("min", "max"))
    crossed, distance = "crossentropy" in loss, loss.startswith(("mean_", "mse", "mae"))
    least, most = {"softmax": (0, 1), "sigmoid": (0, 1), "tanh": (-1, 1)}.get(last, (-math.inf, math.inf))
    return {
        _("probabilities come, but the loss is told that they are logits"): crossed and logits and last in ("softmax", "sigmoid"),
        _("logits come, but the loss is told that they are probabilities"): crossed and logits is False and last == "linear",
        _("a softmax over one output is always 1"): last == "softmax" and fit["outputs"] == 1,
        _("one label among several is learned, and the loss is that of each by itself"): loss.startswith("binary")
        and last == "softmax",
        _("the targets lie outside 0 to 1"): loss.startswith("binary") and (low < 0 or high > 1),
        _("the targets lie outside what the last layer can say"): distance and (low < least or high > most),
        _("there are more classes than outputs"): loss.startswith("sparse") and high >= (fit["outputs"] or math.inf),
        _("the targets are classes, and the loss is that of numbers"): distance
        and targets["kind"] == "integers"
        and low == 0
        and 1 <= high < FEW,
    }

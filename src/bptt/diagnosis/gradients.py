"""What the gradient does on its way through time, and what stops it."""

import statistics
from collections.abc import Mapping
from typing import Any

from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _
from bptt.microscope.probe import over_time

GROWS, FADES, DIES = 30.0, 0.1, 0.05  # times as large early in the rows as late
HUGE = 50.0  # norm of all gradients together
FULL = 0.6  # share of units at the ends of their range
BROKEN = 0.01  # share of the rows that hold what is no number
FAR = 40  # steps through which a plain recurrent layer hands on nothing


def growth(layer: Mapping[str, Any]) -> float | None:
    """The norm of dLoss/dh_t in the quarter of the steps that the layer reads first beside that in the quarter it reads last; of
    the steps that rows have, and the numbers that are finite; None where there are too few to tell."""
    steps = [value for value, real in zip(layer["gradient"], layer["real"], strict=True) if real and value is not None]
    steps = steps[::-1] if "backward" in layer["layer"] else steps
    quarter = len(steps) // 4
    if quarter < 1:
        return None
    late = statistics.fmean(steps[-quarter:])
    return statistics.fmean(steps[:quarter]) / late if late > 0 else None


def exploding(case: Case) -> Diagnosis | None:
    """The gradient grows on its way back through time, and nothing limits it enough."""
    steep = [
        (probe["gradient_norm"] or 0.0, grown, number, probe)
        for probe in case.probes
        for number, layer in enumerate(probe["layers"])
        if (grown := growth(layer) or 0.0) >= GROWS
    ]
    norm, most, number, probe = max(steep, key=lambda one: one[:2], default=(0.0, 0.0, 0, {}))
    if norm < HUGE:
        return None
    layer, radius = probe["layers"][number]["layer"], probe["layers"][number]["spectral_radius"] or 0.0
    limited = case.probes[-1]["clipped"] is not None
    sentence = _(
        "In {layer} the gradient grows {growth:.3g} times on its way from the last steps to the first; the norm of all gradients "
        "reaches {norm:.3g}, the spectral radius of the recurrent weights is {radius:.2f}."
    )
    evidence = {"layer": layer, "growth_through_time": most, "gradient_norm": norm, "spectral_radius": radius}
    evidence |= {"step": probe["step"], "clipped": case.probes[-1]["clipped"]}
    at_once = (growth(case.layers[layer][0]) or 0.0) >= GROWS  # by the first weights
    start = {"training.pretrained": ""} if at_once and case.config and case.config.training.pretrained else {}
    why = _("A limit on the gradient's norm keeps a single steep step from throwing the weights away.")
    return Diagnosis(
        "exploding_gradient",
        0.75 if limited else 0.9,
        sentence.format(layer=layer, growth=most, norm=norm, radius=radius),
        evidence,
        Remedy(why, {"training.clipnorm": 1.0, "training.clipvalue": 0.0, "training.global_clipnorm": 0.0, **start}),
    )


def vanishing(case: Case) -> Diagnosis | None:
    """The answer hangs on the last steps alone, and does not come out."""
    config, quantiles = case.settings, case.quantiles
    if config.model.pooling != "last" or case.learned is None or case.learned > 0.6 or not case.falls_short:
        return None
    reach = min(quantiles.get("0.5", 0.0), config.text.max_length)
    shares = [growth(one) for seen in case.layers.values() for one in seen]
    seen = [share for share in shares if share is not None]
    dead, least = (statistics.median(seen), min(seen)) if seen else (None, None)
    prone = config.model.cell == "simple_rnn" and reach >= FAR and (least is None or least < FADES)
    if not prone and (dead is None or dead > DIES):
        return None
    sentence = _("Rows are {steps:.0f} steps long, of which the first no longer move the answer: {measured}.")
    measured = (
        _("their share of the gradient is {share:.1e} of that of the last").format(share=dead)
        if dead is not None
        else _("a {cell} hands so little through so many steps").format(cell=config.model.cell)
    )
    why = _("Gates hand the gradient on through many steps, and a mean and maximum over all steps reach each of them directly.")
    return Diagnosis(
        "vanishing_gradient",
        0.85 if dead is not None and dead <= DIES else 0.7,
        sentence.format(steps=reach, measured=measured),
        {"gradient_first_to_last": dead, "steps": reach, "learned": case.learned, "skill": case.skill},
        Remedy(why, {"model.cell": "gru", "model.pooling": "mean+max"}),
    )


def saturated(case: Case) -> Diagnosis | None:
    """Units stand at the end of their range, where nothing is learned any more."""
    shares = {
        name: statistics.median(over_time(one["saturated"]["state"], one["real"]) for one in seen)
        for name, seen in case.layers.items()
    }
    if not shares:
        return None
    layer, share = max(shares.items(), key=lambda pair: pair[1])
    if share < FULL:
        return None
    sentence = _("In {layer} {share:.0%} of the units stand at the ends of their range, where they pass on no gradient.")
    why = _("A fresh start with a normalisation behind each layer keeps the units where they can still move.")
    overrides = {"training.pretrained": "", "text.vectors": "", "model.norm": "layer", "training.clipnorm": 1.0}
    return Diagnosis(
        "saturated_units",
        0.7 + 0.25 * (share - FULL) / (1 - FULL),
        sentence.format(layer=layer, share=share),
        {"layer": layer, "saturated": share},
        Remedy(why, overrides),
    )


def not_finite(case: Case) -> Diagnosis | None:
    """A loss or a weight was no number any more, or the data hold what is none."""
    broken = case.measured.not_finite if case.measured else 0.0
    stopped = case.stop if case.stop and case.stop["reason"] == "not finite" else None
    if not stopped and broken < BROKEN:
        return None
    if stopped:
        where = {"epoch": stopped["epoch"], "batch": stopped.get("batch", 0)}
        sentence = _("The loss is no finite number in epoch {epoch}, batch {batch}. {origin}").format(
            **where, origin=_origin(case)
        )
        why = _("A limit on the gradient, shorter steps and a fresh start keep every number finite.")
        rate = min(0.001, (case.rate or 1.0) / 3)
        overrides = {"training.clipnorm": 1.0, "training.learning_rate": rate, "training.pretrained": ""}
        return Diagnosis("non_finite", 0.95, sentence, {**where, "learning_rate": case.rate}, Remedy(why, overrides))
    sentence = _("{share:.1%} of the rows hold NaN or infinity; they were left out.").format(share=broken)
    why = _(
        "Fill the gaps in the source, or find out why these numbers are missing: the rows that are left may not be like them."
    )
    return Diagnosis("non_finite", 0.85, sentence, {"share_of_rows": broken, "origin": "data"}, Remedy(why))


def _origin(case: Case) -> str:
    """Where the last numbers that were seen point."""
    last = case.probes[-1] if case.probes else None
    if not last:
        return _("Nothing was measured before it.")
    broken = [one["weight"] for one in last["weights"] if one["gradient"] is None or one["norm"] is None]
    if broken:
        return _("In batch {step} the gradient of {weights} was not finite.").format(step=last["step"], weights=", ".join(broken))
    worst = max(last["weights"], key=lambda one: one["gradient"] / max(one["norm"], 1e-9))
    message = _("Last seen in batch {step}: the gradient of {weight} had the norm {gradient:.3g}.")
    return message.format(step=last["step"], weight=worst["weight"], gradient=worst["gradient"])

"""What is wrong with the rows themselves: labels that do not belong to them, rows on both sides of the split, no order."""

from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _

NOTHING = 0.1  # skill that is none
DOUBTFUL = 0.88  # share right among the surest fifth of the answers, where labels are sound nearly 1
COPIED = 0.12  # share of the validation rows that have a near copy in training
RANDOM, LANGUAGE = 0.2, 0.4  # nats that a word tells of the next, at most where the order says nothing; at least in a language
ALIKE = 0.05  # share of answers that a random order may change


def noisy(case: Case) -> Diagnosis | None:
    """Neither the network nor a linear model finds what the labels hang on, or even their surest answers are often wrong."""
    measured = case.measured
    judge = measured.opinion() if measured else None
    if not measured or not judge or case.skill is None or not case.epochs:
        return None
    count = len(measured.validation)
    luck = 2 * (0.25 / count) ** 0.5 / max(1 - measured.commonest, 0.1)  # two standard deviations of a skill that is none
    nothing = max(judge.skill, case.skill) < NOTHING and luck < 3 * NOTHING
    spread = 2 * (DOUBTFUL * (1 - DOUBTFUL) / max(count // 5, 1)) ** 0.5
    doubtful = judge.sure is not None and max(judge.skill, case.skill) < 0.6 and judge.sure + spread < DOUBTFUL
    if case.lopsided or not (nothing or doubtful):
        return None
    told = measured.neighbours_tell is None or measured.neighbours_tell > LANGUAGE
    sentence = (
        _("Neither the network (skill {skill:.2f}) nor a linear model ({linear:.2f}) tells the labels from the rows.")
        if nothing
        else _("Of the answers that a linear model is surest of, only {sure:.0%} agree with the labels.")
    )
    numbers = {"skill": case.skill, "linear": judge.skill, "sure": judge.sure or 0.0}
    why = _("Look at rows whose label contradicts a sure answer, and mend the labels in the source: no setting can.")
    evidence = {"skill": case.skill, "linear_skill": judge.skill, "agreement_of_surest": judge.sure, "rows": count}
    return Diagnosis("noisy_labels", 0.85 if told else 0.6, sentence.format(**numbers), evidence, Remedy(why))


def leak(case: Case) -> Diagnosis | None:
    """Validation holds what training has seen, or a word that gives the label away."""
    validation, taken = case.data["rows"]["validation"], case.data["leaks"]
    copied, near = case.data["copies"] / max(case.data["rows_read"], 1), 0.0
    if case.measured and case.measured.readable:
        near = case.measured.near_copies
    tells = case.measured.neighbours_tell if case.measured else None
    telling = case.measured.telling_words() if case.measured and (tells or 0.0) > RANDOM else {}
    left_out = taken / max(validation, 1)
    if max(near, left_out, copied) < COPIED and not telling:
        return None
    evidence = {"near_copies_of_training": near, "rows_left_out": taken, "copies": case.data["copies"]}
    if telling:
        shown = ", ".join(f"{word} → {label}" for word, label in telling.items())
        sentence = _("One word a class gives the label away: {shown}.").format(shown=shown)
        why = _("Take these words out of the texts in the source: where the label is not known, they will not be there.")
        return Diagnosis("leak", 0.95, sentence, evidence | {"words": telling}, Remedy(why))
    if near >= COPIED:
        sentence = _("{share:.0%} of the validation rows are nearly the same as a training row.").format(share=near)
    else:
        sentence = _("{copies} rows repeat another's text, {taken} were left out: the source's rows are not independent.")
        sentence = sentence.format(copies=case.data["copies"], taken=taken)
    why = _("Leave copies out of the source, or keep them in one part: the scores are too good.")
    return Diagnosis("leak", 0.9 if near >= COPIED else 0.6, sentence, evidence, Remedy(why))


def no_order(case: Case) -> Diagnosis | None:
    """The answers are the same for the words in any order, and a model that reads no order does as well."""
    measured = case.measured
    judge = measured.opinion() if measured else None
    changed = measured.changed_by_order if measured else None
    if not measured or not judge or changed is None or (case.skill or 0.0) < 1.5 * NOTHING:
        return None
    ordered = measured.neighbours_tell is not None and measured.neighbours_tell > RANDOM
    behind = (case.skill or 0.0) - judge.skill
    if ordered or changed > ALIKE * 2 or behind > NOTHING * 1.5:
        return None
    sentence = _(
        "The words of a row stand in no order that says anything: a random one changes {changed:.1%} of the answers, and a "
        "linear model without order has skill {linear:.2f} where the network has {skill:.2f}."
    )
    evidence = {
        "changed_by_order": changed,
        "linear_skill": judge.skill,
        "skill": case.skill,
        "neighbours_tell": measured.neighbours_tell,
    }
    why = _("A bag of words learns this in a second; in the network's answers its share costs nothing.")
    overrides = {"model.bag_of_words": 0.5, "model.pooling": "mean"} if case.settings.data.task in ("classify", "ordinal") else {}
    return Diagnosis(
        "order_does_not_matter",
        0.85,
        sentence.format(changed=changed, linear=judge.skill, skill=case.skill),
        evidence,
        Remedy(why, overrides),
    )

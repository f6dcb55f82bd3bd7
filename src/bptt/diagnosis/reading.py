"""How rows are read: padding as data, what is cut off, words that nobody knows, more steps than are of use."""

from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _

PADDED = 0.1  # share of the cells that is padding
CUT = 0.1  # share of the words that is cut off
LOST = 0.5  # share of a linear model's skill that is lost with them
LUCK = 2.5  # of so many standard deviations
UNKNOWN = 0.15  # share of the training words without an id
LONG = 300  # steps


def padding(case: Case) -> Diagnosis | None:
    """There is no mask, and much of what is read is padding."""
    text, share = case.settings.text, case.facts["share_padding"]
    if text.mask or share < PADDED:
        return None
    sentence = _("{share:.0%} of what the network reads is padding, on the side {side}, and no mask tells it so.")
    why = _("With a mask the network skips the padding, and batches need not all be as long as the longest row.")
    last = case.settings.model.pooling == "last" and text.padding == "post"
    overrides = {"text.mask": True, "text.bucket_edges": list(text.bucket_edges) or [32, 64, 128, 256]}
    return Diagnosis(
        "padding_read_as_data",
        0.95 if last else min(0.95, 0.75 + 0.25 * share),
        sentence.format(share=share, side=text.padding),
        {"share_padding": share, "mask": False, "padding": text.padding, "pooling": case.settings.model.pooling},
        Remedy(why, overrides),
    )


def truncation(case: Case) -> Diagnosis | None:
    """What is cut off tells more than what is kept."""
    text, facts = case.settings.text, case.facts
    if facts["share_words_cut"] < CUT or not case.measured:
        return None
    whole, kept, other = (case.measured.opinion(view) for view in ("whole", "kept", "other side"))
    if not whole or not kept or not other or whole.skill < 0.2:
        return None
    if whole.skill - kept.skill < max(LOST * whole.skill, LUCK / len(case.measured.validation) ** 0.5):
        return None
    sentence = _(
        "{share:.0%} of the words are cut off: a linear model has skill {whole:.2f} on whole rows, {kept:.2f} on what is kept "
        "({side} is cut) and {other:.2f} on the other end."
    )
    reach = int(case.quantiles["0.95"])
    overrides: dict[str, object] = {"text.max_length": max(reach, text.max_length)}
    if other.skill > kept.skill:
        overrides["text.truncation"] = "post" if text.truncation == "pre" else "pre"
    why = _("Longer rows, cut where less is lost, let the network see what the label hangs on.")
    numbers = {"share": facts["share_words_cut"], "whole": whole.skill, "kept": kept.skill, "other": other.skill}
    return Diagnosis(
        "truncation_cuts_evidence",
        0.9,
        sentence.format(**numbers, side=text.truncation),
        {
            "share_words_cut": numbers["share"],
            "skill_whole": whole.skill,
            "skill_kept": kept.skill,
            "skill_other_side": other.skill,
        },
        Remedy(why, overrides),
    )


def vocabulary(case: Case) -> Diagnosis | None:
    """Much of the training text has no id, because the vocabulary was to be so small."""
    text, share = case.settings.text, case.facts["share_unknown"]
    full = case.data.get("vocabulary_size", 0) >= text.vocabulary_size or text.min_count > 2
    if share < UNKNOWN or not full:
        return None
    whole, known = (case.measured.opinion(view) if case.measured else None for view in ("whole", "known"))
    sentence = _(
        "{share:.0%} of the words of training are unknown: the vocabulary has {size} words, each of which must occur {least} "
        "times."
    )
    evidence = {"share_unknown": share, "vocabulary_size": case.data.get("vocabulary_size"), "min_count": text.min_count}
    if whole and known:
        evidence |= {"skill_all_words": whole.skill, "skill_known_words": known.skill}
    why = _("With an id each, the words can be told apart.")
    return Diagnosis(
        "vocabulary_too_small",
        min(0.95, 0.7 + share / 2),
        sentence.format(share=share, size=evidence["vocabulary_size"], least=text.min_count),
        evidence,
        Remedy(why, {"text.vocabulary_size": 20_000, "text.min_count": 2}),
    )


def too_long(case: Case) -> Diagnosis | None:
    """Rows are read to an end that nothing hangs on."""
    text = case.settings.text
    steps = min(case.quantiles["0.5"], text.max_length)
    if steps < LONG or not case.measured:
        return None
    enough, side = int(steps // 4), None
    whole, luck = case.measured.opinion("kept"), max(0.03, 0.8 / len(case.measured.validation) ** 0.5)
    for end in ("pre", "post"):
        part = case.measured.opinion((enough, end))
        if whole and part and part.skill >= whole.skill - luck and whole.skill > 0.2:
            side = end
    if not side:
        return None
    sentence = _("Half of the rows have {steps:.0f} steps and more; a linear model does as well on {enough} of them.")
    why = _("Time and memory grow with the steps; the rest of them only dilutes what counts.")
    return Diagnosis(
        "sequence_too_long",
        0.8,
        sentence.format(steps=steps, enough=enough),
        {"median_steps": steps, "steps_enough": enough, "skill": whole.skill if whole else None},
        Remedy(why, {"text.max_length": enough, "text.truncation": side}),
    )

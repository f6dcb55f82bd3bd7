"""Where the time goes, if not into learning."""

from collections.abc import Sequence

from bptt.data.config import TextConfig
from bptt.diagnosis.case import Case
from bptt.diagnosis.finding import Diagnosis, Remedy
from bptt.messages import _

FEW_ROWS, MANY = 2, 50  # rows a batch, batches an epoch
WAITING = 0.3  # share of the training time in which a batch is made ready
WASTED, MOSTLY = 0.35, 0.9  # share of the cells that is padding; with whatever buckets
UNUSUAL, SAVED = 0.05, 0.25  # more of it than with the usual buckets; of it that fitting buckets would save
SHAPES, COMPILING = 10, 0.5  # of batches of training, and share of the time that compiling for them takes


def slow_input(case: Case) -> Diagnosis | None:
    """The network waits for its rows, or gets them in crumbs."""
    size, batches = case.settings.training.batch_size, case.batches
    waited = case.waited / max(case.seconds, 1e-9)
    if waited < WAITING and (size > FEW_ROWS or batches < MANY):
        return None
    speed = max((epoch["tokens_per_second"] for epoch in case.epochs), default=0)
    sentence = _(
        "{rows} rows a step: {batches} steps an epoch, {speed:.0f} words a second, {waited:.0%} of the time waiting for rows."
    )
    why = _("More rows a step share what each step costs.")
    return Diagnosis(
        "slow_input",
        0.85,
        sentence.format(rows=size, batches=batches, speed=speed, waited=waited),
        {"batch_size": size, "batches": batches, "words_per_second": speed, "share_waiting": waited},
        Remedy(why, {"training.batch_size": max(64, size)}),
    )


def padding_waste(case: Case) -> Diagnosis | None:
    """Most of what is computed is padding that is then thrown away."""
    text, share = case.settings.text, case.facts["share_padding"]
    if not text.mask:
        return None
    edges = _edges(case)
    usual, fitting = (
        wasted(case.facts["length_histogram"], ends, text.max_length) for ends in (TextConfig().bucket_edges, edges)
    )
    odd = not text.bucket_edges or share > min(MOSTLY, usual + UNUSUAL)
    if not odd or share < WASTED or share - fitting < SAVED:
        return None
    sentence = _("{share:.0%} of the cells of a batch are padding; buckets at {edges} would leave {fitting:.0%}.")
    why = _("Rows of like length share a batch, so that little is computed in vain.")
    return Diagnosis(
        "padding_waste",
        0.85,
        sentence.format(share=share, edges=edges, fitting=fitting),
        {"share_padding": share, "share_padding_with_remedy": fitting, "bucket_edges": list(text.bucket_edges)},
        Remedy(why, {"text.bucket_edges": edges}),
    )


def wasted(histogram: dict[str, object], edges: Sequence[int], max_length: int) -> float:
    """About which share would be padding with buckets up to `edges`, by the histogram of lengths."""
    width, rows = int(str(histogram["width"])), list(histogram["rows"])  # type: ignore[call-overload]
    lengths = [min(max_length, number * width + width // 2) or 1 for number in range(len(rows))]
    last = min(max_length, max((length for length, count in zip(lengths, rows, strict=True) if count), default=1))
    ends = [*(edge for edge in edges if edge < last), last]
    cells = sum(count * next(end for end in ends if end >= length) for length, count in zip(lengths, rows, strict=True) if count)
    real = sum(count * length for length, count in zip(lengths, rows, strict=True))
    return 1 - real / max(cells, 1)


def _edges(case: Case) -> list[int]:
    """Buckets of which each holds some of the rows."""
    return sorted({max(8, round(case.quantiles[at])) for at in ("0.25", "0.5", "0.75", "0.95")})


def recompilation(case: Case) -> Diagnosis | None:
    """Every shape of batch is compiled for, and there are many."""
    shapes = len(case.facts["shapes"])
    compiling = sum(epoch["compile_seconds"] for epoch in case.epochs)
    if shapes < SHAPES or compiling < COMPILING * case.seconds:
        return None
    sentence = _("{shapes} shapes of training batches, each compiled for: {share:.0%} of the time.")
    why = _("Fewer buckets are fewer programs to compile.")
    return Diagnosis(
        "recompilation",
        0.85,
        sentence.format(shapes=shapes, share=compiling / case.seconds),
        {"shapes": shapes, "compile_seconds": compiling, "seconds": case.seconds},
        Remedy(why, {"text.bucket_edges": _edges(case)}),
    )


def unfused(case: Case) -> Diagnosis | None:
    """A recurrent layer does not run on the native kernels."""
    slow = {row["name"]: row["reason"] for row in case.table.get("layers", []) if row["reason"] and row["kernel"] != "native"}
    if not slow:
        return None
    told = "; ".join(f"{name}: {reason}" for name, reason in slow.items())
    why = _("`bptt explain RUN` says what rules the native kernel out, what to change and what it costs.")
    sentence = _("Not on the native kernels, which are faster: {told}.").format(told=told)
    return Diagnosis("unfused_layer", 0.8, sentence, {"layers": slow}, Remedy(why))

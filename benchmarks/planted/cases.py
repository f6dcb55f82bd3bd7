"""The cases: which fault is planted in which data, and runs without one."""

from collections.abc import Iterator

from .faults import (
    Case,
    as_numbers,
    buried,
    lopsided,
    nearly_copied,
    out_of_order,
    shuffled_labels,
    told_by_a_word,
    with_gaps,
)

RNN_LAST = {"model.cell": "simple_rnn", "model.pooling": "last", "model.bidirectional": False}
FOREVER = {"training.epochs": 40, "training.early_stopping": 0, "training.reduce_lr_patience": 0}
NO_DROPOUT = {"model.embedding_dropout": 0.0, "model.dropout": 0.0, "model.hidden_dropout": 0.0}
UNMASKED = {"text.mask": False, "text.bucket_edges": [], "text.padding": "post", "text.max_length": 100}
LONG = {"text.bucket_edges": [], "text.max_length": 200}


def without(case: Case) -> Case:
    """The same without the fault; the rows as they were, unless they are but a lopsided choice of them."""
    change = case.change if case.cause == "collapsed_to_one_class" else None
    return Case("", case.name, case.source, case.rows, change=change)


def healthy() -> Iterator[Case]:
    for cell in ("gru", "lstm", "simple_rnn"):
        yield Case("", f"feedback-{cell}", "feedback", 1200, {"model.cell": cell})
    yield Case("", "feedback-default", "feedback", 1200, {"text.bucket_edges": [64, 128, 256], "training.learning_rate": 0.001})
    yield Case("", "feedback-last", "feedback", 1200, {"model.pooling": "last", "model.cell": "lstm"})
    yield Case("", "feedback-small", "feedback", 1200)
    yield Case("", "topics-gru", "topics", 1200)
    yield Case("", "topics-lstm", "topics", 1200, {"model.cell": "lstm", "model.units": [24, 24]})
    yield Case("", "reviews-gru", "reviews", 900)
    yield Case("", "reviews-lstm", "reviews", 900, {"model.cell": "lstm"})
    yield Case("", "ratings", "ratings", 1200)
    yield Case("", "order-gru", "order", 1500)
    yield Case("", "order-lstm", "order", 2000, {"model.cell": "lstm", "model.dropout": 0.2})
    yield Case("", "waves-gru", "waves", 900)
    yield Case("", "waves-lstm", "waves", 900, {"model.cell": "lstm"})
    yield Case("", "waves-rnn", "waves", 900, {"model.cell": "simple_rnn"})
    yield Case("", "entities", "entities", 1500)
    yield Case("", "entities-lstm", "entities", 1000, {"model.cell": "lstm", "model.crf": False})
    yield Case("", "stars", "ratings", 1200, {"data.task": "ordinal"})
    yield Case("", "topics-rnn", "topics", 1200, {"model.cell": "simple_rnn"})


def planted() -> Iterator[Case]:
    yield from of_training()
    yield from of_rows()
    yield from of_reading()


def of_training() -> Iterator[Case]:
    """What the settings of training and of the model do."""
    yield Case("learning_rate_too_high", "feedback-10", "feedback", 1200, {"training.learning_rate": 10.0})
    yield Case("learning_rate_too_high", "waves-3", "waves", 900, {"training.learning_rate": 3.0})
    yield Case("learning_rate_too_high", "reviews-1-lstm", "reviews", 900, {"training.learning_rate": 1.0, "model.cell": "lstm"})
    yield Case("learning_rate_too_high", "topics-1", "topics", 1200, {"training.learning_rate": 1.0})
    yield Case("learning_rate_too_high", "entities-10", "entities", 800, {"training.learning_rate": 10.0})
    yield Case("learning_rate_too_low", "feedback-1e-6", "feedback", 1200, {"training.learning_rate": 1e-6})
    yield Case("learning_rate_too_low", "waves-1e-6", "waves", 900, {"training.learning_rate": 1e-6})
    yield Case("learning_rate_too_low", "reviews-1e-5", "reviews", 900, {"training.learning_rate": 1e-5})
    yield Case(
        "learning_rate_too_low", "topics-sgd", "topics", 1200, {"training.learning_rate": 1e-4, "training.optimizer": "sgd"}
    )
    yield Case("learning_rate_too_low", "entities-1e-6", "entities", 800, {"training.learning_rate": 1e-6})
    yield Case("exploding_gradient", "feedback-rnn", "feedback", 1200, {"training.clipnorm": 0.0, **RNN_LAST}, recurrent=3.0)
    yield Case("exploding_gradient", "reviews-rnn", "reviews", 800, {"training.clipnorm": 0.0, **RNN_LAST}, recurrent=2.0)
    yield Case("exploding_gradient", "waves-rnn", "waves", 900, {"training.clipnorm": 0.0, **RNN_LAST}, recurrent=4.0)
    yield Case("vanishing_gradient", "buried-behind", "feedback", 1200, RNN_LAST | LONG, buried(150, front=False))
    yield Case("vanishing_gradient", "order-far", "order", 1200, RNN_LAST | LONG, buried(100, front=False))
    yield Case("vanishing_gradient", "topics-behind", "topics", 1200, RNN_LAST | LONG, buried(120, front=False))
    yield Case("overfitting", "feedback-few", "feedback", 200, FOREVER | NO_DROPOUT)
    yield Case("overfitting", "topics-few", "topics", 250, FOREVER | NO_DROPOUT)
    yield Case("overfitting", "reviews-few", "reviews", 300, FOREVER | NO_DROPOUT)
    yield Case("overfitting", "ratings-few", "ratings", 250, FOREVER | NO_DROPOUT)
    yield Case("underfitting", "feedback-1-unit", "feedback", 1200, {"model.units": [1], "model.embedding_width": 1})
    yield Case("underfitting", "topics-1-unit", "topics", 1200, {"model.units": [1]})
    yield Case("underfitting", "waves-1-unit", "waves", 900, {"model.units": [1]})
    yield Case("underfitting", "feedback-dropout", "feedback", 1200, {"model.embedding_dropout": 0.95, "model.dropout": 0.95})
    yield Case("saturated_units", "feedback-rnn", "feedback", 1200, {"model.cell": "simple_rnn"}, kernel=300.0)
    yield Case("saturated_units", "topics-rnn", "topics", 1200, {"model.cell": "simple_rnn"}, kernel=300.0)
    yield Case("saturated_units", "waves-rnn", "waves", 900, {"model.cell": "simple_rnn"}, kernel=100.0)
    yield Case("non_finite", "waves-gaps", "waves", 900, {"data.allow_rejects": 1.0}, with_gaps)
    yield Case("non_finite", "feedback-overflow", "feedback", 1000, {"training.clipnorm": 0.0}, recurrent=1e37)
    yield Case("non_finite", "topics-overflow", "topics", 1000, {"model.cell": "lstm"}, recurrent=1e38)


def of_rows() -> Iterator[Case]:
    """What is wrong with the rows, or how they are answered."""
    yield Case("noisy_labels", "feedback-all", "feedback", 1200, {}, shuffled_labels(1.0))
    yield Case("noisy_labels", "topics-all", "topics", 1200, {}, shuffled_labels(1.0))
    yield Case("noisy_labels", "feedback-half", "feedback", 1200, {}, shuffled_labels(0.5))
    yield Case("noisy_labels", "waves-all", "waves", 900, {}, shuffled_labels(1.0))
    hasty = {"training.epochs": 3, "training.learning_rate": 0.0005, "model.embedding_dropout": 0.7}
    yield Case("collapsed_to_one_class", "reviews-80", "reviews", 900, hasty, lopsided(0.8))
    yield Case("collapsed_to_one_class", "waves-80", "waves", 900, {"training.epochs": 3, "model.dropout": 0.7}, lopsided(0.8))
    yield Case("class_imbalance", "feedback-95", "feedback", 1200, {}, lopsided(0.95))
    yield Case("class_imbalance", "reviews-95", "reviews", 900, {}, lopsided(0.95))
    yield Case("class_imbalance", "waves-97", "waves", 1500, {}, lopsided(0.97))
    yield Case("leak", "feedback-copies", "feedback", 1200, {}, nearly_copied)
    yield Case("leak", "topics-copies", "topics", 1200, {}, nearly_copied)
    yield Case("leak", "feedback-word", "feedback", 1200, {}, told_by_a_word)
    yield Case("leak", "reviews-word", "reviews", 900, {}, told_by_a_word)
    yield Case("order_does_not_matter", "feedback", "feedback", 1200, {}, out_of_order)
    yield Case("order_does_not_matter", "topics", "topics", 1200, {}, out_of_order)
    yield Case("order_does_not_matter", "reviews", "reviews", 900, {}, out_of_order)
    yield Case("wrong_loss", "feedback", "feedback", 1200, {"data.task": "regress"}, as_numbers)
    yield Case("wrong_loss", "topics", "topics", 1200, {"data.task": "regress"}, as_numbers)
    yield Case("wrong_loss", "reviews", "reviews", 900, {"data.task": "regress"}, as_numbers)


def of_reading() -> Iterator[Case]:
    """How rows are read, and what that costs."""
    yield Case(
        "padding_read_as_data", "feedback", "feedback", 1200, {"model.pooling": "last", "model.bidirectional": False} | UNMASKED
    )
    yield Case("padding_read_as_data", "topics", "topics", 1200, UNMASKED)
    yield Case(
        "padding_read_as_data", "reviews", "reviews", 800, {"text.mask": False, "text.max_length": 400, "text.bucket_edges": []}
    )
    yield Case(
        "truncation_cuts_evidence",
        "feedback",
        "feedback",
        2000,
        {"text.max_length": 8, "text.truncation": "post"},
        buried(12, front=True),
    )
    yield Case(
        "truncation_cuts_evidence",
        "topics",
        "topics",
        2000,
        {"text.max_length": 10, "text.truncation": "pre"},
        buried(12, front=False),
    )
    yield Case("truncation_cuts_evidence", "reviews", "reviews", 900, {"text.max_length": 8})
    yield Case("vocabulary_too_small", "feedback", "feedback", 1200, {"text.vocabulary_size": 12})
    yield Case("vocabulary_too_small", "topics", "topics", 1200, {"text.vocabulary_size": 20})
    yield Case("vocabulary_too_small", "reviews", "reviews", 900, {"text.vocabulary_size": 50})
    yield Case("slow_input", "feedback-1", "feedback", 600, {"training.batch_size": 1, "training.epochs": 4})
    yield Case("slow_input", "topics-1", "topics", 600, {"training.batch_size": 1, "training.epochs": 4})
    yield Case(
        "sequence_too_long", "feedback", "feedback", 500, {"text.max_length": 1000, "training.epochs": 5}, buried(700, front=True)
    )
    yield Case(
        "sequence_too_long", "topics", "topics", 500, {"text.max_length": 1000, "training.epochs": 5}, buried(600, front=True)
    )
    yield Case("padding_waste", "feedback", "feedback", 1200, {"text.bucket_edges": []})
    yield Case("padding_waste", "reviews", "reviews", 800, {"text.bucket_edges": [], "text.max_length": 800})
    yield Case("padding_waste", "topics", "topics", 1200, {"text.bucket_edges": []})
    yield Case("recompilation", "feedback", "feedback", 1200, {"text.bucket_edges": list(range(2, 60)), "training.batch_size": 8})
    yield Case(
        "recompilation", "reviews", "reviews", 800, {"text.bucket_edges": list(range(20, 120, 3)), "training.batch_size": 8}
    )
    yield Case("unfused_layer", "feedback", "feedback", 1200, off_native=True)
    yield Case("unfused_layer", "waves", "waves", 900, off_native=True)

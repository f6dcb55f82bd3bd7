"""Takes a model and rows, gives answers (`Predictor`), how good they are (a module a kind of answer: `classes`), and which
words misled it (`words`)."""

from bptt.evaluation.predict import Answers, Predictor

__all__ = ["Answers", "Predictor"]

"""Takes a model and rows, gives answers (`Predictor`) and how good they are (`score`)."""

from bptt.evaluation.predict import Predictor
from bptt.evaluation.score import ClassScores, Mistake, Scores, score

__all__ = ["ClassScores", "Mistake", "Predictor", "Scores", "score"]

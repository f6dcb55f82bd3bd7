"""Takes a model and rows, gives answers (`Predictor`) and how good they are (`score`)."""

from .score import ClassScores, Mistake, Scores, score

__all__ = ["ClassScores", "Mistake", "Scores", "score"]

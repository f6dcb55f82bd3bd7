"""Takes a model and rows, gives answers (`Predictor`), how good they are (`score`) and which words misled it (`explain`)."""

from bptt.data.splits import Part
from bptt.evaluation.predict import Predictor
from bptt.evaluation.score import ClassScores, Mistake, Scores, score
from bptt.evaluation.words import explain

ScoresByPart = dict[Part, Scores]  # what scores.json holds

__all__ = ["ClassScores", "Mistake", "Predictor", "Scores", "ScoresByPart", "explain", "score"]

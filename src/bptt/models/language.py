"""A model whose every word is the answer to the words before it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops
from numpy.typing import NDArray

from bptt import layers
from bptt.batches import Batch

from .config import ModelConfig
from .heads import Metric, finite


class Perplexity(keras.metrics.Metric):
    """exp of the mean surprise of all words so far; e^88 where it is more, which float32 cannot hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.total = self.add_variable((), "zeros", name="total")
        self.words = self.add_variable((), "zeros", name="words")

    def update_state(self, total: Any, words: Any) -> None:
        self.total.assign_add(total)
        self.words.assign_add(words)

    def result(self) -> Any:
        return ops.exp(ops.minimum(self.total / ops.maximum(self.words, 1.0), 88.0))


class _Judged(keras.layers.Layer):
    """Ids (B, T) and states (B, T, D, E) -> (B, T, D + 1): -log p of each word by each direction, and by its share."""

    def __init__(self, head: layers.NextWord, embedding: keras.layers.Layer) -> None:
        super().__init__()
        self.head, self.embedding = head, embedding

    def call(self, ids: Any, states: Any) -> Any:
        worth, _known = self.head.surprise(ids, states, self.embedding.embeddings, sampled=False)
        return ops.concatenate([worth, -ops.log(ops.take(self.head.share, ids))[..., None]], -1)

    def compute_output_shape(self, ids_shape: tuple[Any, ...], states_shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*ids_shape, states_shape[2] + 1)


class LanguageModel(keras.Model):
    """A functional model that reads ids (B, T) and ends in `layers.NextWord`. Its loss is the mean surprise of the words of a
    batch in nats, estimated from samples while it trains, exact where it is judged."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.perplexity = Perplexity(name="perplexity")
        self._judge: Callable[[Any], Any] | None = None

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        embeddings = self.get_layer("embedding").embeddings
        worth, known = self.get_layer("head").surprise(x, y_pred, embeddings, sampled=training)
        total, words = ops.sum(worth), ops.sum(ops.cast(known, worth.dtype))
        self.perplexity.update_state(total, words)
        return total / ops.maximum(words, 1.0)

    def judge(self, ids: Any) -> NDArray[Any]:
        """ids (B, T) -> (B, T, D + 1), in nats: -log p of each word by each of D directions, 0 where nothing tells it, and by its
        share of the text that was learned from."""
        if self._judge is None:  # a function: Keras would count a model's weights twice
            judged = _Judged(self.get_layer("head"), self.get_layer("embedding"))(self.inputs[0], self.outputs[0])
            self._judge = keras.Model(self.inputs, judged).predict_on_batch
        return self._judge(ids)


@dataclass(frozen=True)
class Language:
    """The word behind each word, and for a model that reads in both directions the word before it (Peters et al. 2018, Deep
    contextualized word representations, eq. 1)."""

    vocabulary_size: int
    config: ModelConfig
    metric: Metric = "perplexity"
    per_step = True
    model = LanguageModel

    def __call__(self, features: Any, mask: Any) -> Any:
        sizes = (self.vocabulary_size, self.config.embedding_width, 1 + self.config.bidirectional, self.config.samples)
        return layers.NextWord(*sizes, name="head")(features)

    def parameters(self, features: int) -> int:
        return features * self.config.embedding_width + 2 * self.vocabulary_size

    def loss(self, model: keras.Model) -> None:
        return None

    def measure(self, model: keras.Model) -> None:
        return None

    def answers(self, model: LanguageModel, batch: Batch) -> NDArray[Any]:
        """(B, T, D + 1): what `LanguageModel.judge` says."""
        return finite(model.judge(batch.inputs))

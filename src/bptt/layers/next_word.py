"""What stands at the end of a language model: how surprising each word is, given those before it, or behind it."""

from typing import Any

import keras
from keras import ops

BLOCK = 1024  # places whose scores are computed at a time: all of a batch at once would not fit into a processor's cache


@keras.saving.register_keras_serializable(package="bptt")
class NextWord(keras.layers.Layer):
    """A softmax over V = `vocabulary_size` words whose matrix is the embedding that reads them (Press and Wolf 2017, Using the
    output embedding to improve language models).

    Input (B, T, D H), D = `directions` states of H units; output (B, T, D, E), each state brought to the width E = `width` of
    the embedding (V, E). `surprise` tells from that what each word was worth, in nats.

    Where it trains, `samples` words stand for all: half of them the first of the vocabulary, which are the most frequent and
    count as they are; half drawn by their share of the text among the rest, each counting as many times as it stands for
    (importance sampling: Bengio and Senecal 2003; Jean et al. 2015, eq. 7). Where it answers, all V are read.
    """

    def __init__(
        self, vocabulary_size: int, width: int, directions: int, samples: int, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size, self.width = vocabulary_size, width
        self.directions, self.samples, self.seed = directions, samples, seed
        self.random = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, features_shape: tuple[Any, ...]) -> None:
        units = features_shape[-1] // self.directions
        self.kernel = self.add_weight(
            shape=(self.directions, units, self.width), initializer=_each_direction("glorot_uniform"), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.vocabulary_size,), initializer="zeros", name="bias")
        self.share = self.add_weight(
            shape=(self.vocabulary_size,),
            initializer=keras.initializers.Constant(1 / self.vocabulary_size),
            trainable=False,
            name="share",
        )

    def learn_shares(self, ids: Any) -> None:
        """Takes the share of each word in the text `ids` (S,) for what a word is worth before anything is read: the start of the
        bias, and what samples are drawn by. A word that does not occur counts as half a one."""
        counts = ops.maximum(ops.bincount(ids, minlength=self.vocabulary_size), 0.5)
        share = ops.cast(counts, "float32") / ops.cast(ops.sum(counts), "float32")
        self.share.assign(share)
        self.bias.assign(ops.log(share))

    def call(self, features: Any) -> Any:
        B, T = ops.shape(features)[:2]
        states = ops.reshape(features, (B, T, self.directions, -1))
        return ops.einsum("btdh,dhe->btde", states, self.kernel)

    def compute_output_shape(self, features_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*features_shape[:-1], self.directions, self.width)

    def surprise(self, ids: Any, states: Any, embeddings: Any, sampled: bool) -> tuple[Any, Any]:
        """-log p of each word (B, T, D), 0 where there is none to tell, and where there is one (B, T, D).

        ids: (B, T), 0 for padding; states: (B, T, D, E), what the layer gave; embeddings: (V, E). The first state of a direction
        tells the word behind it, the second, which reads the text from its end, the word before it.
        """
        pairs = [(slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))]
        parts = []
        for direction, (reads, told) in zip(range(self.directions), pairs, strict=False):
            known = ops.logical_and(ids[:, reads] != 0, ids[:, told] != 0)
            worth = self._worth(ids[:, told], states[:, reads, direction], embeddings, sampled)
            edge = ((0, 0), (1, 0)) if direction == 0 else ((0, 0), (0, 1))
            parts.append((ops.pad(ops.where(known, worth, 0.0), edge), ops.pad(known, edge)))
        return ops.stack([worth for worth, _known in parts], -1), ops.stack([known for _worth, known in parts], -1)

    def _worth(self, told: Any, states: Any, embeddings: Any, sampled: bool) -> Any:
        """-log p (B, T) of the words `told` (B, T), given the states (B, T, E), block by block of places."""
        B, T = ops.shape(told)
        places = B * T
        blocks = -(-places // BLOCK)
        room = blocks * BLOCK - places
        words = ops.reshape(ops.pad(ops.reshape(told, (places,)), ((0, room),)), (blocks, BLOCK))
        rows = ops.reshape(ops.pad(ops.reshape(states, (places, self.width)), ((0, room), (0, 0))), (blocks, BLOCK, self.width))
        others, weight = self._draw() if sampled else (None, None)
        matrix = embeddings if others is None else ops.take(embeddings, others, axis=0)
        bias = self.bias if others is None else ops.take(self.bias, others) + weight

        def one(block: Any) -> Any:
            words, rows = block
            right = ops.sum(rows * ops.take(embeddings, words, axis=0), -1) + ops.take(self.bias, words)
            scores = ops.matmul(rows, ops.transpose(matrix)) + bias
            if others is None:
                return ops.logsumexp(scores, -1) - right
            scores = ops.where(words[:, None] == others, -1e9, scores)  # the right word counts once, and exactly
            return ops.logsumexp(ops.concatenate([right[:, None], scores], -1), -1) - right

        worth = ops.map(keras.remat(one), (words, rows))
        return ops.reshape(ops.reshape(worth, (-1,))[:places], (B, T))

    def _draw(self) -> tuple[Any, Any]:
        """Words that stand for all, and of each the logarithm of how many times it counts."""
        first = min(self.samples // 2, self.vocabulary_size - 1)
        count = self.samples - first
        reach = ops.cumsum(self.share[first:])
        drawn = keras.random.uniform((count,), seed=self.random) * reach[-1]
        rest = first + ops.minimum(ops.searchsorted(reach, drawn, side="right"), self.vocabulary_size - 1 - first)
        times = ops.log(reach[-1] / (count * ops.take(self.share, rest)))
        return ops.concatenate([ops.arange(first), ops.cast(rest, "int32")]), ops.concatenate([ops.zeros((first,)), times])

    def get_config(self) -> dict[str, Any]:
        own = ("vocabulary_size", "width", "directions", "samples", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def _each_direction(name: str) -> Any:
    """An initializer of (D, H, E) that draws each direction's matrix as one of its own."""
    return lambda shape, dtype=None: ops.stack([keras.initializers.get(name)(shape[1:], dtype) for _ in range(shape[0])])

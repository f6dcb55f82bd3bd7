"""`examples/lesson_*.toml`: each builds the lesson's model, and trains by `bptt train`."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from bptt.config import Config, read_toml
from bptt.models import Softmax, Words, build, size
from tests.commands import Bptt, bptt, write_reviews
from tests.lessons import test_deep_pipeline, test_deep_rnn, test_simple_rnn

__all__ = ["bptt"]

EXAMPLES = Path(__file__).parents[2] / "examples"
PRESETS = sorted(path.stem.removeprefix("lesson_") for path in EXAMPLES.glob("lesson_*.toml"))
WORDS = 10_000  # of the lessons' vocabulary
RANDOM = np.random.default_rng(0)


def two_layers() -> keras.Model:
    rnn, dense = keras.layers.SimpleRNN, keras.layers.Dense
    return keras.Sequential([keras.Input((10, 32)), rnn(64, return_sequences=True), rnn(32), dense(10, activation="softmax")])


def bidirectional() -> keras.Model:
    both, dense = keras.layers.Bidirectional(keras.layers.SimpleRNN(64)), keras.layers.Dense(2, activation="softmax")
    return keras.Sequential([keras.Input((None, 64)), both, dense])


def batch_norm() -> keras.Model:
    """The normalised block with the other of the two normalisations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.layers, "LayerNormalization", keras.layers.BatchNormalization)
        return test_deep_rnn.create_normalised_rnn()


BLOCK = 64 * 193 + 32 * 97 + 16 * 49 + 5 * 17
LESSONS: dict[str, tuple[Callable[[], keras.Model], int, int]] = {  # the model, its classes, its parameters
    "two_layers": (two_layers, 10, 6_208 + 3_104 + 330),
    "sentiment": (test_simple_rnn.create_sentiment_model, 2, 1_280_000 + 64 * 193 + 65),
    "stacked": (lambda: test_deep_rnn.create_stacked_rnn(WORDS, 128, 128, 5), 5, 1_328_517),
    "residual": (lambda: test_deep_rnn.create_residual_rnn((100, 128)), 5, 4 * 64 * 129 + 2 * 128 + 5 * 65),
    "normalised": (test_deep_rnn.create_normalised_rnn, 5, BLOCK + 2 * (64 + 32 + 16)),
    "batch_norm": (batch_norm, 5, BLOCK + 4 * (64 + 32 + 16)),
    "deep": (
        lambda: test_deep_pipeline.create_deep_rnn(WORDS, 128, 200, 5),
        5,
        1_280_000 + 32_896 + 12_352 + 3_104 + 16 * 49 + 2 * (128 + 64 + 32 + 16) + 5 * 17,
    ),
    "bidirectional": (bidirectional, 2, 2 * 64 * 129 + 2 * 129),
}
READ_WORDS = ("sentiment", "stacked", "deep")  # the others read features


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], keras.Model]:
    """The lesson's code on Keras's own layers; its weights are all different, and forget: no error grows over the steps."""
    for module in (test_deep_rnn, test_deep_pipeline, test_simple_rnn):
        monkeypatch.setattr(module, "layers", keras.layers)

    def make(name: str) -> keras.Model:
        model = LESSONS[name][0]()
        if not model.built:
            model.build((None, None))
        for weight in model.weights:
            drawn = RANDOM.normal(0, 0.8 * weight.shape[-1] ** -0.5, weight.shape)
            weight.assign(np.abs(drawn) + 0.5 if weight.name == "moving_variance" else drawn)
        return model

    return make


def preset(name: str) -> Config:
    return Config.parse(read_toml(EXAMPLES / f"lesson_{name}.toml"))


def at_work(model: keras.Model) -> list[keras.Layer]:
    """The layers that change what goes through them at prediction, in order."""
    beside = ("InputLayer", "Dropout", "NotEqual")
    return [layer for layer in model.layers if type(layer).__name__ not in beside]


def kinds(found: list[keras.Layer]) -> list[str]:
    return [type(layer).__name__ for layer in found]


def rates(model: keras.Model) -> list[float]:
    return [layer.rate for layer in model.layers if hasattr(layer, "rate")]


def give_weights(ours: keras.Layer, theirs: keras.Layer) -> None:
    """One sigmoid is a softmax over 0 and the same number."""
    weights = theirs.get_weights()
    if "sigmoid" in str(getattr(theirs, "activation", "")):
        weights = [np.stack([np.zeros_like(weight[..., 0]), weight[..., 0]], axis=-1) for weight in weights]
    ours.set_weights(weights)


@pytest.mark.filterwarnings("ignore:Argument `input_length` is deprecated:UserWarning")
@pytest.mark.parametrize("name", PRESETS)
def test_it_is_the_lesson_s_model_layer_by_layer(name: str, lesson: Callable[[str], keras.Model]) -> None:
    """With the same weights, on rows without padding; a model that reads features is given the words' vectors."""
    theirs, (_make, classes, _count), config = lesson(name), LESSONS[name], preset(name)
    words, head = Words(WORDS, config.text.mask), Softmax(classes)
    ours = build(config.model, words, head)
    found, expected = at_work(ours), at_work(theirs)
    if name not in READ_WORDS:
        found = found[1:]
    assert rates(ours) == rates(theirs)
    assert [type(layer).__name__ for layer in found] == [type(layer).__name__ for layer in expected]
    for layer, twin in zip(found, expected, strict=True):
        give_weights(layer, twin)
    ids = RANDOM.integers(1, WORDS, (5, min(config.text.max_length, 200)))
    given = ids if name in READ_WORDS else ours.get_layer("embedding")(ids)
    wanted = keras.Model(theirs.inputs, [layer.output for layer in expected]).predict_on_batch(given)
    came = keras.Model(ours.inputs, [layer.output for layer in found]).predict_on_batch(ids)
    wanted[-1] = wanted[-1] if classes == wanted[-1].shape[1] else np.concatenate([1 - wanted[-1], wanted[-1]], axis=1)
    for layer, one, other in zip(found, came, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5, err_msg=layer.name)


@pytest.mark.filterwarnings("ignore:Argument `input_length` is deprecated:UserWarning")
@pytest.mark.parametrize("name", PRESETS)
def test_its_parameters_are_the_lesson_s(name: str, lesson: Callable[[str], keras.Model]) -> None:
    """But for the table of words where the lesson reads features, and the second of two probabilities."""
    (_make, classes, parameters), config = LESSONS[name], preset(name)
    assert lesson(name).count_params() == parameters
    more = 0 if name in READ_WORDS else WORDS * config.model.embedding_width
    more += 65 if name == "sentiment" else 0
    assert size.parameters(config.model, Words(WORDS, config.text.mask), Softmax(classes)) == parameters + more


@pytest.mark.parametrize(
    "name",
    [name if name in ("sentiment", "normalised") else pytest.param(name, marks=pytest.mark.slow) for name in PRESETS],
)
def test_it_trains(name: str, bptt: Bptt, tmp_path: Path) -> None:
    """An epoch, on a few rows in the place of thousands."""
    data = ["--data.source", str(write_reviews(tmp_path / "reviews.csv", rows=40)), "--text", "review", "--label", "score"]
    result = bptt(
        "train", EXAMPLES / f"lesson_{name}.toml", *data, "--training.epochs", "1", "--training.explained", "0", "--run", "run"
    )
    assert result.returncode == 0, result.stderr.decode()
    assert (tmp_path / "run" / "report.html").exists()


def test_every_model_of_the_lessons_has_a_preset() -> None:
    assert sorted(LESSONS) == PRESETS

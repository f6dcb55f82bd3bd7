"""A model that ends in a CRF learns what neighbours tell, comes back from a file, and refuses another loss."""

from pathlib import Path

import keras
import numpy as np
import pytest

from bptt import layers
from bptt.data import bio
from bptt.models import ChainModel, get_weights, set_weights
from bptt.shapes import NO_LABEL

TAGS = ["B-X", "I-X", "O"]
N, T, V = 256, 12, 8


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Ids and labels (N, T). Ids 1 to 3 are O, 4 begins an X; 5 to 7 go on with it, or are O where none has begun."""
    random = np.random.default_rng(1)
    ids = random.integers(1, V, (N, T)) * (np.arange(T) < random.integers(1, T + 1, (N, 1)))
    labels, inside = np.full((N, T), NO_LABEL), np.zeros(N, bool)
    for t in range(T):
        inside = (ids[:, t] == 4) | (inside & (ids[:, t] > 4))
        labels[:, t] = np.where(ids[:, t] == 0, NO_LABEL, np.where(ids[:, t] == 4, 0, np.where(inside, 1, 2)))
    return ids.astype(np.int32), labels.astype(np.int32)


def network() -> ChainModel:
    """A word's emission sees the word alone: only the chain tells I-X from O."""
    keras.utils.set_random_seed(1)
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(V, 8, name="embedding")(ids)
    return ChainModel(ids, layers.CRF(3, *bio.rules(TAGS), name="crf")(layers.Dense(3, name="head")(x)))


@pytest.fixture(scope="module")
def trained() -> ChainModel:
    model = network()
    model.compile(keras.optimizers.Adam(0.05))
    model.fit(*rows(), epochs=25, batch_size=32, verbose=0)
    return model


def answers(model: ChainModel) -> np.ndarray:
    ids, _labels = rows()
    return model.layers[-1].decode(model.predict(ids, verbose=0), ids != 0)


def test_fit_learns_the_transitions(trained: ChainModel) -> None:
    ids, labels = rows()
    alone = trained.predict(ids, verbose=0).argmax(-1)
    assert (answers(trained) == labels).all()
    assert (alone == labels)[labels >= 0].mean() < 0.98, "no word tells I-X from O by itself"


def test_padding_takes_no_part_in_the_loss(trained: ChainModel) -> None:
    ids, labels = rows()
    wider = [np.pad(array, ((0, 0), (0, 5)), constant_values=fill) for array, fill in ((ids, 0), (labels, NO_LABEL))]
    assert trained.evaluate(*wider, verbose=0) == pytest.approx(trained.evaluate(ids, labels, verbose=0), rel=1e-3)


def test_the_loss_is_the_mean_of_the_rows_by_weight(trained: ChainModel) -> None:
    ids, labels = rows()
    weights = np.random.default_rng(2).random(N).astype(np.float32)
    each = np.asarray(trained.layers[-1].loss(labels, trained.predict(ids, verbose=0)))
    assert each.std() > 0.001
    assert trained.evaluate(ids, labels, verbose=0) == pytest.approx(each.mean(), rel=1e-4)
    weighted = trained.evaluate(ids, labels, sample_weight=weights, verbose=0)
    assert weighted == pytest.approx((each * weights).mean(), rel=1e-4)


def test_a_saved_model_comes_back_trained_and_trainable(trained: ChainModel, tmp_path: Path) -> None:
    trained.save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    assert type(model) is ChainModel
    np.testing.assert_array_equal(answers(model), answers(trained))
    model.set_weights([weight * 0.5 for weight in model.get_weights()])
    before = model.evaluate(*rows(), verbose=0)
    model.fit(*rows(), epochs=2, verbose=0)
    assert model.evaluate(*rows(), verbose=0) < before


def test_weights_go_by_path(trained: ChainModel) -> None:
    weights = get_weights(trained)
    assert {"crf/transitions", "crf/start", "crf/end"} < weights.keys()
    model = network()
    assert (answers(model) != answers(trained)).any()
    set_weights(model, weights)
    np.testing.assert_array_equal(answers(model), answers(trained))


def test_any_model_learns_by_the_loss_of_its_crf() -> None:
    """Whatever masks Keras hands on."""
    ids = keras.Input((None,), dtype="int32")
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.Embedding(V, 8, mask_zero=True)(ids))
    model = keras.Model(ids, layers.CRF(3)(layers.Dense(3)(x)))
    crf = model.layers[-1]
    model.compile("adam", loss=crf.loss)
    model.fit(*rows(), verbose=0)
    each = np.asarray(crf.loss(rows()[1], model.predict(rows()[0], verbose=0)))
    assert model.evaluate(*rows(), verbose=0) == pytest.approx(each.mean(), rel=1e-4)
    assert np.abs(np.array(crf.transitions)).max() > 0


def test_another_loss_or_no_crf_is_refused() -> None:
    ids, labels = rows()
    model = network()
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="came with the loss 'mse' and ends in CRF"):
        model.fit(ids, labels, verbose=0)
    model = ChainModel(model.input, model.layers[-2].output)
    model.compile("adam")
    with pytest.raises(ValueError, match="came with the loss None and ends in Dense"):
        model.fit(ids, labels, verbose=0)


def test_the_layers_own_losses_count() -> None:
    ids = keras.Input((None,), dtype="int32")
    head = layers.Dense(3, kernel_regularizer=keras.regularizers.L2(100.0))
    model = ChainModel(ids, layers.CRF(3)(head(layers.Embedding(V, 8)(ids))))
    model.compile("adam")
    rows_alone = np.asarray(model.layers[-1].loss(rows()[1], model.predict(rows()[0], verbose=0))).mean()
    penalty = 100 * (np.array(head.kernel) ** 2).sum()
    assert model.evaluate(*rows(), verbose=0) == pytest.approx(rows_alone + penalty, rel=1e-4)
    assert penalty > 1

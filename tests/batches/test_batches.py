"""Each row once an epoch, the same few shapes always, any epoch made again from its number."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt import batches
from bptt.batches import Batches
from bptt.data import Dataset, Ragged, TextConfig, Vocabulary
from bptt.data.targets import Classes
from bptt.shapes import NO_LABEL

lengths_of_rows = st.lists(st.integers(0, 40), max_size=60)


def ragged(lengths: list[int]) -> Ragged:
    """Rows of ids that differ everywhere, so that no wrong row or shifted row can pass."""
    return Ragged(np.arange(2, 2 + sum(lengths), dtype=np.int32), np.cumsum([0, *lengths], dtype=np.int64))


def batches_of(lengths: list[int], batch_size: int = 4, seed: int = 0, shuffle: bool = True, **text: object) -> Batches:
    options: dict[str, object] = {"max_length": 20, "bucket_edges": (5, 10), **text}
    labels = np.arange(len(lengths), dtype=np.int32) % 3
    return Batches(ragged(lengths), labels, TextConfig.model_validate(options), batch_size, seed, shuffle)


def stripped(row: np.ndarray) -> list[int]:
    return row[row != 0].tolist()


@settings(deadline=None)
@given(
    lengths_of_rows,
    st.integers(1, 9),
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(["pre", "post"]),
    st.sampled_from(["pre", "post"]),
)
def test_each_row_once_an_epoch_whole_and_in_its_label(
    lengths: list[int], batch_size: int, epoch: int, shuffle: bool, padding: str, truncation: str
) -> None:
    made = batches_of(lengths, batch_size, shuffle=shuffle, padding=padding, truncation=truncation)
    whole = ragged(lengths)
    seen: list[int] = []
    for batch in made.epoch(epoch):
        assert (batch.inputs.dtype, batch.targets.dtype, batch.rows.dtype) == (np.int32, np.int32, np.int64)
        seen += batch.rows.tolist()
        for ids, label, row in zip(batch.inputs, batch.targets, batch.rows.tolist(), strict=True):
            expected = whole[row][-20:] if truncation == "pre" else whole[row][:20]
            assert stripped(ids) == expected.tolist()
            assert (
                stripped(ids[-len(expected) :] if padding == "pre" else ids[: len(expected)]) if len(expected) else []
            ) == expected.tolist()
            assert label == row % 3
    assert sorted(seen) == list(range(len(lengths)))


@settings(deadline=None)
@given(lengths_of_rows, st.integers(1, 9))
def test_shapes_are_the_same_in_every_epoch_and_one_batch_is_partial(lengths: list[int], batch_size: int) -> None:
    made = batches_of(lengths, batch_size)
    epochs = [sorted(batch.inputs.shape for batch in made.epoch(epoch)) for epoch in range(4)]
    assert epochs.count(epochs[0]) == 4
    assert sorted(set(epochs[0])) == sorted(made.shapes())
    assert len(epochs[0]) == len(made) == -(-len(lengths) // batch_size)
    assert sum(batch_size != B for B, _T in epochs[0]) <= 1
    assert {T for _B, T in epochs[0]} <= {5, 10, max(1, min(20, max(lengths, default=0)))}


def test_left_over_rows_move_up_a_bucket() -> None:
    made = batches_of([3] * 6 + [8] * 3 + [15] * 2, batch_size=4, shuffle=False)
    assert [(batch.inputs.shape, batch.rows.tolist()) for batch in made.epoch(0)] == [
        ((4, 5), [0, 1, 2, 3]),
        ((4, 10), [4, 5, 6, 7]),
        ((3, 15), [8, 9, 10]),
    ]
    assert made.shapes() == [(4, 5), (4, 10), (3, 15)]


def test_short_texts_are_not_padded_beyond_the_edge_that_holds_them() -> None:
    assert batches_of([3, 9, 4], batch_size=2).shapes() == [(2, 5), (1, 9)]
    assert batches_of([0], batch_size=2).shapes() == [(1, 1)]


def test_no_batch_is_longer_than_the_longest_row() -> None:
    """So that a max_length that means "do not cut" costs nothing."""
    made = batches_of([3, 30, 4, 12, 25], batch_size=2, max_length=1_000_000)
    assert made.shapes() == [(2, 5), (1, 30), (2, 30)]
    assert batches_of([30, 25], max_length=26).shapes() == [(2, 26)], "the longest after it was cut"


def test_without_a_mask_the_length_is_the_model_s_and_stays() -> None:
    assert batches_of([3, 4], batch_size=2, mask=False, bucket_edges=()).shapes() == [(2, 20)]
    assert batches_of([3, 9], batch_size=1, mask=False).shapes() == [(1, 5), (1, 10)]
    assert batches_of([3, 11], batch_size=1, mask=False).shapes() == [(1, 5), (1, 20)]


def test_a_step_lets_data_sets_share_a_shape() -> None:
    def shapes(lengths: list[int]) -> list[tuple[int, int]]:
        text = TextConfig(max_length=100, bucket_edges=(8,))
        return Batches(ragged(lengths), np.zeros(len(lengths), np.int32), text, 2, 0, shuffle=False, step=16).shapes()

    assert shapes([30, 3]) == shapes([17, 9]) == shapes([5, 32]) == [(2, 32)]
    assert shapes([99, 1]) == [(2, 100)]


def test_edges_at_or_above_max_length_do_not_apply() -> None:
    for edges in ((5, 15), (5, 12, 15)):
        assert batches_of([30, 7], batch_size=1, max_length=12, bucket_edges=edges).shapes()[-1] == (1, 12)


def test_any_epoch_can_be_made_again_without_the_others() -> None:
    lengths = [(7 * i) % 23 for i in range(200)]
    first, second = batches_of(lengths), batches_of(lengths)
    for _warm in range(3):
        list(first.epoch(_warm))
    for epoch in (5, 0, 2):
        for one, other in zip(first.epoch(epoch), second.epoch(epoch), strict=True):
            assert np.array_equal(one.inputs, other.inputs)
            assert np.array_equal(one.rows, other.rows)


def test_order_changes_with_seed_and_epoch_and_mixes_the_buckets() -> None:
    lengths = [3] * 100 + [15] * 100
    orders = [
        [batch.rows.tolist() for batch in batches_of(lengths, seed=seed).epoch(epoch)]
        for seed, epoch in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]
    assert all(orders[i] != orders[j] for i in range(4) for j in range(i))
    widths = [batch.inputs.shape[1] for batch in batches_of(lengths).epoch(0)]
    assert sorted(widths) != widths != sorted(widths, reverse=True)


def test_the_order_of_an_epoch_is_fixed_for_good() -> None:
    rows = [batch.rows.tolist() for batch in batches_of([3, 15, 4, 8, 12, 2], batch_size=2, seed=7).epoch(3)]
    assert rows == [[4, 1], [2, 3], [0, 5]]


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncation", ["pre", "post"])
def test_one_fixed_length_is_what_keras_pads(padding: str, truncation: str) -> None:
    lengths = [0, 3, 20, 21, 40]
    made = batches_of(lengths, batch_size=3, shuffle=False, mask=False, bucket_edges=(), padding=padding, truncation=truncation)
    expected = keras.utils.pad_sequences(list(ragged(lengths)), maxlen=20, padding=padding, truncating=truncation)
    got = list(made.epoch(0))
    assert np.array_equal(np.concatenate([batch.inputs for batch in got]), expected)
    assert np.concatenate([batch.rows for batch in got]).tolist() == [0, 1, 2, 3, 4]


def test_facts_are_counted_by_hand() -> None:
    vocabulary = Vocabulary(("[PAD]", "[UNK]", "a", "b"), lowercase=True)
    dataset = Dataset(["a b x a b x", "a", "a b a b a b x y"], Classes(np.zeros(3, np.int32), ("c",)), ["", "", ""])
    encoded = vocabulary.encode(dataset.inputs)
    made = batches.make(dataset, encoded, TextConfig(max_length=6, bucket_edges=(2,)), batch_size=1, seed=0, shuffle=True)
    facts = made.facts()
    assert made.tokens() == 6 + 1 + 6
    assert (facts["rows"], facts["words"]) == (3, 15)
    assert facts["share_truncated"] == 1 / 3
    assert facts["share_words_cut"] == 2 / 15
    assert facts["share_unknown"] == 4 / 15
    assert facts["share_padding"] == 1 / 14
    quantiles = facts["length_quantiles"]
    assert isinstance(quantiles, dict)
    assert (quantiles["0"], quantiles["0.5"], quantiles["1"]) == (1, 6, 8)
    assert json.loads(json.dumps(facts))["shapes"] == [[1, 2], [1, 6]]


def test_no_rows_are_no_batches() -> None:
    made = batches_of([])
    assert (len(made), made.shapes(), list(made.epoch(0))) == (0, [], [])
    assert made.facts()["share_padding"] == 0


def test_index_past_the_end() -> None:
    with pytest.raises(IndexError):
        batches_of([1]).batch(0, 1)


@pytest.mark.parametrize("side", ["pre", "post"])
def test_an_answer_a_step_stands_beside_its_step_and_padding_has_none(side: str) -> None:
    encoded = Ragged(np.arange(2, 12, dtype=np.int32), np.array([0, 3, 10]))
    answers = Ragged(100 + encoded.steps, encoded.starts)
    text = TextConfig(max_length=5, padding=side, truncation="pre", bucket_edges=())
    [batch] = Batches(encoded, answers, text, 2, seed=0, shuffle=False).epoch(0)
    assert (batch.targets[batch.real] == 100 + batch.inputs[batch.real]).all()
    assert (batch.targets[~batch.real] == NO_LABEL).all()
    assert batch.real.sum(axis=1).tolist() == [3, 5], "the second row is cut to its last five"
    assert batch.targets[1].tolist() == [107, 108, 109, 110, 111]

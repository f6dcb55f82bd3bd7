import numpy as np

from bptt.training.feed import Feed


def test_a_feed_gives_the_batches_of_its_epoch(train) -> None:
    feed = Feed(train)
    assert len(feed) == len(train) == 10
    for epoch in (0, 3, 1):
        feed.epoch = epoch
        for index in (0, 9):
            expected = train.batch(epoch, index)
            ids, labels = feed[index]
            np.testing.assert_array_equal(ids, expected.inputs)
            np.testing.assert_array_equal(labels, expected.targets)
    assert not np.array_equal(train.batch(0, 0).rows, train.batch(1, 0).rows)


def test_the_watcher_sees_each_batch(train) -> None:
    feed = Feed(train)
    feed[0]
    seen = []
    feed.watcher = seen.append
    ids, _labels = feed[1]
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0].inputs, ids)

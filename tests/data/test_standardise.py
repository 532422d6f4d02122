"""Features at one scale."""

import numpy as np
import pytest

from fusionviz.data.sequences import SequenceSample
from fusionviz.data.standardise import Standardiser


def samples(count=5):
    random = np.random.default_rng(0)
    return [
        SequenceSample(
            modalities={
                "text": np.arange(3),
                "audio": random.normal([5, -2, 7], [3, 0.1, 0], (4 + index, 3)).astype(
                    np.float32
                ),
            }
        )
        for index in range(count)
    ]


def test_training_steps_come_out_with_mean_0_and_deviation_1():
    train = samples()
    scaled = [Standardiser.fit(train, limit=100)(one) for one in train]
    steps = np.concatenate([one.modalities["audio"] for one in scaled])
    np.testing.assert_allclose(steps.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(steps.std(axis=0), [1, 1, 0], atol=1e-4)
    assert steps.dtype == np.float32
    assert scaled[0].modalities["text"].tolist() == [0, 1, 2]


def test_outliers_are_clipped():
    far = SequenceSample(modalities={"audio": np.float32([[1e9, -1e9, 7]])})
    scaled = Standardiser.fit(samples(), limit=4)(far)
    np.testing.assert_allclose(scaled.modalities["audio"], [[4, -4, 0]], atol=1e-5)


def test_what_training_never_showed_is_refused():
    scale = Standardiser.fit(samples())
    with pytest.raises(ValueError, match="no statistics of video"):
        scale(SequenceSample(modalities={"video": np.zeros((1, 2), np.float32)}))
    with pytest.raises(ValueError, match="got 0"):
        Standardiser.fit([])

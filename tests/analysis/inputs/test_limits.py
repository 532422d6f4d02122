"""How often labels are right by sureness, and who is flagged."""

import numpy as np
import pytest

from fusionviz.analysis.inputs.limits import certainty_of, count_sureness, limits_of
from fusionviz.analysis.shared.limits import Certainty
from fusionviz.analysis.shared.segmentation import Segmentation

SURE = Certainty(below=0.5, unsure_right=0.4, sure_right=0.8, unsure_share=0.2)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_pixels_are_counted_by_the_mean_confidence_around_them(random):
    said = Segmentation(
        labels=random.integers(0, 3, (40, 128)),
        confidence=random.uniform(0.2, 1, (40, 128)).astype(np.float32),
        classes=("a", "b", "c"),
        truth=random.integers(-1, 3, (40, 128)),
    )
    counts = np.zeros((2, 100), int)
    for row, column in np.ndindex(40, 128):  # 1/32 of 128 is 2 to each side
        if said.truth[row, column] < 0:
            continue
        rows = slice(max(0, row - 2), row + 3)
        columns = slice(max(0, column - 2), column + 3)
        mean = said.confidence[rows, columns].mean()
        right = int(said.labels[row, column] == said.truth[row, column])
        counts[right, int(100 * mean)] += 1
    found = count_sureness(said)
    assert found.sum() == counts.sum()
    # A mean at the very edge of a bin may fall to either side of it.
    assert np.abs(found - counts).sum() <= 4


def test_the_bound_is_where_most_begin_to_be_right_and_is_measured_on_others():
    share = np.arange(100) / 125  # overconfident: of sureness p, 0.8 p are right
    right = (1000 * share).astype(int)
    chosen = np.stack([1000 - right, right])
    measured = np.stack([np.full(100, 3), np.full(100, 1)])
    found = certainty_of(chosen, measured)
    assert found.below == pytest.approx(0.5 / 0.8, abs=0.011)
    assert found.unsure_right == found.sure_right == pytest.approx(0.25)
    assert found.unsure_share == pytest.approx(found.below)


def test_a_model_that_is_always_right_is_never_unsure():
    right = np.stack([np.zeros(100, int), np.full(100, 5)])
    found = certainty_of(right, right)
    assert (found.below, found.unsure_share) == (0, 0)
    assert found.sure_right == 1


def samples(random, count, shift=0.0):
    return [
        {
            "rgb": random.normal(shift, 1, 8).astype(np.float32),
            "depth": random.normal(size=8).astype(np.float32),
        }
        for _ in range(count)
    ]


def test_flags_are_counted_on_units_that_are_not_compared_with(random):
    others = samples(random, 400)
    units = [str(index // 2) for index in range(400)]
    bits = random.normal(3, 0.1, 400).tolist()
    found = limits_of(
        samples(random, 300),
        others,
        units,
        bits=bits,
        certainty=SURE,
        weights_sha256="0",
        data="noise",
    )
    kept = [index for index in range(400) if index // 2 % 2 == 0]
    assert found.usual_bits == pytest.approx(np.median([bits[i] for i in kept]))
    assert len(found.held["rgb"]) == len(kept) == found.checked
    rest = [index for index in range(400) if index not in kept]
    flags = [found.nearness(others[i], bits[i]).is_far for i in rest]
    assert found.flagged == pytest.approx(np.mean(flags))
    assert found.flagged < 0.05  # 1 % by all measures together, give and take


def test_what_lies_elsewhere_is_flagged_by_its_own_measure(random):
    found = limits_of(
        samples(random, 300),
        samples(random, 200),
        [str(index) for index in range(200)],
        bits=None,
        certainty=SURE,
        weights_sha256="0",
        data="noise",
    )
    (odd,) = samples(random, 1, shift=6.0)
    said = found.nearness(odd, bits=1.0)
    assert said.is_far
    assert said.by["rgb"] == 1
    assert set(said.by) == {"rgb", "depth"}  # no flow, no likelihood
    assert said.by["depth"] < 0.99
    assert said.far == ("rgb",)

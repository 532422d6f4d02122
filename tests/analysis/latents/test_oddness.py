"""A sample among others, and what is to be trusted."""

from types import SimpleNamespace

import numpy as np
import pytest

from fusionviz.analysis.latents.oddness import Oddness, measure_oddness
from fusionviz.analysis.latents.verdict import judge
from fusionviz.analysis.shared.subjects.mango import MangoSubject

OTHERS = np.arange(-50, 51) / 100


def among(bits: float) -> Oddness:
    return Oddness(bits_per_dim=bits, others=OTHERS, data="others", missing=None)


@pytest.mark.parametrize(
    ("bits", "below", "nearer"),
    [
        (2.0, 1.0, 1.0),
        (-2.0, 0.0, 1.0),
        (0.0, 50 / 101, 0.0),
        (0.255, 76 / 101, 51 / 101),
    ],
)
def test_both_ends_are_odd(bits, below, nearer):
    assert among(bits).rank == pytest.approx(below)
    assert among(bits).odder_than == pytest.approx(nearer)


def test_a_subject_is_compared_with_its_models_data(mango, room):
    known = SimpleNamespace(bits_per_dim=OTHERS.astype(np.float32), data="101 rooms")
    oddness = measure_oddness(MangoSubject(mango, room, known))
    bits = float(mango.bits_per_dim(mango.encode(room))[0])
    assert oddness.bits_per_dim == pytest.approx(bits, abs=1e-5)
    assert oddness.rank == pytest.approx((bits > OTHERS).mean())
    assert oddness.data == "101 rooms"


def test_without_data_there_is_no_rank(mango, room):
    oddness = measure_oddness(MangoSubject(mango, room))
    assert oddness.rank is None
    assert oddness.odder_than is None


@pytest.mark.parametrize(
    ("error", "distance", "odder_than", "word"),
    [
        (1e-6, 0.03, 0.5, "yes"),
        (1e-6, 0.03, None, "yes"),
        (1e-6, 0.30, 0.5, "with care"),
        (1e-6, 0.03, 0.995, "with care"),
        (1e-2, 0.03, 0.5, "no"),
        (float("nan"), 0.03, 0.5, "no"),
    ],
)
def test_what_does_not_come_back_is_not_trusted(error, distance, odder_than, word):
    verdict = judge(error=error, distance=distance, odder_than=odder_than)
    assert verdict.word == word
    assert len(verdict.reasons) == 3

"""A patch's numbers against POT's plan and sums that are written out."""

import math

import numpy as np
import ot
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.analysis.transport.patch import (
    mean_entropy_bits,
    patch_row,
    picture_transport,
    telling_patch,
)
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from tests.helpers.tiny_models import GRID, tiny_alignmamba

PATCHES = GRID**2
PLACES = [(row, column) for row in range(GRID) for column in range(GRID)]


@pytest.fixture(scope="module")
def subject():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)))


@pytest.fixture(scope="module")
def sinkhorn_plan(subject):
    even = np.full(PATCHES, 1 / PATCHES)
    cost = subject.case().cost.astype(float)
    return ot.sinkhorn(even, even, cost, 0.1, numItermax=100_000, stopThr=1e-12)


@pytest.mark.parametrize("role", ["source", "target"])
@pytest.mark.parametrize("patch", [0, 6, PATCHES - 1])
def test_a_row_is_that_of_pots_plan(subject, sinkhorn_plan, role, patch):
    row = patch_row(picture_transport(subject, "sinkhorn", 0.1), role, patch)
    plan, cost = sinkhorn_plan, subject.case().cost
    if role == "target":
        plan, cost = plan.T, cost.T
    share = plan[patch] / plan[patch].sum()
    np.testing.assert_allclose(row.share, share, atol=1e-5)
    assert row.mass == pytest.approx(1, abs=1e-4)
    assert row.mean_cost == pytest.approx(
        sum(share[j] * cost[patch, j] for j in range(PATCHES)), abs=1e-4
    )
    moved = sum(share[j] * math.dist(PLACES[patch], PLACES[j]) for j in range(PATCHES))
    assert row.shift == pytest.approx(moved, abs=1e-3)
    assert row.in_place == pytest.approx(share[patch], abs=1e-5)
    bits = -sum(s * math.log2(s) for s in share if s > 0)
    assert row.entropy_bits == pytest.approx(bits, abs=1e-3)


@pytest.mark.parametrize("role", ["source", "target"])
def test_the_mean_entropy_weighs_patches_by_mass(subject, sinkhorn_plan, role):
    transport = picture_transport(subject, "sinkhorn", 0.1)
    plan = sinkhorn_plan if role == "source" else sinkhorn_plan.T
    expected = 0.0
    for row in plan:
        expected -= sum(mass * math.log2(mass / row.sum()) for mass in row if mass > 0)
    assert mean_entropy_bits(transport, role) == pytest.approx(expected, abs=1e-3)


def test_strongest_pairs_are_by_share_then_by_cost(subject, sinkhorn_plan):
    transport = picture_transport(subject, "sinkhorn", 0.1)
    pairs = patch_row(transport, "target", 5).strongest(3)
    order = np.argsort(-sinkhorn_plan[:, 5])[:3]
    assert pairs.source.tolist() == order.tolist()
    assert pairs.target.tolist() == [5, 5, 5]
    np.testing.assert_allclose(pairs.mass, PATCHES * sinkhorn_plan[order, 5], rtol=1e-3)
    np.testing.assert_allclose(pairs.cost, subject.case().cost[order, 5])


def test_a_patch_that_receives_nothing_has_no_share(subject):
    transport = picture_transport(subject, "relaxed")
    (empty,) = np.nonzero(transport.coupling.sum(axis=0) == 0)
    assert empty.size, "the tiny model is to leave a patch out"
    row = patch_row(transport, "target", int(empty[0]))
    assert row.is_empty
    assert row.mass == row.shift == row.mean_cost == row.entropy_bits == 0
    assert not row.share.any()
    assert not len(row.strongest(4).mass)


def test_it_begins_with_the_patch_that_is_moved_farthest(subject):
    case = subject.case()
    targets = case.cost.argmin(axis=1)
    moved = [math.dist(PLACES[i], PLACES[j]) for i, j in enumerate(targets)]
    assert telling_patch(case, "source") == int(np.argmax(moved))
    assert telling_patch(case, "target") == int(np.bincount(targets).argmax())


def test_what_has_no_pictures_or_no_such_patch_is_refused(subject):
    tokens = np.eye(4, dtype=np.float32)
    plain = FeatureSubject(SequenceSample(modalities={"text": tokens, "video": tokens}))
    with pytest.raises(InputError, match="pairs of pictures"):
        picture_transport(plain, "relaxed")
    with pytest.raises(InputError, match="patches are 0 to 15, got 16"):
        patch_row(picture_transport(subject, "relaxed"), "source", PATCHES)
    room = render_room(3, (48, 48))
    lone = AlignMambaSubject(tiny_alignmamba(), RGBDSample(rgb=room.rgb, depth_m=None))
    with pytest.raises(InputError, match="depth is missing"):
        picture_transport(lone, "relaxed")

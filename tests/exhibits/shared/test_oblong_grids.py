"""Every exhibit of models whose tokens lie on a grid that is not square."""

import numpy as np
import pytest

from fusionviz.analysis.inputs.alignmamba_reading import measure_alignmamba
from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.inputs.pair_subject import read_pair
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.exhibits.kinds import KINDS as ALL_KINDS
from fusionviz.exhibits.shared.exhibit import Request
from tests.helpers.oblong_models import (
    GRID,
    oblong_alignmamba,
    oblong_mango,
)

KINDS = [kind for kind in ALL_KINDS if kind.reads in ("mango", "alignmamba", "tokens")]


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 48)) for seed in (3, 4)]


@pytest.fixture(scope="module")
def oblong(rooms):
    model = oblong_mango()
    mamba = AlignMambaSubject(oblong_alignmamba(), rooms[0], "rooms")
    return {
        "pair": read_pair(rooms[0], model, mamba.model),
        "mango": MangoSubject(model, rooms[0]),
        "other": MangoSubject(model, rooms[1]),
        "alignmamba": mamba,
        "tokens": mamba,
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_is_drawn(kind, oblong):
    other = oblong["other"] if kind.needs_other else None
    made = kind.make(
        Request(subject=oblong[kind.reads], controls=kind.controls(), other=other)
    )
    assert made.alt.endswith(".")
    assert len(made.figure.data) + len(made.figure.layout.images) > 0


def test_readings_are_of_the_whole_picture_at_its_aspect(rooms):
    mango = measure_mango(oblong_mango(), rooms[0])
    mamba = measure_alignmamba(oblong_alignmamba(), rooms[0])
    for reading in (mango, mamba):
        assert reading.pictures.size == rooms[0].size
        assert reading.segmentation.labels.shape == rooms[0].size
        np.testing.assert_array_equal(reading.segmentation.truth, rooms[0].label)
    assert mango.likelihood.token_error["rgb"].shape == GRID
    assert mamba.transport.grid == GRID

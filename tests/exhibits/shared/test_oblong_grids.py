"""Every exhibit of models whose tokens lie on a grid that is not square."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.analysis.inputs.alignmamba_reading import measure_alignmamba
from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.shared.alignmamba_subject import AlignMambaSubject
from fusionviz.analysis.shared.mango_subject import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.exhibits.kinds import KINDS as ALL_KINDS
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.mango import Mango, MangoConfig
from tests.helpers.tiny_models import TINY_MANGO

SIZE, GRID = (16, 24), (4, 6)
KINDS = [kind for kind in ALL_KINDS if kind.reads != "attention"]


def make_mango():
    torch.manual_seed(0)
    config: MangoConfig = replace(TINY_MANGO, image_size=SIZE, grid=GRID)
    model = Mango(config).eval().requires_grad_(False)
    model.flow.initialise(model.encode([render_room(n, (32, 48)) for n in (7, 8)]))
    return model


def make_alignmamba():
    torch.manual_seed(0)
    config = AlignMambaConfig.rgbd(
        image_size=SIZE,
        grid=GRID,
        stem_widths=(8, 8),
        d_model=16,
        layers=1,
        d_state=4,
        head_width=8,
    )
    return AlignMamba(config).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 48)) for seed in (3, 4)]


@pytest.fixture(scope="module")
def oblong(rooms):
    model = make_mango()
    mamba = AlignMambaSubject(make_alignmamba(), rooms[0], "rooms")
    return {
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
    mango = measure_mango(make_mango(), rooms[0])
    mamba = measure_alignmamba(make_alignmamba(), rooms[0])
    for reading in (mango, mamba):
        assert reading.pictures.size == SIZE
        assert reading.segmentation.labels.shape == SIZE
        whole = rooms[0].label[::2, ::2]
        np.testing.assert_array_equal(reading.segmentation.truth, whole)
    assert mango.likelihood.token_error["rgb"].shape == GRID
    assert mamba.transport.grid == GRID

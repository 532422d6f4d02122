"""Small models of both kinds whose tokens lie on a grid that is not square."""

from dataclasses import replace
from pathlib import Path

import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.models.mango import Mango
from tests.helpers.tiny_models import TINY_MANGO

SIZE, GRID = (16, 24), (4, 6)


def oblong_mango() -> Mango:
    torch.manual_seed(0)
    config = replace(TINY_MANGO, image_size=SIZE, grid=GRID)
    model = Mango(config).eval().requires_grad_(False)
    model.flow.initialise(model.encode([render_room(n, (32, 48)) for n in (7, 8)]))
    return model


def oblong_alignmamba() -> AlignMamba:
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


def write_oblong_checkpoints(folder: Path) -> None:
    """Save them as `mango-oblong` and `alignmamba-oblong`."""
    for model, name in (
        (oblong_mango(), "mango-oblong"),
        (oblong_alignmamba(), "alignmamba-oblong"),
    ):
        card = ModelCard(name=name, data="nothing", note="Random weights, for tests.")
        save_checkpoint(model, card, folder)

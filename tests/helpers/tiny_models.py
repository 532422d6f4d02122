"""Small models of both kinds with random weights, quick enough for every test."""

from dataclasses import replace
from pathlib import Path

import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig, ModalityConfig
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.models.mango import Mango, MangoConfig

SIDE, GRID = 32, 4

TINY_MANGO = MangoConfig(
    image_size=16,
    grid=4,
    width=8,
    blocks=1,
    heads=2,
    coupling_width=8,
    codec_widths=(8, 8),
    head_width=32,
    guess_width=16,
)
"""A MANGO for tests of training: 16x16 pixels, 4x4 tokens of 8 channels."""

TINIEST_MANGO = replace(TINY_MANGO, image_size=8, grid=2, width=4, classes=3)
"""A MANGO for Jacobians and long chains: 2x2 tokens of 4 channels."""


def tiny_mango(seed: int = 0) -> Mango:
    torch.manual_seed(seed)
    config = MangoConfig(
        image_size=SIDE,
        grid=GRID,
        width=8,
        blocks=1,
        heads=2,
        coupling_width=8,
        codec_widths=(8, 8, 8),
        head_width=8,
        guess_width=8,
    )
    model = Mango(config).eval().requires_grad_(False)
    model.flow.initialise(model.encode([render_room(n, (SIDE, SIDE)) for n in (7, 8)]))
    return model


def tiny_translator(sources=("rgb", "edge"), target: str = "depth") -> Mango:
    """A MANGO that writes a third modality from two."""
    torch.manual_seed(0)
    config = replace(tiny_mango().config, modalities=sources, target=target)
    model = Mango(config).eval().requires_grad_(False)
    model.flow.initialise(model.encode([render_room(n, (SIDE, SIDE)) for n in (7, 8)]))
    return model


def tiny_alignmamba(seed: int = 0) -> AlignMamba:
    torch.manual_seed(seed)
    config = AlignMambaConfig.rgbd(
        image_size=SIDE,
        grid=GRID,
        stem_widths=(8, 8, 8),
        d_model=16,
        layers=1,
        d_state=4,
        head_width=8,
    )
    return AlignMamba(config).eval().requires_grad_(False)


def tiny_sentiment(seed: int = 0) -> AlignMamba:
    """An AlignMamba on the generated utterances."""
    torch.manual_seed(seed)
    modalities = tuple(
        ModalityConfig(name=name, kind="conv1d", width=width, positions="fraction")
        for name, width in {"video": 32, "audio": 24, "text": 40}.items()
    )
    config = AlignMambaConfig.sentiment(
        modalities=modalities, d_model=8, layers=1, d_state=4, dropout=0.0
    )
    return AlignMamba(config).eval().requires_grad_(False)


def tiny_speech(seed: int = 0) -> AlignMamba:
    """An AlignMamba on words by vectors and a voice."""
    torch.manual_seed(seed)
    modalities = tuple(
        ModalityConfig(name=name, kind="linear", width=width)
        for name, width in {"audio": 73, "text": 64}.items()
    )
    config = AlignMambaConfig.sentiment(
        modalities=modalities, d_model=8, layers=1, d_state=4, dropout=0.0
    )
    return AlignMamba(config).eval().requires_grad_(False)


def write_tiny_checkpoints(folder: Path) -> None:
    """Save small models: `mango-tiny`, `alignmamba-tiny` and `sentiment-tiny`."""
    for model, name in (
        (tiny_mango(), "mango-tiny"),
        (tiny_alignmamba(), "alignmamba-tiny"),
        (tiny_sentiment(), "sentiment-tiny"),
    ):
        card = ModelCard(name=name, data="nothing", note="Random weights, for tests.")
        save_checkpoint(model, card, folder)

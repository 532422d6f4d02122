"""Small AlignMamba models and inputs that several tests share."""

import torch

from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig, ModalityConfig

VIDEO, AUDIO, TEXT = 7, 5, 4
"""Lengths of the three sequences."""


def sentiment_config(**changes):
    modalities = (
        ModalityConfig(name="video", kind="linear", width=6),
        ModalityConfig(name="audio", kind="conv1d", width=3, positions="fraction"),
        ModalityConfig(name="text", kind="tokens", width=11),
    )
    settings = {"d_model": 8, "layers": 2, "d_state": 4, "dropout": 0.0}
    return AlignMambaConfig.sentiment(
        modalities=modalities, **settings | {"outputs": 2} | changes
    )


def rgbd_config(**changes):
    settings = {
        "image_size": 16,
        "grid": 4,
        "stem_widths": (8, 8),
        "d_model": 8,
        "layers": 2,
        "d_state": 4,
        "head_width": 16,
        "outputs": 3,
    }
    return AlignMambaConfig.rgbd(**settings | changes)


def make_model(config, seed=0):
    torch.manual_seed(seed)
    return AlignMamba(config).eval()


def sentiment_inputs(batch=3, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return {
        "video": torch.randn(batch, VIDEO, 6, generator=generator),
        "audio": torch.randn(batch, AUDIO, 3, generator=generator),
        "text": torch.randint(11, (batch, TEXT), generator=generator),
    }


def rgbd_images(batch=2, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return {
        "rgb": torch.randn(batch, 3, 16, 16, generator=generator),
        "depth": torch.randn(batch, 1, 16, 16, generator=generator),
    }

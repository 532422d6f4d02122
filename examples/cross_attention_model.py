"""A cross-attention fusion of a picture with its depth, as a live model.

In this folder: python -m fusionviz app --adapter cross_attention_model:Fusion
"""

import numpy as np
import torch
from torch import nn

from fusionviz.models.live import LiveModality, ModelDescription

PATCH, GRID, WIDTH = 16, 6, 32
SIDE, PLACES = PATCH * GRID, GRID * GRID


class CrossAttention(nn.Module):
    """Any PyTorch model: here two layers in which depth's patches read those of RGB."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)  # trained weights would be loaded here
        self.rgb = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.depth = nn.Conv2d(1, WIDTH, PATCH, PATCH)
        layers = [nn.MultiheadAttention(WIDTH, 4, batch_first=True) for _ in range(2)]
        self.layers = nn.ModuleList(layers)
        self.head = nn.Linear(WIDTH, 3)

    def forward(self, rgb, depth):
        x, y = self.rgb(rgb).flatten(2).mT, self.depth(depth).flatten(2).mT
        z, weights = y, []
        for layer in self.layers:
            read, one = layer(z, x, x, average_attn_weights=False)
            z, weights = z + read, [*weights, one]
        return x, y, z, torch.stack(weights), self.head(z.mean(1)).softmax(-1)


class Fusion:
    """The wrapper, of two methods. Nothing of the model is changed."""

    def __init__(self):
        self.model = CrossAttention().eval()

    def describe(self):
        rgb = LiveModality(name="rgb", shape=(SIDE, SIDE, 3))
        depth = LiveModality(name="depth", shape=(SIDE, SIDE))
        records = ["attention", "tokens_rgb", "tokens_depth", "latents", "prediction"]
        return ModelDescription(
            name="cross-attention", modalities=[rgb, depth], records=records
        )

    def records(self, batch):
        colours = torch.from_numpy(batch["rgb"]).permute(0, 3, 1, 2) / 127.5 - 1
        metres = torch.from_numpy(np.nan_to_num(batch["depth"]))[:, None]
        names = ["tokens_rgb", "tokens_depth", "latents", "attention", "prediction"]
        given = dict(zip(names, self.model(colours, metres), strict=True))
        sides = {"query_modality": ["depth"] * PLACES, "key_modality": ["rgb"] * PLACES}
        return {**batch, **given, **sides, "grid": [GRID, GRID]}

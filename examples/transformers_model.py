"""ViLT of the package `transformers`, words over a picture, as a live model.

In this folder: python -m fusionviz app --adapter transformers_model:Vilt

The weights are random, so that nothing is downloaded. For trained ones take
`ViltModel.from_pretrained(..., attn_implementation="eager")` and its processor.
"""

import numpy as np
import torch
from transformers import ViltConfig, ViltModel

from fusionviz.data.rooms import render_room
from fusionviz.models.live import LiveModality, ModelDescription

WORDS = ["[CLS]", "a", "lamp", "above", "the", "sofa"]
GRID, PATCH = 6, 16
SIDE = GRID * PATCH


class Vilt:
    """A small ViLT: text and patches in one sequence, read by self-attention."""

    def __init__(self):
        torch.manual_seed(0)
        config = ViltConfig(
            hidden_size=48,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=96,
            vocab_size=64,
            image_size=SIDE,
            patch_size=PATCH,
            attn_implementation="eager",  # others keep no weights
        )
        self.model = ViltModel(config).eval()

    def describe(self):
        text = LiveModality(name="text", shape=(None,))
        rgb = LiveModality(name="rgb", shape=(SIDE, SIDE, 3))
        room = render_room(45, (SIDE, SIDE)).rgb
        example = {"text": np.arange(len(WORDS))[None], "rgb": room[None]}
        return ModelDescription(
            name="ViLT",
            modalities=[text, rgb],
            records=["attention", "tokens_text", "tokens_rgb", "rgb"],
            examples={"a lamp above the sofa": example},
        )

    def records(self, batch):
        ids, rgb = (torch.from_numpy(batch[name]) for name in ("text", "rgb"))
        pixels = rgb.permute(0, 3, 1, 2) / 127.5 - 1
        out = self.model(input_ids=ids, pixel_values=pixels, output_attentions=True)
        text, patches = out.last_hidden_state[0].split([ids.shape[1], 1 + GRID**2])
        kinds = ["text"] * len(text) + ["class"] + ["rgb"] * GRID**2
        given = {"attention": torch.stack(out.attentions), "modality": kinds}
        tokens = {"tokens_text": text, "tokens_rgb": patches[1:], "labels_text": WORDS}
        return {"rgb": batch["rgb"], "grid": [GRID, GRID], **given, **tokens}

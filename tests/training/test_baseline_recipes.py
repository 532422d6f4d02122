"""Baselines are trained as AlignMamba is, but for the fusion and what aligns."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.models.baselines.config import FUSIONS
from fusionviz.models.factory import make_model
from fusionviz.training.recipes import load_recipe
from fusionviz.training.robustness.answers import read_whole
from fusionviz.training.robustness.readers import kind_of, reader_of
from fusionviz.training.tasks import make_task

PAIRS = {
    "baseline-rooms": "alignmamba-rooms",
    "baseline-nyu": "alignmamba-nyu",
    "baseline-sentiment": "alignmamba-sentiment",
    "baseline-mosi": "alignmamba-mosi",
}


TITLES = {
    "concatenation": "Concatenation",
    "single-stream": "Single-stream Transformer",
    "multi-stream": "Multi-stream Transformer",
    "mamba": "Single-stream Mamba",
}


@pytest.fixture(params=PAIRS)
def recipes(request):
    return load_recipe(request.param), load_recipe(PAIRS[request.param])


def test_data_and_stages_are_the_same_but_for_what_aligns(recipes):
    ours, theirs = recipes
    assert ours.data == theirs.data
    for stages in zip(ours.stage, theirs.stage, strict=True):
        tables = [asdict(one) for one in stages]
        options = [dict(table.pop("options")) for table in tables]
        assert tables[0] == tables[1]
        for of_alignment in ("contrast", "distances"):
            options[1].pop(of_alignment, None)
        assert options[0] == options[1]


def sample_for(recipe, seed):
    """Return a sample as the recipe's set has them."""
    if recipe.data.set in ("rooms", "nyuv2"):
        return render_room(seed, (32, 32))
    said = render_utterance(seed)
    if recipe.data.set == "sentiment":
        return said
    draw = np.random.default_rng(seed)
    wide = {
        one["name"]: draw.normal(size=(len(said.modalities[one["name"]]), one["width"]))
        for one in recipe.model.config["modalities"]
    }
    return replace(
        said, modalities={name: rows.astype(np.float32) for name, rows in wide.items()}
    )


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_has_the_same_encoders_and_predictor_and_learns(recipes, fusion):
    ours, theirs = recipes
    ours = ours.override(f"model.config.fusion={fusion}")
    torch.manual_seed(0)
    model = make_model(ours.model.kind, ours.model.config)
    like = make_model(theirs.model.kind, theirs.model.config)
    for part in ("encoders", "head"):
        shapes = [
            {name: w.shape for name, w in getattr(one, part).named_parameters()}
            for one in (model, like)
        ]
        assert shapes[0] == shapes[1]
    stage = ours.stage[0]
    task = make_task(stage.task, stage.options)
    samples = [sample_for(ours, seed) for seed in range(2)]
    batch = task.prepare(model, samples)
    task.initialise(model, batch)
    terms = task.loss(model.train(), batch, torch.Generator().manual_seed(0))
    terms["loss"].backward()
    gradients = [w.grad for w in model.fusion.parameters() if w.requires_grad]
    assert any(g is not None and g.abs().sum() > 0 for g in gradients)
    reader = reader_of(model.eval())
    assert kind_of(reader) == TITLES[fusion]
    assert read_whole(reader, samples).cells.shape[:2] == (1, 2)

"""The examples of live models: they give what they promise, and the pages show it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.explain.arrays import kinds_of, part_of
from fusionviz.explain.live import ask_live, batch_of, inputs_of
from fusionviz.models.live import adapter, load_live

EXAMPLES = Path(__file__).parents[2] / "examples"
HAS_TRANSFORMERS = importlib.util.find_spec("transformers") is not None
MODELS = [
    "cross_attention_model:Fusion",
    pytest.param(
        "transformers_model:Vilt",
        marks=pytest.mark.skipif(
            not HAS_TRANSFORMERS, reason="the package transformers is not installed"
        ),
    ),
]


@pytest.mark.parametrize("name", MODELS)
def test_it_gives_what_it_promises_and_all_of_it_is_drawn(name, monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    model = load_live(adapter(name))
    described = model.description
    asked = next(iter(inputs_of(described)))
    subject = ask_live(model, batch_of(described, asked, 3), described.name)
    assert set(described.records) <= set(subject.arrays.keys)
    assert not subject.arrays.notes
    for kind in kinds_of(subject):
        part = part_of(subject, kind.reads)
        made = kind.make(Request(subject=part, controls=kind.controls()))
        assert made.figure.data, kind.name


@pytest.mark.parametrize("name", ["cross_attention_model", "transformers_model"])
def test_it_is_short(name):
    lines = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60


def test_its_attention_is_torchs_own(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    model = load_live(adapter("cross_attention_model:Fusion"))
    batch = batch_of(model.description, "room", 3)
    arrays = model.arrays(batch)
    weights = arrays.attention.attention
    assert weights.shape == (2, 4, 36, 36)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    layer = model._model.model.layers[0]
    width = arrays.tokens["rgb"].shape[1]
    both = layer.in_proj_weight.detach().numpy(), layer.in_proj_bias.detach().numpy()
    query, key = (
        tokens @ both[0][rows].T + both[1][rows]
        for tokens, rows in (
            (arrays.tokens["depth"], slice(0, width)),
            (arrays.tokens["rgb"], slice(width, 2 * width)),
        )
    )
    for head in range(4):
        own = slice(8 * head, 8 * head + 8)
        scores = query[:, own] @ key[:, own].T / np.sqrt(8)
        expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(weights[0, head], expected, rtol=1e-3)

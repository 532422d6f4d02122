"""Records made by hand: views need no model."""

import numpy as np
import pytest

from fusionviz.analysis.inputs.likelihood import Likelihood
from fusionviz.analysis.shared.attention.mango import LayerAttention
from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.analysis.shared.transport_plan import Transport, transport_of
from fusionviz.data.grid import Grid
from fusionviz.data.records import RGBDSample
from tests.helpers.attention_layers import make_attention

SIDE, GRID, HEADS = 16, 4, 2
TOKENS = GRID**2


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def pictures(rng) -> Pictures:
    return Pictures(
        rgb=rng.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8),
        depth_m=rng.uniform(1, 4, (SIDE, SIDE)).astype(np.float32),
    )


@pytest.fixture
def sample(rng) -> RGBDSample:
    depth_m = rng.uniform(1, 4, (30, 40)).astype(np.float32)
    depth_m[:5, :10] = np.nan
    rgb = rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)
    return RGBDSample(rgb=rgb, depth_m=depth_m)


@pytest.fixture
def segmentation(rng) -> Segmentation:
    return Segmentation(
        labels=rng.integers(0, 3, (SIDE, SIDE)),
        confidence=rng.uniform(0.3, 1, (SIDE, SIDE)).astype(np.float32),
        classes=("chair", "floor", "wall"),
        truth=rng.integers(-1, 3, (SIDE, SIDE)),
    )


@pytest.fixture
def likelihood(rng, pictures) -> Likelihood:
    error = rng.uniform(0, 1e-5, (2, GRID, GRID)).astype(np.float32)
    return Likelihood(
        log_prior=-200.0,
        log_det=50.0,
        dimensions=128,
        token_error={"rgb": error[0], "depth": error[1]},
        largest_token=3.0,
        decoded=pictures,
        returned=pictures,
        dtype="float32",
    )


@pytest.fixture
def attention(rng, pictures) -> LayerAttention:
    """An MMCA layer from rgb to depth."""
    return make_attention(rng, grid=GRID, heads=HEADS, pictures=pictures)


@pytest.fixture
def transport(rng, pictures) -> Transport:
    cost = rng.uniform(0, 1, (TOKENS, TOKENS))
    coupling = np.zeros_like(cost)
    coupling[np.arange(TOKENS), cost.argmin(axis=1)] = 1 / TOKENS
    return transport_of(
        source="depth",
        target="rgb",
        coupling=coupling,
        cost=cost,
        grid=Grid(GRID, GRID),
        pictures=pictures,
        solver="relaxed",
    )

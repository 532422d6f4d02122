"""What the Inputs page says of a pair that is unlike the training, and where unsure."""

import shutil

import numpy as np
import pytest
import streamlit as st

from fusionviz.analysis.shared.familiarity import FeatureCloud
from fusionviz.analysis.shared.limits import Certainty, Limits, save_limits
from fusionviz.models.checkpoints import list_checkpoints
from tests.helpers.app.pages import specs

FEATURES = 432


@pytest.fixture
def measured(tiny_checkpoints, tmp_path):
    """Tiny checkpoints whose limits were measured: every pair is far from all."""
    folder = tmp_path / "checkpoints"
    shutil.copytree(tiny_checkpoints, folder)
    for card in list_checkpoints(folder):
        if card.kind in ("mango", "alignmamba"):
            save_limits(limits(card.sha256), folder / f"{card.name}.json")
    yield folder
    st.cache_resource.clear()  # limits are kept by weights, which others have too


def limits(sha256: str) -> Limits:
    cloud = FeatureCloud(
        mean=np.full(FEATURES, -50, np.float32),
        directions=np.eye(1, FEATURES, dtype=np.float32),
        variance=np.ones(1, np.float32),
        rest=1.0,
    )
    return Limits(
        weights_sha256=sha256,
        data="7 training rooms of rooms",
        certainty=Certainty(
            below=0.999, unsure_right=0.4, sure_right=0.8, unsure_share=0.3
        ),
        clouds={"rgb": cloud, "depth": cloud},
        usual_bits=None,
        held={name: np.ones(9, np.float32) for name in ("rgb", "depth")},
        checked=8,
        flagged=0.0,
    )


def test_a_far_pair_is_told_of_in_one_sentence(run_app, measured):
    app = run_app(checkpoints=measured)
    assert not app.exception
    said = [one.value for one in app.warning]
    assert len(said) == 1  # both models learned from the same
    assert "further from the 7 training rooms of rooms than all 9 held-out" in said[0]


def test_hatching_is_switched_in_the_address(run_app, measured):
    on = run_app(checkpoints=measured)
    assert on.toggle(key="unsure").value
    assert "hatched as unsure" in " ".join(specs(on))
    off = run_app(address={"unsure": "false"}, checkpoints=measured)
    assert not off.toggle(key="unsure").value
    assert "hatched as unsure" not in " ".join(specs(off))


def test_without_limits_there_is_nothing_to_switch(run_app):
    app = run_app()
    assert not [one for one in app.toggle if one.key == "unsure"]
    assert not app.warning

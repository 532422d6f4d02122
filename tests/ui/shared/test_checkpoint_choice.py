"""Which checkpoints the pages offer."""

from dataclasses import asdict, replace

import pytest
import streamlit as st

from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import CheckpointError
from fusionviz.exhibits.distributions.training_curves import with_log
from fusionviz.explain.pairs import first_checkpoint
from fusionviz.explain.tokens import readers_of
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints, save_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.ui.shared.checkpoints import (
    picked_checkpoint,
    rgbd_checkpoints,
    trouble_with,
)
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango, tiny_sentiment


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    monkeypatch.setattr(st, "session_state", {})
    return tmp_path


def test_only_models_of_rgb_and_depth_are_offered(folder):
    sentiment = AlignMamba(AlignMambaConfig.sentiment(d_model=8, layers=1))
    save_checkpoint(sentiment, ModelCard(name="a-sentiment"), folder)
    save_checkpoint(tiny_alignmamba(), ModelCard(name="b-rooms"), folder)
    assert [card.name for card in rgbd_checkpoints("alignmamba")] == ["b-rooms"]
    assert rgbd_checkpoints("mango") == ()


def test_baselines_are_compared_with_and_in_no_list(folder):
    for name, model in (("pair", tiny_alignmamba()), ("spoken", tiny_sentiment())):
        config = BaselineConfig(**asdict(model.config), fusion="concatenation")
        save_checkpoint(FusionBaseline(config), ModelCard(name=name), folder)
    assert {card.kind for card in list_checkpoints()} == {"baseline"}
    assert rgbd_checkpoints("alignmamba") == rgbd_checkpoints("mango") == ()
    assert picked_checkpoint("alignmamba") is None
    assert readers_of(render_utterance(1)) == with_log() == ()


@pytest.mark.parametrize(
    ("modalities", "target"),
    [(("rgb", "depth"), "normal"), (("rgb", "edge"), "depth"), (("rgb", "edge"), "")],
)
def test_a_model_that_translates_or_reads_other_images_is_neither_offered_nor_picked(
    folder, modalities, target
):
    config = replace(tiny_mango().config, modalities=modalities, target=target)
    save_checkpoint(Mango(config), ModelCard(name="a-other"), folder)
    save_checkpoint(tiny_mango(), ModelCard(name="b-rooms"), folder)
    assert [card.name for card in list_checkpoints()] == ["a-other", "b-rooms"]
    assert [card.name for card in rgbd_checkpoints("mango")] == ["b-rooms"]
    st.session_state["mango"] = "a-other"  # as a link may ask for
    assert picked_checkpoint("mango").name == "b-rooms"


def test_the_pick_of_the_session_counts_else_the_first(folder):
    assert picked_checkpoint("mango") is None
    for name in ("one", "two"):
        save_checkpoint(tiny_mango(), ModelCard(name=name), folder)
    assert picked_checkpoint("mango").name == "one"
    st.session_state["mango"] = "two"
    assert picked_checkpoint("mango").name == "two"
    st.session_state["mango"] = "gone"
    assert picked_checkpoint("mango").name == "one"


def test_the_weights_of_rooms_come_before_others(folder):
    for name in ("mango-nyu", "mango-rooms"):
        save_checkpoint(tiny_mango(), ModelCard(name=name), folder)
    assert picked_checkpoint("mango").name == "mango-rooms"


def test_a_trouble_is_short_and_has_a_cure():
    card = ModelCard(name="m", kind="mango")
    keys = ": Error(s) in loading state_dict for Mango: " + "key, " * 500
    text = trouble_with(card, CheckpointError("checkpoint 'm' does not fit" + keys))
    assert text.startswith("checkpoint 'm' does not fit.")
    assert "Pick another MANGO checkpoint" in text
    assert len(text) < 300


def test_the_weights_of_photographs_come_first_for_files(folder):
    for name in ("mango-nyu", "mango-rooms"):
        save_checkpoint(tiny_mango(), ModelCard(name=name), folder)
    st.session_state["source"] = "Your files"
    assert picked_checkpoint("mango").name == "mango-nyu"
    assert first_checkpoint("mango", is_room=False) == "mango-nyu"
    assert first_checkpoint("mango", is_room=True) == "mango-rooms"
    (folder / "mango-nyu.json").unlink()
    assert first_checkpoint("mango", is_room=False) == "mango-rooms"

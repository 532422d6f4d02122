import json
from dataclasses import asdict

import pytest

from fusionviz.models import factory
from fusionviz.models.alignmamba import AlignMambaConfig, ModalityConfig, config_of
from fusionviz.models.checkpoints import (
    ModelCard,
    load_checkpoint,
    read_card,
    save_checkpoint,
)
from fusionviz.training.recipes import load_recipe
from tests.helpers.alignmamba_models import make_model, sentiment_config


@pytest.mark.parametrize("preset", [AlignMambaConfig.rgbd, AlignMambaConfig.sentiment])
def test_a_config_survives_json(preset):
    config = preset()
    assert AlignMambaConfig(**json.loads(json.dumps(asdict(config)))) == config


def test_cards_and_recipes_that_call_the_clock_none_still_load(tmp_path):
    model = make_model(sentiment_config(alignment="clock"))
    save_checkpoint(model, ModelCard(name="older"), tmp_path)
    path = tmp_path / "older.json"
    text = path.read_text()
    assert '"alignment": "clock"' in text
    path.write_text(text.replace('"alignment": "clock"', '"alignment": "none"'))
    assert read_card(path).config["alignment"] == "none"
    assert config_of(read_card(path)) == model.config
    assert load_checkpoint(path, "cpu").config == model.config
    recipe = load_recipe("alignmamba-sentiment")
    older = recipe.override("model.config.alignment='none'").model
    assert factory.make_model(older.kind, older.config).config.alignment == "clock"


def test_the_anchor_is_read_last():
    config = AlignMambaConfig.rgbd(anchor="rgb")
    assert config.sources == ("depth",)
    assert config.interleaved == ("depth", "rgb")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"anchor": "sound"}, "anchor must be of"),
        ({"modalities": ()}, "at least one modality"),
        ({"alignment": "magic"}, "alignment is one of"),
        ({"order": "last"}, "order is one of"),
        ({"kernel": "cubic"}, "kernel is one of"),
        ({"aligned_scale": "big"}, "aligned_scale is one of"),
        ({"head": "tail"}, "head is one of"),
        ({"bandwidth": 0.0}, "bandwidth must be more than 0"),
        ({"bandwidth": "mean"}, "bandwidth must be more than 0"),
        ({"align_weight": -1.0}, "align_weight is 0 or more"),
        ({"epsilon": 0.0}, "epsilon must be more than 0"),
        ({"d_model": 30}, "d_model must divide by 4"),
        ({"layers": 0}, "layers must be at least 1"),
        ({"dropout": 1.0}, "dropout lies in"),
        ({"grid": 8}, "grid doubled once"),
    ],
)
def test_what_cannot_be_built_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        AlignMambaConfig.rgbd(**change)


def test_two_modalities_of_one_name_are_refused():
    twice = (ModalityConfig(name="a", kind="linear", width=2),) * 2
    with pytest.raises(ValueError, match="must differ"):
        AlignMambaConfig.sentiment(modalities=twice, anchor="a")


def test_dense_labels_need_an_image_to_lie_on():
    with pytest.raises(ValueError, match="image as its anchor"):
        AlignMambaConfig.sentiment(head="dense")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "smell"}, "kind is one of"),
        ({"width": 0}, "width must be at least 1"),
        ({"name": "a.b"}, "no dot"),
        ({"kind": "image", "positions": "fraction"}, "order or none"),
    ],
)
def test_a_modality_that_cannot_be_is_refused(change, message):
    settings = {"name": "a", "kind": "linear", "width": 2} | change
    with pytest.raises(ValueError, match=message):
        ModalityConfig(**settings)

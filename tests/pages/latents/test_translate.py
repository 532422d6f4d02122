"""The Latents page's translation of a room into a third modality."""

import pytest

from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.app.pages import specs
from tests.helpers.tiny_models import tiny_translator, write_tiny_checkpoints

PAGE = "pages/latents.py"
ADDRESS = {"tab": "Sample and complete", "sampling": "Translate"}


@pytest.fixture(scope="module")
def with_translators(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translators")
    write_tiny_checkpoints(folder)
    for name, sources, target in (
        ("to-depth", ("rgb", "edge"), "depth"),
        ("to-rgb", ("depth", "normal"), "rgb"),
    ):
        card = ModelCard(name=name, data="nothing", note="Random weights, for tests.")
        save_checkpoint(tiny_translator(sources, target), card, folder)
    return folder


def test_a_room_is_translated_by_the_model_that_is_chosen(run_app, with_translators):
    app = run_app(PAGE, address=ADDRESS, checkpoints=with_translators)
    assert not app.exception
    assert "depth as the model writes it from RGB and edge" in " ".join(specs(app))
    app.selectbox(key="translator").set_value("to-rgb").run()
    assert not app.exception
    assert "RGB as the model writes it from depth and normal" in " ".join(specs(app))
    assert app.query_params["translator"] in ("to-rgb", ["to-rgb"])


def test_where_nothing_translates_it_says_what_to_do(run_app):
    app = run_app(PAGE, address=ADDRESS)
    assert not app.exception
    assert not specs(app)
    said = " ".join(one.value for one in app.caption)
    assert "train mango-rooms-translation-rgb-edge-to-depth" in said

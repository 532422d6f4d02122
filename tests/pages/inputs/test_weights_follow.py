"""Weights follow the sample until somebody picks some."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.models.modalities import sides
from tests.helpers.app.pages import address_of, run_page, specs
from tests.helpers.tiny_models import TINY_MANGO, tiny_alignmamba, tiny_mango


@pytest.fixture
def weights(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    for kind, model in (("mango", tiny_mango()), ("alignmamba", tiny_alignmamba())):
        for trained_on in ("rooms", "nyu"):
            card = ModelCard(name=f"{kind}-{trained_on}")
            save_checkpoint(model, card, tmp_path)


def photograph() -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def depth_map() -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(1).integers(1500, 3000, (64, 64), dtype=np.uint16)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def bring(app):
    app.file_uploader(key="file_rgb").set_value(("a.png", photograph(), "image/png"))
    return app.run()


def says(app, text):
    return any(
        text in json.dumps(one, ensure_ascii=False) for one in specs(app).values()
    )


def picked(app):
    return [app.selectbox(key=kind).value for kind in ("mango", "alignmamba")]


def test_files_bring_the_weights_of_photographs_and_rooms_their_own(weights):
    app = run_page("pages/inputs.py", {})
    assert picked(app) == ["mango-rooms", "alignmamba-rooms"]
    bring(app)
    assert not app.exception
    assert picked(app) == ["mango-nyu", "alignmamba-nyu"]
    assert "mango" not in address_of(app)
    assert any("mango-nyu" in one.value for one in app.caption)
    app.button_group(key="source").set_value("Rooms").run()
    assert picked(app) == ["mango-rooms", "alignmamba-rooms"]


def test_what_somebody_picked_stays_and_can_be_let_go(weights):
    app = run_page("pages/inputs.py", {})
    app.selectbox(key="mango").select("mango-nyu").run()
    app.selectbox(key="mango").select("mango-rooms").run()
    bring(app)
    assert picked(app) == ["mango-rooms", "alignmamba-nyu"]
    assert address_of(app)["mango"] == "mango-rooms"
    app.button(key="follow_mango").click().run()
    assert picked(app) == ["mango-nyu", "alignmamba-nyu"]
    assert "mango" not in address_of(app)


def test_what_a_link_names_stays(weights):
    app = bring(run_page("pages/inputs.py", {"mango": "mango-nyu"}))
    app.button_group(key="source").set_value("Rooms").run()
    assert picked(app) == ["mango-nyu", "alignmamba-rooms"]


@pytest.mark.parametrize("page", ["inputs", "robustness"])
def test_models_may_read_other_sizes_of_one_photograph(page, weights, tmp_path):
    small = tiny_alignmamba().config
    twice = replace(
        small,
        image_size=tuple(2 * side for side in sides(small.image_size)),
        grid=tuple(2 * side for side in sides(small.grid)),
    )
    card = ModelCard(name="alignmamba-nyu")
    save_checkpoint(AlignMamba(twice), card, tmp_path)
    app = bring(run_page(f"pages/{page}.py", {}))
    app.file_uploader(key="file_depth").set_value(("d.png", depth_map(), "image/png"))
    app.run()
    assert picked(app) == ["mango-nyu", "alignmamba-nyu"]
    assert not app.exception
    assert app.get("plotly_chart")


def test_a_room_is_as_large_as_the_picked_weights_read(weights, tmp_path):
    torch.manual_seed(0)
    config = replace(TINY_MANGO, image_size=192, grid=6, codec_widths=(4,) * 5)
    recipe = {"data": {"set": "rooms"}}
    card = ModelCard(name="mango-rooms-large", recipe=recipe)
    save_checkpoint(Mango(config), card, tmp_path)
    save_checkpoint(
        tiny_mango(), ModelCard(name="mango-rooms", recipe=recipe), tmp_path
    )
    app = run_page("pages/inputs.py", {"seed": "3"})
    assert says(app, "128 × 128")
    app.selectbox(key="mango").select("mango-rooms-large").run()
    assert not app.exception
    assert says(app, "192 × 192")
    assert "follow_mango" not in {button.key for button in app.button}
    app.selectbox(key="mango").select("mango-nyu").run()
    assert says(app, "128 × 128")
    assert "follow_mango" in {button.key for button in app.button}

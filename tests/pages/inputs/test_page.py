"""The Inputs page, from `app.py` and alone."""

import io
import json

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from fusionviz.data.rooms import GALLERY_SEEDS
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.ui.inputs import readings
from fusionviz.ui.shared import cache
from tests.helpers.app.pages import specs
from tests.helpers.tiny_models import tiny_mango

TABS = ["Segmentation", "Likelihood and round trip", "Attention", "Transport", "Time"]


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def depth_png() -> bytes:
    return png(np.linspace(900, 4000, 48 * 64).reshape(48, 64).astype(np.uint16))


def rgb_png() -> bytes:
    return png(np.random.default_rng(0).integers(0, 255, (48, 64, 3), dtype=np.uint8))


def trouble(app: AppTest) -> str:
    return " ".join(e.value for e in [*app.error, *app.warning, *app.info])


@pytest.mark.parametrize("script", ["app.py", "pages/inputs.py"])
def test_it_runs_from_the_app_and_alone(run_app, script):
    app = run_app(script)
    assert not app.exception
    assert app.title[0].value.endswith("?")
    assert app.number_input(key="seed").value == GALLERY_SEEDS[0]
    assert {b.key for b in app.button} >= {f"room_{s}" for s in GALLERY_SEEDS}
    shown = " ".join(specs(app))
    assert "A pair of 128 by 128 pixels" in shown
    assert "MANGO finds" in shown
    assert "AlignMamba finds" in shown


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_draws_and_explains(run_app, tab):
    app = run_app(address={"tab": tab})
    assert not app.exception
    assert not trouble(app)
    # the pair, the cloud, and what the tab shows
    assert len(specs(app)) == 3
    assert [e.label for e in app.expander if e.label == "How to read this"]


@pytest.mark.parametrize("tab", TABS)
def test_each_picture_can_be_taken_home(run_app, tab):
    app = run_app(address={"tab": tab})
    files = [button.proto.label for button in app.get("download_button")]
    # the pair, the cloud, and what the tab shows
    assert files.count("Recipe (JSON)") == 3
    assert files.count("Arrays (NPZ)") == (2 if tab == "Time" else 3)
    assert files.count("Table (CSV)") == 1
    names = {block.proto.popover.label for block in popovers(app)}
    assert {"Export pair", "Export points", "Export"} <= names


def popovers(app: AppTest) -> list:
    blocks, found = [app.main], []
    while blocks:
        block = blocks.pop()
        if getattr(block, "type", "") == "popover":
            found.append(block)
        blocks += list(getattr(block, "children", {}).values())
    return found


def test_numbers_are_explained_behind_one_button_with_a_name(run_app):
    app = run_app()
    assert "What they are" in {one.proto.popover.label for one in popovers(app)}
    assert not [one for one in app.markdown if one.proto.help]
    words = " ".join(one.value for one in app.markdown)
    assert "**MANGO, bits per dimension**: Negative log2-likelihood" in words


def test_no_chart_is_large(run_app):
    for tab in TABS:
        for alt, spec in specs(run_app(address={"tab": tab})).items():
            assert len(json.dumps(spec)) < 2_000_000, alt


def test_a_room_of_the_gallery_is_shown_and_goes_to_the_address(run_app):
    app = run_app()
    seed = GALLERY_SEEDS[3]
    app.button(key=f"room_{seed}").click().run()
    assert app.number_input(key="seed").value == seed
    assert app.query_params["seed"] in (str(seed), [str(seed)])
    assert f"Room {seed}." in " ".join(c.value for c in app.caption)


def test_a_surprise_is_a_room_that_training_never_saw(run_app):
    app = run_app()
    app.button(key="surprise").click().run()
    assert 0 <= app.number_input(key="seed").value < 5000
    assert not app.exception


@pytest.mark.parametrize("seed", ["-3", "kitchen", "99999999999"])
def test_a_broken_address_falls_back(run_app, seed):
    app = run_app(address={"seed": seed, "tab": "nowhere", "head": "99", "k": "-1"})
    assert not app.exception
    assert app.number_input(key="seed").value == GALLERY_SEEDS[0]


def test_layer_head_and_row_come_from_the_address(run_app):
    address = {
        "tab": "Attention",
        "layer": "block 1 · IMCA 2",
        "head": "2",
        "query": "7",
    }
    app = run_app(address=address)
    assert any("IMCA 2, head 2: row 7 of 16" in alt for alt in specs(app))


def test_a_pair_of_ones_own(run_app):
    app = run_app()
    app.file_uploader(key="file_rgb").upload("a.png", rgb_png(), "image/png")
    app.file_uploader(key="file_depth").upload("b.png", depth_png(), "image/png").run()
    assert not app.exception
    assert not trouble(app)
    assert any("from 0.900 to 4.00 metres" in alt for alt in specs(app))
    captions = " ".join(c.value for c in app.caption)
    assert "a.png and b.png." in captions
    assert "millimetres" in captions


@pytest.mark.parametrize(
    ("unit", "said"),
    [("1/5000 m", "from 0.180 to 0.800 metres"), ("relative", "relative units")],
)
def test_the_unit_can_be_overridden(run_app, unit, said):
    app = run_app()
    app.selectbox(key="depth_unit").select(unit)
    app.file_uploader(key="file_depth").upload("b.png", depth_png(), "image/png").run()
    assert not app.exception
    assert any(said in alt for alt in specs(app))


def test_rgb_alone_is_read_and_depth_is_missing(run_app):
    app = run_app(address={"tab": "Attention"})
    app.file_uploader(key="file_rgb").upload("a.png", rgb_png(), "image/png").run()
    assert not app.exception
    assert "depth is missing" in " ".join(specs(app))
    assert "A point cloud needs depth." in trouble(app)


def test_depth_alone_is_read_and_rgb_is_guessed(run_app):
    app = run_app(address={"tab": "Transport"})
    app.file_uploader(key="file_depth").upload("b.png", depth_png(), "image/png").run()
    assert not app.exception
    assert "RGB is missing" in " ".join(specs(app))
    assert "rgb is missing" in " ".join(c.value for c in app.caption)


def test_a_bad_file_gets_a_sentence_and_the_page_stays_usable(run_app):
    app = run_app()
    app.file_uploader(key="file_depth").upload("b.png", b"text", "image/png").run()
    assert not app.exception
    assert app.error[0].value.startswith("The depth file is")
    assert not specs(app)
    app.button(key=f"room_{GALLERY_SEEDS[1]}").click().run()
    assert not app.error
    assert specs(app)


def test_nothing_uploaded_says_what_to_do(run_app):
    app = run_app()
    app.session_state["source"] = "Your files"
    app.run()
    assert not app.exception
    assert "Drop an RGB picture" in trouble(app)


def test_without_checkpoints_the_page_says_how_to_train(run_app, tmp_path):
    app = run_app(checkpoints=tmp_path)
    assert not app.exception
    assert trouble(app).count("python -m fusionviz train") == 2
    assert "A pair of 128 by 128 pixels" in " ".join(specs(app))


def test_a_damaged_checkpoint_gets_a_sentence(run_app, tmp_path, tiny_checkpoints):
    for file in tiny_checkpoints.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "mango-tiny.safetensors").write_bytes(b"damaged")
    st.cache_resource.clear()
    cache._living.clear()  # of whole weights under this name
    app = run_app(checkpoints=tmp_path)
    assert not app.exception
    assert "damaged" in trouble(app)
    assert any(alt.startswith("AlignMamba finds") for alt in specs(app))


def headline(app: AppTest, label: str) -> str:
    """The number that stands under a label."""
    (found,) = [m.value for m in app.markdown if m.value.startswith(f"{label}  \n")]
    return found.split("**")[1]


def test_the_models_are_timed_anew_when_asked(run_app, monkeypatch):
    app = run_app(address={"tab": "Time"})
    assert headline(app, "Both models, first run").endswith(" ms")
    passes = iter([900.0, 20.0, 30.0, 4.0, 800.0, 5.0])
    monkeypatch.setattr(
        readings, "time_pass", lambda kind, model, sample: {"all": next(passes)}
    )
    app.button(key="time_again").click().run()
    assert not app.exception
    assert headline(app, "Both models, warm") == "35 ms"
    shown = specs(app)
    (timing,) = [alt for alt in shown if "MANGO, all: 30.0 milliseconds" in alt]
    axis = shown[timing]["layout"]["xaxis"]["title"]["text"]
    assert axis == "milliseconds, median of 3 passes"
    app.button(key=f"room_{GALLERY_SEEDS[2]}").click().run()
    assert headline(app, "Both models, first run").endswith(" ms")


def test_bits_of_pixels_are_told_and_bits_of_two_checkpoints_do_not_compare(
    run_app, tmp_path, tiny_checkpoints
):
    for file in tiny_checkpoints.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    save_checkpoint(tiny_mango(1), ModelCard(name="mango-two"), tmp_path)
    app = run_app(address={"tab": "Likelihood"}, checkpoints=tmp_path)
    words = " ".join(m.value for m in app.markdown)
    assert "with noise of standard deviation 0.05" in words
    assert "bits per pixel value" in words
    assert "bits per dimension do not" not in " ".join(c.value for c in app.caption)
    app.selectbox(key="mango").select("mango-two").run()
    assert not app.exception
    captions = " ".join(c.value for c in app.caption)
    assert "bits per dimension" in captions
    assert "Bits per pixel value do" in captions

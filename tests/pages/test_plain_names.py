"""Names that users give are shown as typed on every page: no Markdown, no HTML."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from fusionviz.ui.attention.page import TABS as ATTENTION
from fusionviz.ui.distributions.page import TABS as DISTRIBUTIONS
from fusionviz.ui.inputs.page import TABS as INPUTS
from fusionviz.ui.latents.page import TABS as LATENTS
from fusionviz.ui.transport.page import TABS as TRANSPORT
from fusionviz.views.shared.plain import as_code, in_markdown

MARKS = ["*1*", "$5$", "[a](b)", "<u>z</u>", ":red[r]", "`c`", "_v_", "~~s~~"]
HOSTILE = " ".join(MARKS)
LABELS = [f"{mark} {n}" for n, mark in enumerate(MARKS)]
# How each would stand in a string that Markdown reads as a mark.
RAW = re.compile(
    r"(?<!\\)(\*1(?<!\\)\*|\$5\$|\[a\]\(|<u>z|:red\[|`c`|(?<!\w)_v_|~~s~~)"
)
PLACES = [
    *(("inputs", tab) for tab in INPUTS),
    *(("latents", tab) for tab in LATENTS),
    *(("attention", tab) for tab in ATTENTION),
    *(("transport", tab) for tab in TRANSPORT),
    *(("distributions", tab) for tab in DISTRIBUTIONS),
]
OF_TOKENS = [place for place in PLACES if place[0] in ("transport", "distributions")]
# Text of these fields is read as Markdown; names of options are in pills and segments.
MARKDOWN = {"body", "label", "help", "content", "title"}


def texts(proto) -> list[tuple[str, str]]:
    """Every text of an element with the name of its field."""
    found = []
    for field, value in proto.ListFields():
        parts = value if field.is_repeated else [value]
        for part in parts:
            if isinstance(part, str):
                found.append((field.name, part))
            elif hasattr(part, "ListFields"):
                found += texts(part)
    return found


def everything(app):
    """Every element and container on the page and in its sidebar."""
    blocks = [app.main, app.sidebar]
    while blocks:
        block = blocks.pop()
        yield block
        blocks += list(getattr(block, "children", {}).values())


def figure_texts(value) -> list[str]:
    """Every text of a figure's JSON."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in figure_texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in figure_texts(part)]
    return []


def check(app) -> None:
    assert not app.exception
    shown = ""
    for thing in everything(app):
        proto = getattr(thing, "proto", None)
        if proto is None:
            continue
        if getattr(thing, "type", "") == "plotly_chart":
            for text in figure_texts(json.loads(proto.spec)):
                assert "<u>z" not in text, text
                shown += text
            continue
        for field, text in texts(proto):
            if field in MARKDOWN:
                for label in LABELS:
                    text = text.replace(as_code(label), label[-1])
                assert not RAW.search(text), (getattr(thing, "type", ""), field, text)
                shown += text
    assert in_markdown(MARKS[0]) in shown or "&lt;u&gt;z" in shown


def png(pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("page", "tab"), PLACES)
def test_names_of_a_pair(run_app, page, tab):
    rng = np.random.default_rng(0)
    app = run_app(f"pages/{page}.py", address={"tab": tab})
    rgb = png(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    depth = png(np.linspace(900, 4000, 48 * 64).reshape(48, 64).astype(np.uint16))
    app.file_uploader(key="file_rgb").upload(f"{HOSTILE}.png", rgb, "image/png")
    app.file_uploader(key="file_depth").upload(f"d{HOSTILE}.png", depth, "image/png")
    check(app.run())


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize("page", ["inputs", "latents", "transport"])
def test_names_of_arrays(run_app, page):
    depth = np.linspace(1, 4, 48 * 64).reshape(48, 64)
    maps = {f"{HOSTILE} left": depth, f"{HOSTILE} right": depth + 1}
    app = run_app(f"pages/{page}.py")
    app.file_uploader(key="file_depth").upload(f"{HOSTILE}.npz", npz(**maps), "x/y")
    app.run()
    check(app)
    assert app.error
    (pills,) = (one for one in app.get("button_group") if one.key == "depth_is")
    pills.set_value(f"{HOSTILE} left")
    app.file_uploader(key="file_depth").upload(f"{HOSTILE}.npz", npz(**maps), "x/y")
    app.run()
    check(app)
    assert not app.error, app.error[0].value


def sequences(run_app, page, tab, files):
    app = run_app(f"pages/{page}.py", address={"data": "file", "tab": tab})
    uploaded = [(name, data, "application/zip") for name, data in files.items()]
    app.file_uploader(key="sequence_files").set_value(uploaded)
    return app.run()


@pytest.mark.parametrize(("page", "tab"), OF_TOKENS)
def test_names_and_words_of_sequences(run_app, page, tab):
    rng = np.random.default_rng(0)
    arrays = {
        "text": rng.normal(size=(5, 4)),
        f"eeg {HOSTILE}": rng.normal(size=(9, 4)),
        "words": np.array(LABELS[:5]),
    }
    app = sequences(run_app, page, tab, {f"{HOSTILE}.npz": npz(**arrays)})
    assert not app.error
    check(app)


def test_names_in_the_error_of_a_sequence(run_app):
    files = {f"{HOSTILE}_audio.csv": b""}
    app = sequences(run_app, "transport", next(iter(TRANSPORT)), files)
    assert app.error
    check(app)


def test_names_of_an_attention_file(run_app):
    address = {"tab": "Other attention", "o_source": "file"}
    app = run_app("pages/attention.py", address=address)
    data = npz(
        attention=np.full((1, 1, 6, 6), 1 / 6),
        tokens=np.array(LABELS[:6]),
        modality=np.array([MARKS[3]] * 3 + [f"<b>{MARKS[0]}"] * 3),
    )
    app.file_uploader(key="attention_file").upload(f"{HOSTILE}.npz", data, "x/y")
    check(app.run())


def test_the_address_is_shown_as_typed(run_app):
    app = run_app(address={"seed": HOSTILE, "tab": HOSTILE})
    check(app)
    assert any("In the address" in caption.value for caption in app.caption)

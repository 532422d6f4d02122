"""Addresses with faults, and files dropped on a page: pages, run without a browser."""

import json
import os
import tempfile
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from hypothesis import strategies as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from fusionviz.errors import InputError
from fusionviz.ui.shared.frame.navigation import PAGES as LINES
from fusionviz.ui.warm_up import warm_up
from tests.fuzz import pairs
from tests.fuzz.kinds import Kind, Reading
from tests.fuzz.mutations import ANY, Random, changed, claim, pick
from tests.fuzz.weights import tiny
from tests.helpers.app.pages import ROOT, run_page

PAGES = tuple(line.stem for line in LINES)

Said = Mapping[str, str | list[str]]
"""What an address says after the page."""

TEXTS = (
    *("", "0", "-1", "1e999", "nan", "9" * 5000, "x" * 20_000, "²", "٣", "1.5", "true"),
    *("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "%00", "\0", "\x07\n"),
    *("<script>alert(1)</script>", "$x$", "\u202e", "a_b_c", "1.1_9.9_x", "~3-5", "|"),
    *("Trust", "One head", "utterance", "no model", "mango-tiny", "__import__('os')"),
)
NAMES = (
    *("tab", "seed", "source", "files", "data", "utterance", "reader", "mango", "run"),
    *("alignmamba", "rgb_file", "depth_file", "depth_unit", "depth_name", "depth_turn"),
    *("depth_right", "depth_scale", "fourth_is_depth", "lesson", "card", "present"),
    *("class", "notes", "turned", "level", "look", "held_length", "family", "k"),
)


@cache
def links() -> tuple[tuple[str, Said], ...]:
    """Return links that work: the page, and what the address says."""
    text = (ROOT / "tests" / "fixtures" / "links.json").read_text()
    parts = [urlsplit(one["link"]) for one in json.loads(text)]
    known = [(one.path.strip("/"), parse_qs(one.query)) for one in parts]
    return (*known, *((page, {}) for page in PAGES))


def open_address(page: str, address: Said) -> AppTest:
    """Return a page as it is at an address.

    Raises:
        InputError: The page tells an error.
        AssertionError: There is an exception on it.
    """
    return _sound(run_page(f"pages/{page}.py", address))


def drop(rgb: bytes | None, depth: bytes | None) -> AppTest:
    """Drop files on Inputs, and return it as `open_address` does."""
    app = run_page("pages/inputs.py", {})
    for key, data in (("file_rgb", rgb), ("file_depth", depth)):
        if data is not None:
            app.file_uploader(key=key).set_value((f"{key}.bin", data, "x/y"))
    return _sound(app.run())


def _sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].message
    if app.error:
        raise InputError(app.error[0].value)
    return app


def use_tiny_models() -> None:
    """Let pages of this process have small models, and do what is slow only once."""
    folder = Path(tempfile.mkdtemp(prefix="fusionviz-fuzz-"))
    for name, (card, weights) in tiny().items():
        (folder / f"{name}.json").write_bytes(card)
        (folder / f"{name}.safetensors").write_bytes(weights)
    os.environ["FUSIONVIZ_CHECKPOINTS"] = str(folder)
    config.set_option("client.showErrorDetails", "full")  # told to who reads this
    warm_up()
    for page in PAGES:
        run_page(f"pages/{page}.py", {})


def _mutated_address(random: Random) -> Reading:
    page, address = pick(links(), random)
    said = {**address}
    for _ in range(int(random.integers(1, 4))):
        is_own = bool(said) and random.random() < 0.6
        name = pick([*said] if is_own else NAMES, random)
        said[name] = pick(TEXTS, random)
    if random.random() < 0.1:
        page = pick(PAGES, random)
    return partial(open_address, page, said)


_TEXT = st.sampled_from(TEXTS) | st.text(max_size=12) | st.integers().map(str)
ADDRESSES = Kind(
    name="addresses",
    share=6,
    mutated=_mutated_address,
    generated=st.builds(
        partial,
        st.just(open_address),
        st.sampled_from(PAGES),
        st.dictionaries(st.sampled_from(NAMES), _TEXT, max_size=5),
    ),
    prepare=use_tiny_models,
)


def _mutated_drop(random: Random) -> Reading:
    bad = changed(pick(pairs.FILES, random), random, (*ANY, claim, claim), most=2)
    other = pick((None, pick(pairs.FILES, random)), random)
    return partial(drop, *((bad, other) if random.random() < 0.5 else (other, bad)))


DROPS = Kind(name="drops", share=3, mutated=_mutated_drop, prepare=use_tiny_models)

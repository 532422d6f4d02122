"""A server that has just started, and ten visitors at once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.helpers.app.server import serve
from tests.helpers.app.session import elements, visit

PAGES = (
    "/inputs",
    "/transport",
    "/distributions?tab=Distance&data=utterance",
    "/attention?tab=Overview",
    "/latents?tab=Traverse",
    "/transport?tab=On+the+data&data=utterance&d_solver=exact",
    "/inputs?tab=Transport",
    "/distributions?data=utterance",
    "/attention?tab=One+head",
    "/latents?tab=Between+two",
)

TELL_LOADING = """
import os, sys, time


def tell(event, what):
    name = os.path.basename(str(what[0])) if event == "open" else ""
    if name.endswith(".safetensors"):
        os.write(1, f"LOADED {name}\\n".encode())  # whole: others write as well
        time.sleep(1)


sys.addaudithook(tell)
"""
"""Tells of each file of weights that is read, and makes it slow: others come along."""


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Let a server tell what it loads."""
    (tmp_path / "sitecustomize.py").write_text(TELL_LOADING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_ten_visitors_of_a_cold_server_see_their_pages_and_load_each_model_once(
    tmp_path, tiny_checkpoints, told
):
    with (
        serve(tmp_path, tiny_checkpoints) as server,
        ThreadPoolExecutor(len(PAGES)) as pool,
    ):
        visits = list(pool.map(lambda page: visit(server.address, page), PAGES))
        log = server.log.read_text()
    for page, answers in zip(PAGES, visits, strict=True):
        troubles = [one.message for one in elements(answers, "exception")]
        assert not troubles, f"{page}: {troubles}\n{log}"
        assert elements(answers, "plotly_chart"), page
    assert "Traceback" not in log, log
    loaded = re.findall(r"LOADED (\S+)", log)
    assert {"mango-tiny.safetensors", "alignmamba-tiny.safetensors"} <= set(loaded)
    assert len(loaded) == len(set(loaded)), loaded

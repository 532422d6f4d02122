"""Two apps share one model server on Ray Serve; it is killed, and they live on."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import psutil
import pytest

from fusionviz.models.serving.server import VARIABLE
from tests.helpers.app.pages import ROOT
from tests.helpers.app.server import free_port, serve
from tests.helpers.app.session import elements, visit

PATIENCE = 120.0

PAGES = ("/latents?tab=Round+trip", "/transport", "/attention?tab=One+head")


@contextlib.contextmanager
def model_server(folder, checkpoints):
    """Start the command; yield its address, its process and its log."""
    port, log = free_port(), folder / "models.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "fusionviz", "serve-models"),
                *("--port", str(port), "--checkpoints", str(checkpoints)),
                *("--device", "cpu", "--threads", "1"),
            ],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while "served at" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process, log
    finally:
        end(process)


def end(process):
    """Ask it to end, and its children if it does not."""
    children = []
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE / 4)
    for one in children:
        with contextlib.suppress(psutil.Error):
            one.kill()
    process.kill()
    process.wait()


def state_of(address):
    with urllib.request.urlopen(address + "/state", timeout=10) as answer:
        return json.load(answer)


def assert_drawn(app, page):
    answers = visit(app.address, page)
    troubles = [one.message for one in elements(answers, "exception")]
    troubles += [one.body for one in elements(answers, "alert")]
    assert not troubles, app.log.read_text()
    assert elements(answers, "plotly_chart"), page


def assert_told(app):
    """The app says that the server is gone, and shows what needs no model."""
    answers = visit(app.address, "/latents?tab=Round+trip&seed=9")
    assert not elements(answers, "exception")
    (told,) = [one.body for one in elements(answers, "alert")]
    assert "model server at" in told
    assert "serve-models" in told
    assert elements(visit(app.address, "/inputs?seed=9"), "plotly_chart")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_two_apps_share_a_model_server_that_loads_each_model_once(
    tmp_path, monkeypatch, tiny_checkpoints
):
    pytest.importorskip(
        "ray.serve", reason="Ray Serve is not installed: fusionviz[scale]"
    )
    cards = tmp_path / "cards"  # apps have no weights: they cannot help asking
    cards.mkdir()
    for path in tiny_checkpoints.glob("*.json"):
        shutil.copy(path, cards)
    with model_server(tmp_path, tiny_checkpoints) as (address, process, log):
        monkeypatch.setenv(VARIABLE, address)
        folders = [tmp_path / name for name in "ab"]
        for folder in folders:
            folder.mkdir()
        with serve(folders[0], cards) as one, serve(folders[1], cards) as other:
            for app in (one, other):
                for page in PAGES:
                    assert_drawn(app, page)
            state = state_of(address)
            assert state["loads"] == {"mango-tiny": 1, "alignmamba-tiny": 1}
            assert state["answers"] > 10
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children:
                with contextlib.suppress(psutil.Error):
                    child.kill()
            process.wait()
            for app in (one, other):
                assert_told(app)
                assert "Traceback" not in app.log.read_text()

"""Apps and replicas of a model server on Ray Serve; some are killed, others live on."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import torch

from fusionviz.errors import ModelServerError
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.serving import calls
from fusionviz.models.serving.questions import ModelName
from fusionviz.models.serving.server import VARIABLE, ModelServer
from tests.helpers.app.pages import ROOT
from tests.helpers.app.server import free_port, serve
from tests.helpers.app.session import elements, visit

PATIENCE = 120.0

PAGES = ("/latents?tab=Round+trip", "/transport", "/attention?tab=One+head")


@dataclass(frozen=True)
class Models:
    """The command `serve-models`, which may still be starting.

    Attributes:
        address: That it will answer at.
        log: File of what it says.
        process: Itself.
    """

    address: str
    log: Path
    process: subprocess.Popen

    def wait(self):
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE
        while f"served at {self.address}" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def kill(self):
        """End it and all of its processes as a lack of memory would."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        for one in (self.process, *children):
            with contextlib.suppress(psutil.Error):
                one.kill()
        self.process.wait()
        _, alive = psutil.wait_procs(children, PATIENCE)  # until then they may listen
        assert not alive


@contextlib.contextmanager
def starting_models(folder, checkpoints, *more):
    """Start the command, and end it in the end."""
    port, log = free_port(), folder / "models.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "fusionviz", "serve-models"),
                *("--port", str(port), "--checkpoints", str(checkpoints)),
                *("--device", "cpu", "--threads", "1", *more),
            ],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Models(f"http://127.0.0.1:{port}", log, process)
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


def replicas_of(address, without=0):
    """Return what both replicas say, by their processes, once both answer."""
    found, deadline = {}, time.monotonic() + PATIENCE
    while len(found) < 2:
        assert time.monotonic() < deadline, found
        with contextlib.suppress(OSError):
            state = state_of(address)
            if state["process"] != without:
                found[state["process"]] = state
    return found


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
@pytest.mark.timeout(600)  # two servers and Ray start beside each other
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_two_apps_share_a_model_server_that_loads_each_model_once(
    tmp_path, monkeypatch, tiny_checkpoints
):
    pytest.importorskip(
        "ray.serve", reason="Ray Serve is not installed: fusionviz[scale]"
    )
    folders = {name: tmp_path / name for name in ("cards", "one", "other")}
    for folder in folders.values():
        folder.mkdir()
    for path in tiny_checkpoints.glob("*.json"):  # apps without weights: they must ask
        shutil.copy(path, folders["cards"])
    with starting_models(tmp_path, tiny_checkpoints) as models:
        monkeypatch.setenv(VARIABLE, models.address)
        with (
            serve(folders["one"], folders["cards"]) as one,
            serve(folders["other"], folders["cards"]) as other,
            ThreadPoolExecutor(2) as pool,
        ):
            models.wait()
            for page in PAGES:  # of both apps at once
                list(
                    pool.map(
                        lambda app, page=page: assert_drawn(app, page), (one, other)
                    )
                )
            state = state_of(models.address)
            assert state["loads"] == {"mango-tiny": 1, "alignmamba-tiny": 1}
            assert state["answers"] > 10
            models.kill()
            for app in (one, other):
                assert_told(app)
                assert "Traceback" not in app.log.read_text()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_two_replicas_answer_and_one_that_is_killed_is_replaced(
    tmp_path, tiny_checkpoints
):
    pytest.importorskip(
        "ray.serve", reason="Ray Serve is not installed: fusionviz[scale]"
    )
    model = load_checkpoint(tiny_checkpoints / "mango-tiny", "cpu")
    named = ModelName(checkpoint=model.card.name, sha256=model.card.sha256)
    x = torch.randn(2, 32, 8)
    truth = model.log_likelihood(x)

    def ask(server):
        found, _ = server.ask(named, calls.LOG_LIKELIHOOD.name, (x, None, False), {})
        torch.testing.assert_close(found, truth)

    with starting_models(tmp_path, tiny_checkpoints, "--replicas", "2") as models:
        models.wait()
        server = ModelServer(models.address)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, [server] * 40))
        before = replicas_of(models.address)
        assert sum(one["answers"] for one in before.values()) == 40
        assert all(one["loads"] == {"mango-tiny": 1} for one in before.values())
        gone = next(iter(before))
        psutil.Process(gone).kill()
        failed = 0
        for _ in range(40):
            try:
                ask(server)
            except ModelServerError:
                failed += 1
                time.sleep(0.2)
        assert failed < 10
        after = replicas_of(models.address, without=gone)
        assert len(after.keys() - before.keys()) == 1
        ask(server)

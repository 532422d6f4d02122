"""The commands: `serve-models`, and `app --models-at`."""

import os
import socket
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.models.serving.server import VARIABLE
from tests.helpers.app.server import free_port


def run(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def test_without_ray_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = run("serve-models", "--port", free_port())
    assert done.exit_code == 2
    assert "fusionviz[scale]" in done.stderr


def test_an_address_that_is_taken_is_a_sentence():
    pytest.importorskip(
        "ray.serve", reason="Ray Serve is not installed: fusionviz[scale]"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve-models", "--port", port)
    assert done.exit_code == 2
    assert f"127.0.0.1:{port}" in done.stderr
    done = run("serve-models", "--host", "198.51.100.1", "--port", free_port())
    assert done.exit_code == 2
    assert "--host" in done.stderr


@pytest.fixture
def started(monkeypatch):
    """What the app would be started with."""
    found = {}

    def start(program, command):
        found.update(command=command, models=os.environ.get(VARIABLE))

    monkeypatch.setattr(os, "execv", start)
    monkeypatch.setattr(subprocess, "call", lambda command: start("", command))
    monkeypatch.chdir(os.getcwd())
    monkeypatch.delenv(VARIABLE, raising=False)
    return found


def test_the_app_asks_the_server_that_is_named(started, monkeypatch):
    monkeypatch.setenv(VARIABLE, "before")
    run("app", "--models-at", "http://models:8600/")
    assert started["models"] == "http://models:8600"


def test_what_is_no_address_is_refused_before_the_app_starts(started):
    done = run("app", "--models-at", "models:8600")
    assert done.exit_code == 2
    assert "http://HOST:PORT" in done.stderr
    assert not started

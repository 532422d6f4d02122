"""The wheel: what it holds, and that it works where there is no clone."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from fusionviz.places import PROJECT
from tests.helpers.app.server import free_port, wait_for

LARGEST_WHEEL_MB = 125
"""The weights, at most 120 MB, and the rest."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROJECT / ".git").exists(), reason="what belongs to the project says git"
    ),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of the project, built with what is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(_copy(folder / "source"))], check=True)
    (found,) = folder.glob("*.whl")
    return found


def _copy(target: Path) -> Path:
    """Copy what belongs to the project, so that nothing is written into it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and not name.startswith(("tests/", "docs/images/")):
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, place)
    return target


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder that holds what the wheel would install."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def run(installed, tmp_path):
    """Run the command of the wheel in an empty folder, and return what it prints."""

    def run_(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "fusionviz", *arguments],
            cwd=tmp_path,
            env=_environment(installed),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_


def _environment(installed: Path) -> dict[str, str]:
    kept = {key: x for key, x in os.environ.items() if not key.startswith("FUSIONVIZ")}
    return {**kept, "PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1"}


def test_the_wheel_has_all_that_the_app_needs(wheel):
    assert wheel.stat().st_size < LARGEST_WHEEL_MB * 1e6
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {"app.py", "pages/inputs.py", ".streamlit/config.toml"}
    inside |= {"checkpoints/mango-rooms.safetensors", "benchmarks/scan.py"}
    inside |= {"checkpoints/encoders/efficientnet-lite0.safetensors"}
    inside |= {"checkpoints/words/glove-50.safetensors", "checkpoints/words/NOTICE"}
    assert {f"fusionviz/_project/{name}" for name in inside} <= names
    assert "fusionviz/training/recipes/mango-rooms.toml" in names
    assert not [name for name in names if "__pycache__" in name]


def test_commands_work_where_there_is_no_clone(run, tmp_path):
    told = json.loads(run("evaluate", "mango-rooms", "--count", "2", "--json"))
    assert told["checkpoint"] == "mango-rooms"
    assert "scan" in run("benchmark", "--list")
    run("explain", "--room", "45", "--out", "seen", "--only", "inputs-pair")
    assert list((tmp_path / "seen").iterdir())


def test_the_app_is_served_where_there_is_no_clone(installed, tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "fusionviz", "app", "--port", str(port)],
        cwd=tmp_path,
        env=_environment(installed),
    )
    try:
        wait_for(f"http://127.0.0.1:{port}", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/inputs") as answer:
            assert b"<title>" in answer.read()
    finally:
        process.terminate()
        process.wait(timeout=60)

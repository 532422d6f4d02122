import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import gpu

ROOT = Path(__file__).resolve().parents[2]


def test_without_a_gpu_it_says_so_in_one_sentence_and_fails():
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "no CUDA device" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_it_needs_neither_the_apps_packages_nor_a_solver():
    code = (
        "import sys, benchmarks.gpu; "
        "print(*{'streamlit', 'plotly', 'ot', 'mamba_ssm'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_parts_are_left_out_when_time_is_up(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu, "facts", lambda: {})
    monkeypatch.setattr(gpu, "MOST_SECONDS", 0)
    found = gpu.run()
    left_out = {name for name, what in found.items() if "left out" in str(what)}
    assert left_out == {"exactness", "slider", "scan", "tests", "rows"}

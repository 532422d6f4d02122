"""Batches of rooms by tiny models, run as a command."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.explain.batch.shards import read_shard

PROJECT = Path(__file__).parents[2]
MODELS = ["--checkpoint", "mango-tiny", "--alignmamba", "alignmamba-tiny"]
WORKER = "fusionviz.explain.batch.worker"
PATIENCE = 120.0

posix = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def words_of(*words):
    return ["batch", *map(str, words), *MODELS, "--device", "cpu", "--no-arrays"]


def run(*words):
    return CliRunner().invoke(cli.app, words_of(*words))


def start(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "fusionviz", *words_of(*words)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c if os.name == "posix" else None,
    )


def heed_ctrl_c():
    """Take Ctrl-C as a terminal's command does: one in the background ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(what, process=None):
    """Return what a call gives once it is true."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := what():
            return found
        if process is not None and process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        time.sleep(0.02)
    raise AssertionError("it took too long")


def workers_of(process):
    children = psutil.Process(process.pid).children(recursive=True)
    return [one for one in children if WORKER in " ".join(one.cmdline())]


def is_gone(process):
    """Whether it has ended; whoever adopted it may not have noticed."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def shards_in(out):
    return sorted((out / "shards").glob("*.parquet"))


def indices_in(out):
    """The numbers of the pairs of all shards, and how often each is there."""
    rows = [row for path in shards_in(out) for row in read_shard(path, ["index"])]
    return Counter(row["index"] for row in rows)


def assert_whole(out, count):
    assert indices_in(out) == dict.fromkeys(range(count), 1)
    table = pq.read_table(out / "numbers.parquet").to_pydict()
    assert table["index"] == list(range(count))
    assert table["error"] == [None] * count
    assert len(set(table["inputs-likelihood.bits_per_dim"])) == count
    left = [path.name for path in (out / "shards").iterdir()]
    assert all(name.endswith(".parquet") for name in left), left

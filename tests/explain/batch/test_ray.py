"""A batch by Ray Data, on a cluster of this computer."""

import json
import sys

import psutil
import pytest

from fusionviz.errors import InputError
from fusionviz.explain.batch import cluster
from tests.helpers.batches import (
    PATIENCE,
    assert_whole,
    is_gone,
    posix,
    run,
    shards_in,
    start,
    wait_for,
)

ROOMS = 24


@pytest.fixture(autouse=True)
def _here(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def actors_of(process):
    """Processes of Ray that make shards, by what Ray calls them."""
    found = []
    for one in psutil.Process(process.pid).children(recursive=True):
        try:
            if "ray::" in (name := " ".join(one.cmdline())) and "ShardActor" in name:
                found.append(one)
        except psutil.Error:
            continue
    return found


@posix
def test_of_two_workers_one_is_killed_and_nothing_is_lost_or_twice(tmp_path):
    pytest.importorskip("ray.data", reason="Ray is not installed: fusionviz[scale]")
    words = ("--rooms", ROOMS, "--out", tmp_path, "--shard", 2)
    process = start(*words, "--ray", "local", "--processes", 2)
    try:
        wait_for(lambda: len(actors_of(process)) == 2, process)
        wait_for(lambda: shards_in(tmp_path), process)
        before = {path: path.stat().st_mtime_ns for path in shards_in(tmp_path)}
        victim = actors_of(process)[0]
        victim.kill()
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert is_gone(victim)
    assert_whole(tmp_path, ROOMS)
    for path, moment in before.items():
        assert path.stat().st_mtime_ns == moment, "a shard was made twice"
    plan = json.loads((tmp_path / "batch.json").read_text())
    assert plan["count"] == ROOMS


def test_without_ray_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = run("--rooms", 1, "--out", tmp_path, "--ray", "local")
    assert done.exit_code == 2
    assert "fusionviz[scale]" in done.stderr


def test_a_cluster_that_is_not_there_is_one_sentence():
    pytest.importorskip("ray.data", reason="Ray is not installed: fusionviz[scale]")
    with pytest.raises(InputError, match="no Ray at"):
        cluster._connect("auto", 1)

"""The command: processes that are killed, a stop, and going on after it."""

import os
import signal

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.cli.parts import STOPPED
from fusionviz.explain.batch import processes
from fusionviz.explain.batch.plan import BatchFolder
from tests.helpers.batches import (
    PATIENCE,
    assert_whole,
    indices_in,
    is_gone,
    posix,
    run,
    shards_in,
    start,
    wait_for,
    words_of,
    workers_of,
)


@pytest.fixture(autouse=True)
def _here(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_it_goes_on_where_shards_are_missing(tmp_path):
    words = ("--rooms", 5, "--out", tmp_path, "--shard", 2)
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert "5 pairs, 0 of them" in done.stderr
    assert_whole(tmp_path, 5)
    numbers = pq.read_table(tmp_path / "numbers.parquet").drop_columns(["seconds"])
    kept = {path: path.stat().st_mtime_ns for path in shards_in(tmp_path)}
    lost = shards_in(tmp_path)[1]
    lost.unlink()
    again = run(*words)
    assert again.exit_code == 0, again.output
    assert "3 of 5 pairs are done already" in again.stderr
    after = {path: path.stat().st_mtime_ns for path in shards_in(tmp_path)}
    assert {p for p in kept if kept[p] != after[p]} == {lost}
    anew = pq.read_table(tmp_path / "numbers.parquet").drop_columns(["seconds"])
    assert anew.equals(numbers)
    other = run("--rooms", 6, "--out", tmp_path, "--shard", 2)
    assert other.exit_code == 2
    assert "another choice and count" in other.stderr
    assert "Traceback" not in other.output


def test_broken_files_are_rows(tmp_path):
    (tmp_path / "pairs" / "rgb").mkdir(parents=True)
    for name, content in {"a": b"\xff\xd8\xff broken", "b": b""}.items():
        (tmp_path / "pairs" / "rgb" / f"{name}.jpg").write_bytes(content)
    np.save(tmp_path / "pairs" / "rgb" / "c.npy", np.zeros((32, 32, 3), np.uint8))
    done = run(tmp_path / "pairs", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "3 pairs, 2 of them" in done.stderr
    table = pq.read_table(tmp_path / "out" / "numbers.parquet").to_pydict()
    assert table["name"] == ["a", "b", "c"]
    assert [bool(error) for error in table["error"]] == [True, True, False]


@posix
def test_a_process_that_is_killed_is_replaced(tmp_path):
    words = ("--rooms", 24, "--out", tmp_path, "--shard", 2, "--processes", 2)
    process = start(*words)
    wait_for(lambda: shards_in(tmp_path), process)
    victim = wait_for(lambda: workers_of(process), process)[0]
    victim.kill()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert_whole(tmp_path, 24)


@posix
def test_the_command_can_be_killed_and_goes_on(tmp_path):
    words = ("--rooms", 24, "--out", tmp_path, "--shard", 2)
    process = start(*words)
    wait_for(lambda: shards_in(tmp_path), process)
    workers = workers_of(process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_for(lambda: all(map(is_gone, workers)))
    assert 2 <= sum(indices_in(tmp_path).values()) < 24
    assert run(*words).exit_code == 0
    assert_whole(tmp_path, 24)


@posix
def test_ctrl_c_stops_in_the_middle(tmp_path):
    process = start("--rooms", 500, "--out", tmp_path, "--shard", 50)
    workers = wait_for(lambda: workers_of(process), process)
    notes = tmp_path / "shards"
    wait_for(lambda: list(notes.glob("*.at-*")), process)  # in the middle of a shard
    begun = len(list(notes.glob("*.parquet")))
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    done = len(list(notes.glob("*.parquet")))
    assert done <= begun + len(workers), "the shards that were begun, and no other"
    assert process.returncode == STOPPED
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert all(map(is_gone, workers))


def test_what_a_process_cannot_do_is_one_sentence(tmp_path, monkeypatch):
    words = [*words_of("--rooms", 1, "--out", tmp_path), "--device", "cuda:9"]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 2
    assert "cuda" in done.stderr
    assert "Traceback" not in done.output


def test_processes_share_the_cores(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert [processes.threads_each(n) for n in (1, 2, 3, 16)] == [8, 4, 2, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert [processes.threads_each(n) for n in (1, 4)] == [3, 2]


def test_a_folder_without_a_batch_is_told(tmp_path):
    from fusionviz.errors import InputError

    with pytest.raises(InputError, match="holds no batch"):
        BatchFolder(tmp_path).plan()

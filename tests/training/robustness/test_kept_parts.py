"""A study that is killed goes on where it was, and tells what it would have told."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.training import kept_parts
from fusionviz.training.kept_parts import KeptParts, print_of
from fusionviz.training.robustness import answers as module
from fusionviz.training.robustness.conditions import StudySettings
from fusionviz.training.robustness.readers import DenseReader, MangoReader, reader_of
from fusionviz.training.robustness.study import study
from tests.helpers.app.pages import ROOT
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango

SETTINGS = StudySettings(
    protocols=("fixed", "faults"), severities=(5,), resamples=5, reliance=True
)


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 32)) for seed in range(5)]


@pytest.fixture(scope="module")
def readers(rooms):
    mango = tiny_mango()
    ways = [reader_of(mango, way, mango.encode(rooms)) for way in ("guess", "mean")]
    return [*ways, reader_of(tiny_alignmamba())]


class KilledError(Exception):
    """Stands for a kill."""


class Asked(list):
    """What models were asked, and after how many questions they are killed."""

    killed_at = ()


@pytest.fixture
def asked(monkeypatch):
    """Count how often models are asked; two samples at once."""
    monkeypatch.setattr(module, "CHUNK", 2)
    count = Asked()
    for kind in (DenseReader, MangoReader):
        say = kind.say

        def counted(self, batch, present, say=say):
            count.append(present)
            if len(count) in count.killed_at:
                raise KilledError
            return say(self, batch, present)

        monkeypatch.setattr(kind, "say", counted)
    return count


def figures(report):
    return replace(report, seconds=0.0).to_json()


def test_after_a_kill_no_more_than_what_was_under_way_is_asked_again(
    readers, rooms, asked, tmp_path
):
    whole = study(readers, rooms, SETTINGS, data="rooms")
    in_all = len(asked)
    asked.clear()
    asked.killed_at = (2, 9, in_all // 2)

    def resume():
        parts = KeptParts(tmp_path / "parts")
        return study(readers, rooms, SETTINGS, data="rooms", parts=parts)

    for _ in asked.killed_at:
        with pytest.raises(KilledError):
            resume()
    report = resume()
    assert figures(report) == figures(whole)
    # Of each kill: the subsets of two samples, and whole ones for a second reader.
    assert in_all < len(asked) <= in_all + 4 * len(asked.killed_at)
    asked.clear()
    assert figures(resume()) == figures(whole)
    assert asked == []


@pytest.mark.parametrize("change", ["weights", "way", "samples", "commit"])
def test_what_was_made_of_something_else_is_not_taken(
    change, rooms, asked, tmp_path, monkeypatch
):
    settings = StudySettings(protocols=("fixed",), reliance=False, resamples=5)
    mango, parts = tiny_mango(), KeptParts(tmp_path)
    study([reader_of(mango)], rooms, settings, data="rooms", parts=parts)
    way, others = "guess", rooms
    if change == "weights":
        mango = tiny_mango(1)
    elif change == "way":
        way = "zeros"
    elif change == "samples":
        depth = rooms[0].depth_m.copy()
        depth[3, 3] += 1e-3
        others = [replace(rooms[0], depth_m=depth), *rooms[1:]]
    else:
        monkeypatch.setattr(kept_parts, "read_commit", lambda: "another")
    asked.clear()
    parts = KeptParts(tmp_path)
    study([reader_of(mango, way)], others, settings, data="rooms", parts=parts)
    chunks = 1 if change == "samples" else 3
    assert len(asked) == 3 * chunks


def test_a_damaged_part_is_made_anew(tmp_path):
    parts, made = KeptParts(tmp_path), []

    def make():
        made.append(1)
        return {"x": np.arange(3)}

    for _ in range(2):
        np.testing.assert_array_equal(parts.take(make, "a")["x"], [0, 1, 2])
    assert len(made) == 1
    (file,) = tmp_path.iterdir()
    for data in (b"", file.read_bytes()[:-40], b"not an archive at all"):
        file.write_bytes(data)
        np.testing.assert_array_equal(parts.take(make, "a")["x"], [0, 1, 2])
    assert len(made) == 4


def test_prints_tell_things_apart_and_are_the_same_in_another_process():
    things = [
        *(1, 1.0, True, None, "1", "", (), [], ("a", "b"), ("ab",), {"a": 1}),
        *(np.zeros(2), np.zeros((2, 1)), np.zeros(2, np.float32), torch.ones(2)),
        *(tiny_mango(), tiny_mango(1), tiny_alignmamba()),
        *(render_room(1, (32, 32)), render_room(2, (32, 32)), render_utterance(1)),
    ]
    prints = [print_of(thing) for thing in things]
    alike = {(6, 7)}  # an empty tuple and an empty list
    for i, one in enumerate(prints):
        for j, other in enumerate(prints):
            assert (one == other) == (i == j or (min(i, j), max(i, j)) in alike)
    code = f"from {__name__} import same_print; print(same_print())"
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told.strip() == same_print()


def same_print():
    """Return what tells a model and a table apart, the weights those of no drawing."""
    mango = tiny_mango()
    with torch.no_grad():
        for place, weights in enumerate(mango.state_dict().values()):
            weights.fill_(place)
    return print_of(mango, {"a": (1, "b")})


def test_a_command_that_is_killed_goes_on(tiny_checkpoints, tmp_path):
    parts = tmp_path / "parts"
    words = [
        *(sys.executable, "-m", "fusionviz", "robustness", "mango-tiny"),
        *("--protocol", "fixed", "--protocol", "faults", "--count", "20"),
        *("--absence", "guess", "--resamples", "5", "--json", "--device", "cpu"),
    ]
    environment = {**os.environ, "FUSIONVIZ_CHECKPOINTS": str(tiny_checkpoints)}

    def start(*more):
        return subprocess.Popen(
            [*words, *more], cwd=ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    killed = start("--parts", str(parts))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(list(parts.glob("*.npz"))) < 5:
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    before = {one.name: one.stat().st_mtime_ns for one in parts.glob("*.npz")}
    assert len(before) >= 5
    resumed = start("--parts", str(parts))
    found, errors = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, errors
    after = {one.name: one.stat().st_mtime_ns for one in parts.glob("*.npz")}
    assert len(after) > len(before)
    assert before.items() <= after.items()
    truth, _ = start().communicate(timeout=300)
    tables = [json.loads(text) for text in (found, truth)]
    for table in tables:
        table.pop("seconds")
    assert tables[0] == tables[1]

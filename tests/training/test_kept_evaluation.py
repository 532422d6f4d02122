"""An evaluation that is killed goes on where it was, and tells what it would have."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from fusionviz.data.faults.missing import drop_at_random
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.models.checkpoints import ModelCard, list_checkpoints, save_checkpoint
from fusionviz.training.kept_parts import NOT_KEPT, KeptParts, print_of
from fusionviz.training.measure import measure
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.alignmamba_sequence import AlignMambaSequenceTask
from fusionviz.training.tasks.mango_flow import MangoFlowTask
from tests.helpers.app.pages import ROOT
from tests.helpers.tiny_models import tiny_mango, tiny_sentiment

ROOMS = [render_room(seed, (32, 32)) for seed in range(9)]
SPOKEN = [render_utterance(seed) for seed in range(11)]
CASES = {
    "pictures": (tiny_mango, MangoFlowTask(), ROOMS),
    "sequences": (tiny_sentiment, AlignMambaSequenceTask(distances=5), SPOKEN),
    "incomplete": (
        tiny_sentiment,
        AlignMambaSequenceTask(distances=5),
        drop_at_random(SPOKEN, 0.1, ("video", "audio", "text"), exact=True, seed=1),
    ),
}


class KilledError(Exception):
    """Stands for a kill."""


class Asked(list):
    """How many samples each call measured, and which call is killed."""

    killed_at = 0


@pytest.fixture
def asked(monkeypatch):
    """Measure two samples at once, and list what is measured."""
    calls = Asked()
    for kind in (MangoFlowTask, AlignMambaSequenceTask):
        evaluate = kind.evaluate

        def counted(self, model, samples, device, evaluate=evaluate):
            calls.append(len(samples))
            if len(calls) == calls.killed_at:
                raise KilledError
            return evaluate(self, model, samples, device)

        monkeypatch.setattr(kind, "evaluation_batch", 2)
        monkeypatch.setattr(kind, "evaluate", counted)
    return calls


def measured(case, parts):
    make, task, samples = CASES[case]
    model = make()
    return measure(model, task, samples, next(model.parameters()).device, parts=parts)


def assert_same(found, truth):
    assert found.keys() == truth.keys()
    for name, one in truth.items():
        np.testing.assert_array_equal(found[name].values, one.values, err_msg=name)
        assert found[name].of_first == one.of_first
        assert found[name].has_interval == one.has_interval
        figures = [item.statistic(item.values) for item in (found[name], one)]
        assert figures[0] == pytest.approx(figures[1], nan_ok=True), name


@pytest.mark.parametrize("case", CASES)
def test_after_a_kill_no_more_than_a_batch_is_measured_again(case, asked, tmp_path):
    truth = measured(case, NOT_KEPT)
    for asked.killed_at in (1, 3, 3):
        asked.clear()
        with pytest.raises(KilledError):
            measured(case, KeptParts(tmp_path))
    kept = len(list(tmp_path.iterdir()))
    asked.clear()
    asked.killed_at = 0
    assert_same(measured(case, KeptParts(tmp_path)), truth)
    parts = len(list(tmp_path.iterdir()))
    assert 0 < kept < parts
    assert len(asked) <= 2 + parts - kept  # the two for what figures values make
    asked.clear()
    assert_same(measured(case, KeptParts(tmp_path)), truth)
    assert sum(asked) <= 4


def test_what_was_made_of_something_else_is_not_taken(asked, tmp_path):
    task, parts = MangoFlowTask(), KeptParts(tmp_path)
    device = next(tiny_mango().parameters()).device
    measure(tiny_mango(), task, ROOMS[:4], device, parts=parts)
    for model, other, samples in (
        (tiny_mango(1), task, ROOMS[:4]),
        (tiny_mango(), MangoFlowTask(segmentation=0.5), ROOMS[:4]),
        (tiny_mango(), task, ROOMS[4:8]),
    ):
        asked.clear()
        measure(model, other, samples, device, parts=KeptParts(tmp_path))
        assert asked == [2, 2]


def prints_of_tasks():
    """Return what names each shipped checkpoint's task."""
    cards = list_checkpoints(ROOT / "checkpoints")
    return [print_of(make_task(card.task, card.task_options)) for card in cards]


def test_tasks_have_the_same_names_in_another_process():
    code = f"from {__name__} import *; print(*prints_of_tasks())"
    told = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert told.split() == prints_of_tasks()
    assert len({*told.split()}) > 5


def test_a_command_that_is_killed_goes_on(tmp_path):
    parts = tmp_path / "parts"
    options = {"distances": 40}
    card = ModelCard(name="tiny", task="alignmamba-sequence", task_options=options)
    save_checkpoint(tiny_sentiment(), card, tmp_path)
    words = [
        *(sys.executable, "-m", "fusionviz", "evaluate", str(tmp_path / "tiny.json")),
        *("--data", "sentiment", "--count", "300", "--missing", "random"),
        *("--resamples", "5", "--json", "--device", "cpu"),
    ]

    def start(*more):
        return subprocess.Popen(
            [*words, *more], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def kept():
        return {one.name: one.stat().st_mtime_ns for one in parts.glob("*.npz")}

    killed = start("--parts", str(parts))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and len(kept()) < 5:
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    before = kept()
    assert len(before) >= 5
    resumed = start("--parts", str(parts))
    found, errors = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, errors
    assert before.items() <= kept().items()
    assert len(before) < len(kept())
    truth, errors = start().communicate(timeout=300)
    tables = [json.loads(text) for text in (found, truth)]
    for table in tables:
        table.pop("seconds")
    assert tables[0] == tables[1], errors

"""What two processes measure together is what one measures."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.part import Part, SampleNoise
from fusionviz.training.processes import SINGLE, Processes, launched
from tests.helpers import measured, toy

PROJECT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def run_two(*words):
    """Run a module in two processes that know each other; return what they print."""
    shared = {
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "ACCELERATE_USE_CPU": "true",
        "OMP_NUM_THREADS": "1",
    }
    both = [
        subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            cwd=PROJECT,
            env={**os.environ, **shared, "RANK": str(k), "LOCAL_RANK": str(k)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for k in range(2)
    ]
    said = [process.communicate(timeout=240) for process in both]
    for process, (_, errors) in zip(both, said, strict=True):
        assert process.returncode == 0, errors
    return [printed for printed, _ in said]


def test_figures_of_two_processes_are_those_of_one(tmp_path):
    run_two("tests.helpers.measured", tmp_path)
    found = json.loads((tmp_path / "0.json").read_text())
    truth = json.loads(json.dumps(measured.measure_all(SINGLE)))
    assert {"miou", "bits_per_dim", "inverse_error"} <= set(truth["mango"])
    assert {"mae", "correlation", "alignment_score", "a_distance_video_after"} <= set(
        truth["sentiment"]
    )
    for case, figures in truth.items():
        assert found[case].keys() == figures.keys()
        for metric, table in figures.items():
            for part, value in table.items():
                got = found[case][metric][part]
                if metric.startswith("inverse_error"):  # of rounding alone
                    assert got == value or 0 < got < 1e-3, (metric, part)
                else:
                    assert got == pytest.approx(value, rel=1e-4, abs=1e-6), metric
    others = json.loads((tmp_path / "1.json").read_text())
    assert others == {"mango": {}, "sentiment": {}}


def test_two_processes_train_and_save_what_one_measures(tmp_path):
    run_two("tests.helpers.toy", "train", tmp_path, "--save-minutes", "9")
    toy.install()
    card = json.loads((tmp_path / "toy.json").read_text())
    again = evaluate_checkpoint(
        str(tmp_path / "toy.json"), "toy", device="cpu", resamples=50
    )
    assert again["samples"] == 50
    for part, value in again["metrics"]["mae"].items():
        assert card["metrics"]["mae"][part] == pytest.approx(value, rel=1e-5)
    rows = (tmp_path / "log.csv").read_text().splitlines()
    checks = [row.split(",")[:2] for row in rows if "validation/mae" in row]
    assert checks == [["1", "20"], ["1", "40"], ["2", "20"], ["2", "40"]]


def test_the_command_measures_in_two_processes_and_one_tells(tmp_path, monkeypatch):
    from tests.helpers.tiny_models import write_tiny_checkpoints

    write_tiny_checkpoints(tmp_path)
    card = tmp_path / "mango-tiny.json"
    table = json.loads(card.read_text())
    table |= {"task": "mango-flow", "task_options": {"noise": 0.0}}
    card.write_text(json.dumps(table))
    words = ("evaluate", card, "--data", "rooms", "--count", "5", "--resamples", "9")
    first, second = run_two("fusionviz", *words, "--device", "cpu", "--json")
    assert second == ""
    told = json.loads(first)
    truth = evaluate_checkpoint(str(card), "rooms", count=5, resamples=9, device="cpu")
    assert told["samples"] == 5
    for metric, part in truth["metrics"].items():
        if metric != "inverse_error":
            assert told["metrics"][metric] == pytest.approx(part, rel=1e-4), metric


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("together", [0, 3, 50])
@pytest.mark.parametrize("samples", [0, 1, 5, 20, 37])
def test_shares_are_all_samples_once_in_order(count, together, samples):
    shares = [
        Processes(number=number, count=count).share(samples, together)
        for number in range(count)
    ]
    assert [index for share in shares for index in share] == list(range(samples))
    assert len(shares[0]) >= min(together, samples)
    if together == 0:
        sizes = [len(share) for share in shares]
        assert max(sizes) - min(sizes) <= 1


def test_a_part_reads_what_is_asked_for_alone():
    asked = []

    class Samples(list):
        def __getitem__(self, index):
            asked.append(index)
            return super().__getitem__(index)

    part = Part(Samples("abcdefg"), range(2, 6))
    assert len(part) == 4
    assert part[1] == "d"
    assert list(part[2:]) == ["e", "f"]
    assert asked == [3, 4, 5]
    with pytest.raises(IndexError):
        part[4]


def test_noise_is_a_sample_s_own():
    x = torch.zeros(7, 4, 8)

    def noise(samples, sizes):
        drawn = SampleNoise(samples)
        return torch.cat(
            [
                torch.randn(some.shape, generator=drawn.generator_at(some))
                for some in x[: len(samples)].split(sizes)
            ]
        )

    whole = noise(range(7), [2, 2, 3])
    part = Part(range(7), range(2, 7))
    torch.testing.assert_close(noise(part, [1, 4]), whole[2:], rtol=0, atol=0)
    of_part = Part([5, 6], range(2), part.first + 3)
    torch.testing.assert_close(noise(of_part, [2]), whole[5:], rtol=0, atol=0)


def test_alone_nothing_is_launched(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with launched("cpu") as processes:
        assert processes == SINGLE

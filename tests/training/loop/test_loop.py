"""A run is a function of its recipe, however often and wherever it is cut."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch

from fusionviz.errors import CheckpointError, FusionvizError, InputError
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.loop.interrupt import Stopped, StopRequest, stop_if_wanted
from fusionviz.training.loop.order import sample_indices
from fusionviz.training.loop.state import FILE_NAME, read_state
from fusionviz.training.train import train
from tests.helpers import toy

PROJECT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _toy():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    toy.install()
    hooks = ("on_loss", "on_evaluate", "on_initialise")
    for name in hooks:
        setattr(toy.ToyTask, name, None)
    yield
    for name in hooks:
        setattr(toy.ToyTask, name, None)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The folder of a run that nothing disturbed."""
    toy.install()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("uninterrupted")
    train(toy.make_recipe(), folder, device="cpu")
    torch.set_num_threads(threads)
    return folder


def weights_of(folder):
    return safetensors.torch.load_file(folder / "toy.safetensors")


def rows_of(folder):
    """The log without its seconds."""
    with (folder / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def assert_same_run(folder, other):
    ours, theirs = weights_of(folder), weights_of(other)
    assert ours.keys() == theirs.keys()
    for name, weights in ours.items():
        assert torch.equal(weights, theirs[name]), name
    assert rows_of(folder) == rows_of(other)


def start_toy(*words, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.toy", *map(str, words)],
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return errors


def test_a_run_trains_and_saves_a_model_with_its_card(uninterrupted):
    model = load_checkpoint(uninterrupted / "toy.json", "cpu")
    card = model.card
    assert not model.training
    assert not any(weights.requires_grad for weights in model.parameters())
    assert card.steps == 80
    assert card.task == "toy"
    assert card.class_names == ("low", "high")
    assert (
        card.metrics["mae"].low < card.metrics["mae"].value < card.metrics["mae"].high
    )
    assert toy.Recipe.from_table(card.recipe) == toy.make_recipe()
    validated = [r for r in rows_of(uninterrupted) if r["metric"] == "validation/mae"]
    assert [(r["stage"], r["step"]) for r in validated] == [
        ("1", "20"),
        ("1", "40"),
        ("2", "20"),
        ("2", "40"),
    ]
    errors = [float(row["value"]) for row in validated]
    assert errors[-1] < 0.95 * errors[0]


def place_of(state):
    """The stage and step of a state, of one opening: a run may replace the file."""
    content = state.read_bytes()
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    position = json.loads(metadata["position"])
    return position["stage"], position["step"]


def test_a_killed_run_continues_to_the_very_same_weights(uninterrupted, tmp_path):
    process = start_toy("train", tmp_path, "--pause", "0.05")
    deadline = time.monotonic() + 100
    place = (0, 0)
    while place < (1, 10):  # in the second stage, with moments and averages
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
        if (tmp_path / FILE_NAME).exists():
            place = place_of(tmp_path / FILE_NAME)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "toy.safetensors").exists()
    train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_the_run_continues(uninterrupted, tmp_path, number):
    def interrupt(calls):
        if calls == 25:
            os.kill(os.getpid(), number)

    toy.ToyTask.on_loss = interrupt
    before = signal.getsignal(number)
    assert not train(toy.make_recipe(), tmp_path, device="cpu")
    assert signal.getsignal(number) is before
    position, _ = read_state(tmp_path)
    assert (position.stage, position.step) == (0, 25)
    toy.ToyTask.on_loss = None
    assert train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


LONG = 100
"""Seconds of what is cut off. No busy machine is that slow."""


def stop_now(wanted=True):
    """Ask this process to stop, and be slow to answer."""
    if wanted:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LONG)


def stopped_run(folder, **options):
    """Train until it is stopped, and return the place of its state."""
    began = time.monotonic()
    assert not train(toy.make_recipe(), folder, device="cpu", **options)
    assert time.monotonic() - began < LONG / 2
    position, _ = read_state(folder)
    for name in ("on_loss", "on_evaluate", "on_initialise"):
        setattr(toy.ToyTask, name, None)
    return position.stage, position.step


@pytest.mark.parametrize("which", [1, 2, 4])
def test_a_measurement_is_cut_off_and_made_when_it_goes_on(
    uninterrupted, tmp_path, which
):
    """Also the last one of a stage and of the run."""
    count = []

    def interrupt(samples):
        count.append(1)
        stop_now(len(count) == which)

    toy.ToyTask.on_evaluate = interrupt
    places = {1: (0, 20), 2: (0, 40), 4: (1, 40)}
    assert stopped_run(tmp_path) == places[which]
    assert len(rows_of(tmp_path)) < len(rows_of(uninterrupted))
    assert train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


def test_the_measurement_at_the_end_is_cut_off_too(uninterrupted, tmp_path):
    toy.ToyTask.on_evaluate = lambda samples: stop_now(len(samples) == 50)
    assert stopped_run(tmp_path) == (2, 0)
    assert not (tmp_path / "toy.safetensors").exists()
    assert train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


def test_what_sets_a_stage_up_is_cut_off(uninterrupted, tmp_path):
    toy.ToyTask.on_initialise = stop_now
    assert stopped_run(tmp_path) == (0, 0)
    assert train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


def test_a_file_stops_a_run_once(uninterrupted, tmp_path):
    def interrupt(samples):
        (tmp_path / "stop").touch()
        time.sleep(LONG)

    toy.ToyTask.on_evaluate = interrupt
    assert stopped_run(tmp_path) == (0, 20)
    assert train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


def test_work_in_pieces_ends_between_them_in_any_thread():
    stop_if_wanted()
    with StopRequest() as stop:
        stop_if_wanted()
        stop.wanted = True
        with ThreadPoolExecutor() as pool, pytest.raises(Stopped):
            pool.submit(stop_if_wanted).result()
        with pytest.raises(Stopped), stop.at_once():
            raise AssertionError("it was begun")
    stop_if_wanted()


def test_of_several_processes_none_leaves_the_others():
    with StopRequest(cuts=False) as stop:
        stop.wanted = True
        stop_if_wanted()
        with stop.at_once():
            pass


def test_a_finished_run_can_be_measured_again(uninterrupted, tmp_path):
    (tmp_path / FILE_NAME).write_bytes((uninterrupted / FILE_NAME).read_bytes())
    (tmp_path / "log.csv").write_bytes((uninterrupted / "log.csv").read_bytes())
    train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    assert_same_run(tmp_path, uninterrupted)


def test_the_loop_is_adamw_over_the_batches(tmp_path):
    """A written-out loop of the same recipe gives the same weights."""
    recipe = toy.make_recipe(
        steps=12, ema=0.0, clip=0.0, schedule="constant", options={"noise": 0.0}
    ).override("model.config.dropout=0.0")
    recipe = replace(recipe, stage=recipe.stage[1:])
    train(recipe, tmp_path, device="cpu")

    torch.manual_seed(recipe.seed)
    model = toy.Toy(toy.ToyConfig(dropout=0.0))
    data = torch.tensor(toy.load_toy("train"), dtype=torch.float32)
    order = [sample_indices(37, 8, seed=3, stage=0, step=step) for step in range(16)]
    first = np.concatenate(order)  # 128 samples
    model.scale.copy_(data[first, :3].std(dim=0))
    groups = [
        {"params": [model.head.weight], "weight_decay": 0.01, "factor": 1},
        {"params": [model.head.bias], "weight_decay": 0.0, "factor": 1},
        {"params": [model.gate], "weight_decay": 0.0, "factor": 5},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    for step, indices in enumerate(order[:12]):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * group["factor"] * min((step + 1) / 6, 1)
        optimizer.zero_grad()
        (model(data[indices, :3]) - data[indices, 3]).square().mean().backward()
        optimizer.step()
    for name, weights in weights_of(tmp_path).items():
        torch.testing.assert_close(weights, model.state_dict()[name])


def test_parts_of_a_batch_add_up(tmp_path):
    results = []
    for parts in (1, 4):
        folder = tmp_path / str(parts)
        recipe = toy.make_recipe(
            steps=10, accumulate=parts, options={"noise": 0.0}
        ).override("model.config.dropout=0.0")
        train(recipe, folder, device="cpu")
        results.append(weights_of(folder))
    for name, weights in results[0].items():
        torch.testing.assert_close(weights, results[1][name])


def test_two_processes_find_the_gradients_of_one(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    places = [
        {"RANK": str(k), "LOCAL_RANK": str(k), "WORLD_SIZE": "2"} for k in range(2)
    ]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    shared["ACCELERATE_USE_CPU"] = "true"
    both = [
        start_toy("gradients", tmp_path / "two", **place, **shared) for place in places
    ]
    toy.find_gradients(tmp_path / "one")
    for process in both:
        finish(process)
    one = safetensors.torch.load_file(tmp_path / "one" / "0.safetensors")
    assert set(one) == {"codec.weight", "codec.bias", "head.weight", "head.bias"}
    for process in ("0", "1"):
        two = safetensors.torch.load_file(tmp_path / "two" / f"{process}.safetensors")
        for name, gradient in one.items():
            assert gradient.abs().max() > 1e-3
            torch.testing.assert_close(two[name], gradient, rtol=1e-12, atol=1e-12)


def free_port():
    import socket

    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def test_a_step_without_a_finite_loss_is_skipped_and_counted(tmp_path):
    options = {"fail_from": 5, "fail_steps": 3}
    train(toy.make_recipe(steps=12, options=options), tmp_path, device="cpu")
    last = [r for r in rows_of(tmp_path) if r["metric"] == "skipped"][-1]
    assert float(last["value"]) == 3
    assert all(weights.isfinite().all() for weights in weights_of(tmp_path).values())


def test_many_steps_without_a_finite_loss_end_the_run(tmp_path):
    options = {"fail_from": 2, "fail_steps": 100}
    with pytest.raises(FusionvizError, match="10 steps in a row, up to step 12"):
        train(toy.make_recipe(options=options), tmp_path, device="cpu")


@pytest.mark.parametrize("capability", ["AVX512", "AVX2", "DEFAULT"])
def test_bfloat16_reaches_the_loss_where_it_is_quick(tmp_path, monkeypatch, capability):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    recipe = toy.make_recipe(steps=3, precision="bf16")
    seen = []

    def look(calls):
        seen.append(torch.is_autocast_enabled("cpu"))

    toy.ToyTask.on_loss = look
    train(recipe, tmp_path, device="cpu")
    assert seen == [capability == "AVX512"] * 6
    assert all(item.dtype == torch.float32 for item in weights_of(tmp_path).values())


def test_a_run_starts_from_a_checkpoint(uninterrupted, tmp_path):
    start = str(uninterrupted / "toy.json")
    recipe = toy.make_recipe(steps=1, learning_rate=1e-9, weight_decay=0.0)
    recipe = recipe.override(f'model.start="{start}"')
    train(recipe, tmp_path, device="cpu")
    ours, theirs = weights_of(tmp_path), weights_of(uninterrupted)
    for name in ("codec.weight", "gate"):
        torch.testing.assert_close(ours[name], theirs[name])


def test_a_finished_run_goes_on_with_a_further_stage(uninterrupted, tmp_path):
    folder = tmp_path / "longer"
    shutil.copytree(uninterrupted, folder)
    recipe = toy.make_recipe()
    last = replace(recipe.stage[-1], steps=6)
    longer = replace(recipe, stage=(*recipe.stage, last))
    assert train(longer, folder, resume=True, device="cpu")
    rows = (folder / "log.csv").read_text()
    assert rows.startswith((uninterrupted / "log.csv").read_text())
    assert len(rows) > len((uninterrupted / "log.csv").read_text())
    with pytest.raises(InputError, match="another 'stage'"):
        train(recipe, folder, resume=True, device="cpu")
    other = replace(recipe, stage=(recipe.stage[0], last, last))
    with pytest.raises(InputError, match="another 'stage'.* after number 2 may be"):
        train(other, uninterrupted, resume=True, device="cpu")


def test_a_stage_that_has_not_begun_may_be_another(tmp_path):
    recipe = toy.make_recipe(steps=6)
    first = replace(recipe, stage=recipe.stage[:1])
    assert train(first, tmp_path / "run", device="cpu")
    shutil.copytree(tmp_path / "run", tmp_path / "other")
    assert train(recipe, tmp_path / "run", resume=True, device="cpu")
    last = replace(recipe.stage[1], steps=9)
    other = replace(recipe, stage=(recipe.stage[0], last))
    assert train(other, tmp_path / "other", resume=True, device="cpu")
    assert train(recipe, tmp_path / "whole", device="cpu")
    torch.testing.assert_close(
        weights_of(tmp_path / "run"), weights_of(tmp_path / "whole"), rtol=0, atol=0
    )


def test_what_does_not_fit_is_said(uninterrupted, tmp_path):
    with pytest.raises(InputError, match="--resume"):
        train(toy.make_recipe(), uninterrupted, device="cpu")
    changed = toy.make_recipe().override("seed=4")
    with pytest.raises(InputError, match="another 'seed'"):
        train(changed, uninterrupted, resume=True, device="cpu")
    with pytest.raises(CheckpointError, match="no run to resume"):
        train(toy.make_recipe(), tmp_path, resume=True, device="cpu")
    with pytest.raises(InputError, match="got 8 and 1 x 3"):
        train(toy.make_recipe(accumulate=3), tmp_path / "a", device="cpu")
    with pytest.raises(InputError, match="no parameter of the model fits 'codex'"):
        train(toy.make_recipe(frozen=["codex"]), tmp_path / "b", device="cpu")


def test_a_damaged_state_is_refused(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"not a state")
    with pytest.raises(CheckpointError, match="damaged"):
        train(toy.make_recipe(), tmp_path, resume=True, device="cpu")

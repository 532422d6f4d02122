"""Too little memory ends in a sentence with something smaller to do."""

import numpy as np
import pytest
import streamlit as st
import torch
from typer.testing import CliRunner

from fusionviz.cli import app as commands
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import MemoryLackError, is_of_memory, says_memory_lacks
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.train import train
from fusionviz.ui.shared.jobs import Job
from fusionviz.ui.shared.notices import NO_MEMORY, forget_everything
from tests.helpers import toy
from tests.helpers.app.pages import run_page
from tests.helpers.files.rgbd_bytes import npy_bytes, png_bytes
from tests.helpers.scarce import with_little_memory

OF_TORCH = (
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate "
    "memory: you tried to allocate 400000000000 bytes. Error code 12"
)
OF_CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has 139 GiB."
LACKS = {
    "Python": MemoryError(),
    "CPU": RuntimeError(OF_TORCH),
    "CUDA": torch.OutOfMemoryError(OF_CUDA),
}


def test_torch_says_that_it_lacks_memory_as_it_is_known():
    with pytest.raises(RuntimeError) as raised:
        torch.empty(10**14)
    assert is_of_memory(raised.value)
    with pytest.raises(MemoryError) as of_numpy:
        np.empty(10**14)
    assert is_of_memory(of_numpy.value)


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_every_lack_of_memory_is_told(error):
    with (
        pytest.raises(MemoryLackError, match=r"^No plan: .* memory .*; be small\.$"),
        says_memory_lacks("No plan", "be small"),
    ):
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), OSError("no file")])
def test_other_errors_stay_what_they_are(error):
    assert not is_of_memory(error)
    with pytest.raises(type(error), match=str(error)), says_memory_lacks("a", "b"):
        raise error


LARGE = np.full((4900, 5000), 2.5)


@pytest.mark.parametrize(
    "data",
    [npy_bytes(LARGE.astype("f2")), png_bytes(LARGE.astype("u1"), 8, 0)],
    ids=["NPY", "PNG"],
)
def test_a_picture_that_needs_more_memory_than_there_is_is_refused(data):
    told = with_little_memory(150_000_000, read_pair, None, data)
    assert told.startswith(("InputError: ", "MemoryLackError: ")), told
    assert "memory" in told
    assert "smaller" in told
    assert "damaged" not in told


def test_small_weights_are_read_in_little_memory(tiny_checkpoints):
    told = with_little_memory(500_000_000, _read_name, tiny_checkpoints / "mango-tiny")
    assert told == "mango-tiny"


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_loading_says_the_name_and_something_smaller(
    error, tiny_checkpoints, monkeypatch
):
    def lack(*args, **kwargs):
        raise error

    monkeypatch.setattr("fusionviz.models.checkpoints.make_model", lack)
    with pytest.raises(MemoryLackError, match="mango-tiny.*fewer parameters"):
        load_checkpoint(tiny_checkpoints / "mango-tiny", "cpu")


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_training_says_how_to_read_fewer_at_once_and_keeps_its_state(error, tmp_path):
    toy.install()
    whole = tmp_path / "whole"
    train(toy.make_recipe(), whole, device="cpu")

    def lack(calls):
        if calls == 15:
            raise error

    toy.ToyTask.on_loss = lack
    recipe = toy.make_recipe().override("save_minutes=1e-9")
    try:
        with pytest.raises(MemoryLackError, match=r"8 samples at once.*accumulate=2"):
            train(recipe, tmp_path / "cut", device="cpu")
    finally:
        toy.ToyTask.on_loss = None
    assert train(toy.make_recipe(), tmp_path / "cut", resume=True, device="cpu")
    ours, theirs = (
        load_checkpoint(place / "toy.json", "cpu").state_dict()
        for place in (tmp_path / "cut", whole)
    )
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_a_command_says_it_in_a_line(error, monkeypatch):
    def lack(*args, **kwargs):
        raise error

    monkeypatch.setattr("fusionviz.training.evaluation.evaluate_checkpoint", lack)
    result = CliRunner().invoke(commands, ["evaluate", "mango-rooms"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "fewer samples" in result.stderr


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_long_work_says_it(error):
    def lack(tell):
        raise error

    job = Job(lack)
    job.wait(10)
    assert job.error == NO_MEMORY
    assert not job.running


@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS)
def test_the_app_says_it_lets_go_of_what_it_keeps_and_lives_on(
    error, monkeypatch, tiny_checkpoints
):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    cleared, turn = [], _Raising(error)

    def forget():
        cleared.append(1)
        forget_everything()

    monkeypatch.setattr("fusionviz.ui.shared.notices.forget_everything", forget)
    monkeypatch.setattr("fusionviz.ui.shared.cache.MODEL_WORK", turn)
    st.cache_resource.clear()
    app = run_page("pages/attention.py", {"seed": "4242"})
    assert not app.exception
    assert NO_MEMORY in [one.value for one in app.error]
    assert cleared
    turn.error = None  # there is memory again
    app.run()
    assert not app.exception
    assert not app.error
    assert app.get("plotly_chart")
    st.cache_resource.clear()  # nothing keeps this turn


def _read_name(path):
    return load_checkpoint(path, "cpu").card.name


class _Raising:
    """A semaphore whose holder finds no memory, while there is an error."""

    def __init__(self, error):
        self.error = error

    def __enter__(self):
        if self.error is not None:
            raise self.error

    def __exit__(self, *args):
        return None

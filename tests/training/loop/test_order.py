"""Which samples a step takes, and what its randomness is."""

import threading
import time

import numpy as np
import pytest
import torch

from fusionviz.training.loop.order import StepSeed, make_ahead, sample_indices


def test_every_epoch_takes_every_sample_once():
    steps = [sample_indices(10, 4, seed=1, stage=0, step=step) for step in range(15)]
    epochs = np.concatenate(steps).reshape(6, 10)
    assert (np.sort(epochs, axis=1) == np.arange(10)).all()
    assert len({tuple(epoch) for epoch in epochs.tolist()}) == 6


@pytest.mark.parametrize("change", [{"seed": 2}, {"stage": 1}, {"step": 1}])
def test_the_order_depends_on_seed_stage_and_step(change):
    place = {"seed": 1, "stage": 0, "step": 0}
    one = sample_indices(1000, 16, **place)
    assert (one == sample_indices(1000, 16, **place)).all()
    assert (one != sample_indices(1000, 16, **{**place, **change})).any()


def test_a_batch_can_be_larger_than_the_data():
    indices = sample_indices(3, 8, seed=0, stage=0, step=0)
    assert sorted(indices[:3]) == [0, 1, 2]
    assert len(indices) == 8


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"stage": 1}, {"step": 1}, {"process": 1}]
)
def test_noise_is_a_function_of_the_step(change):
    place = {"seed": 1, "stage": 0, "step": 0}
    cpu = torch.device("cpu")

    def draw(seed):
        generator = seed.torch(cpu)
        drawn = torch.rand(3, generator=generator), torch.rand(3)
        return torch.cat(drawn).tolist() + seed.numpy().random(3).tolist()

    one = draw(StepSeed(**place))
    assert one == draw(StepSeed(**place))
    other = draw(StepSeed(**{**place, **change}))
    assert all(a != b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_made_ahead_comes_in_order(workers):
    def make(step):
        time.sleep(0.002 * (step % 3))
        return step, threading.current_thread()

    made = list(make_ahead(make, range(20), workers=workers))
    assert [step for step, _ in made] == list(range(20))
    assert all(thread is not threading.current_thread() for _, thread in made)


def test_an_error_in_the_background_arrives():
    def make(step):
        return 1 / (step - 2)

    batches = make_ahead(make, range(5))
    assert [next(batches), next(batches)] == [-0.5, -1.0]
    with pytest.raises(ZeroDivisionError):
        next(batches)

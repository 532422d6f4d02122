"""Which parameters are trained, how fast, and their moving average."""

import math

import pytest
import torch
from torch import nn

from fusionviz.errors import InputError
from fusionviz.training.loop.ema import MovingAverage
from fusionviz.training.parameters import (
    choose_trainable,
    make_optimizer,
    matches,
    schedule,
    set_learning_rate,
)
from fusionviz.training.recipes import Stage


def make_stage(**options):
    needed = {"task": "toy", "steps": 100, "batch": 1, "learning_rate": 0.1}
    return Stage(**{**needed, **options})


@pytest.fixture
def model():
    torch.manual_seed(0)
    flow = nn.ModuleList([nn.Linear(2, 2), nn.BatchNorm1d(2)])
    return nn.ModuleDict({"codec": nn.Linear(2, 2), "flow": flow})


def trainable_names(model):
    return {name for name, weights in model.named_parameters() if weights.requires_grad}


def test_patterns_are_parents_or_globs():
    assert matches("codec.rgb.weight", ["codec"])
    assert matches("codec.rgb.weight", ["*.weight"])
    assert matches("flow.3.gate", ["x", "flow.*.gate"])
    assert not matches("codecs.weight", ["codec"])
    assert not matches("flow.codec.weight", ["codec"])


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, {"codec.weight", "codec.bias", "flow.0.weight", "flow.0.bias",
              "flow.1.weight", "flow.1.bias"}),
        ({"trainable": ("codec",)}, {"codec.weight", "codec.bias"}),
        ({"frozen": ("flow",)}, {"codec.weight", "codec.bias"}),
        ({"trainable": ("flow",), "frozen": ("*.bias",)},
         {"flow.0.weight", "flow.1.weight"}),
    ],
)  # fmt: skip
def test_a_stage_trains_what_it_says(model, options, names):
    model.requires_grad_(False)
    choose_trainable(model, make_stage(**options))
    assert trainable_names(model) == names


def test_nothing_to_train_is_refused(model):
    with pytest.raises(InputError, match="no parameter to train"):
        choose_trainable(model, make_stage(frozen=("codec", "flow")))
    with pytest.raises(InputError, match="fits 'gate'"):
        choose_trainable(model, make_stage(learning_rate_factors={"gate": 2.0}))


def test_groups_have_their_rate_and_decay(model):
    factors = {"flow": 2.0, "*.bias": 5.0}
    stage = make_stage(learning_rate_factors=factors, weight_decay=0.3)
    optimizer = make_optimizer(model, stage)
    assert set_learning_rate(optimizer, stage, 0) == pytest.approx(0.1)
    found = {
        name: (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for name, weights in model.named_parameters()
        if any(weights is item for item in group["params"])
    }
    assert found == {
        "codec.weight": (pytest.approx(0.1), 0.3),
        "codec.bias": (pytest.approx(0.5), 0.0),
        "flow.0.weight": (pytest.approx(0.2), 0.3),
        "flow.0.bias": (pytest.approx(1.0), 0.0),
        "flow.1.weight": (pytest.approx(0.2), 0.0),
        "flow.1.bias": (pytest.approx(1.0), 0.0),
    }


def test_the_learning_rate_rises_and_falls():
    stage = make_stage(warmup=10)
    shares = [schedule(stage, step) for step in range(100)]
    assert shares[0] == pytest.approx(1 / 11)
    assert shares[10] == 1.0
    assert shares[55] == pytest.approx(0.5)
    assert shares[32] == pytest.approx((1 + math.cos(math.pi * 22 / 90)) / 2)
    assert 0 < shares[99] < 1e-3
    assert schedule(make_stage(schedule="constant"), 99) == 1.0


def test_the_average_is_the_written_out_one(model):
    choose_trainable(model, make_stage(frozen=("codec",)))
    average = MovingAverage(model, 0.5)
    expected = {
        name: model.get_parameter(name).detach().clone()
        for name in trainable_names(model)
    }
    for update in range(1, 13):
        with torch.no_grad():
            for weights in model.parameters():
                weights.add_(torch.randn_like(weights))
        average.update(model)
        decay = min(0.5, (1 + update) / (10 + update))
        for name, value in expected.items():
            expected[name] = decay * value + (1 - decay) * model.get_parameter(name)
    assert average.average.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(average.average[name], value)


def test_weights_come_back_after_a_swap(model):
    average = MovingAverage(model, 0.9)
    start = {name: item.clone() for name, item in model.state_dict().items()}
    with torch.no_grad():
        model["codec"].weight.mul_(3)
    own = {name: item.clone() for name, item in model.state_dict().items()}
    with average.swapped_into(model):
        assert torch.equal(model["codec"].weight, start["codec.weight"])
    for name, item in model.state_dict().items():
        assert torch.equal(item, own[name])


def test_an_average_of_half_precision_weights_is_float32():
    model = nn.Linear(2, 2).to(torch.bfloat16)
    average = MovingAverage(model, 0.999)
    average.update(model)
    assert {item.dtype for item in average.average.values()} == {torch.float32}
    average.copy_to(model)
    assert model.weight.dtype == torch.bfloat16

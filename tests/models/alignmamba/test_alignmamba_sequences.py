"""Sequences as the model reads them, predictions by step, and gradients to the plan."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.models.alignmamba import AlignMambaInputs, sequence_inputs
from fusionviz.models.alignmamba.align import Tokens, align, move
from tests.helpers.alignmamba_models import (
    make_model,
    rgbd_config,
    sentiment_config,
    sentiment_inputs,
)

STEPS = 5


def make_sample(steps=STEPS, seed=0, names=("video", "audio", "text")):
    random = np.random.default_rng(seed)
    modalities = {
        "video": random.normal(size=(steps, 6)).astype(np.float32),
        "audio": random.normal(size=(steps, 3)).astype(np.float32),
        "text": random.integers(11, size=steps),
    }
    return SequenceSample(
        modalities={name: modalities[name] for name in names},
        target=np.arange(steps, dtype=np.float32),
    )


@pytest.fixture
def by_step():
    return make_model(sentiment_config(per_step=True, bidirectional=True))


def test_a_head_of_steps_gives_one_row_a_step(by_step):
    inputs = sentiment_inputs()
    mask = {"text": torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 1]]).bool()}
    logits = by_step(AlignMambaInputs(inputs, mask=mask)).logits
    assert logits.shape == (3, 2, 4)
    assert torch.equal((logits != 0).all(dim=1), mask["text"])
    pooled = make_model(sentiment_config())
    assert by_step.trace(AlignMambaInputs(inputs, mask=mask)).logits.shape == (3, 2, 4)
    assert pooled(AlignMambaInputs(inputs)).logits.shape == (3, 2)


def test_steps_are_those_of_the_sample_whatever_is_missing(by_step):
    whole, short = make_sample(), make_sample(3, seed=1)
    inputs = sequence_inputs([whole, short], by_step.config)
    assert inputs.mask["text"].sum(dim=1).tolist() == [STEPS, 3]
    complete = by_step(inputs).logits
    assert complete.shape == (2, 2, STEPS)
    textless = [one.only(("audio", "video")) for one in (whole, short)]
    for pair in (textless, [whole, textless[1]], [textless[0], short]):
        inputs = sequence_inputs(pair, by_step.config)
        assert inputs.mask["text"].sum(dim=1).tolist() == [STEPS, 3]
        logits = by_step(inputs).logits
        assert logits.shape == complete.shape
        for index, one in enumerate(pair):
            alone = by_step(sequence_inputs([one], by_step.config)).logits[0]
            torch.testing.assert_close(
                logits[index, :, : alone.shape[1]], alone, atol=1e-4, rtol=1e-4
            )


def test_a_modality_that_the_model_lacks_is_left_out():
    config = sentiment_config()
    config = replace(config, modalities=config.modalities[1:])
    inputs = sequence_inputs([make_sample()], config)
    assert set(inputs.inputs) == {"audio", "text"}
    model = make_model(config)
    assert model(inputs).logits.shape == (1, 2)


def test_a_dense_head_is_not_of_steps():
    with pytest.raises(ValueError, match="per_step must be false"):
        rgbd_config(per_step=True)


@pytest.mark.parametrize("alignment", ["relaxed", "exact"])
def test_the_plans_gradient_changes_no_number(alignment):
    mask = {"video": torch.arange(7) < torch.tensor([7, 4, 1]).unsqueeze(1)}
    inputs = AlignMambaInputs(sentiment_inputs(), mask=mask)
    plain = make_model(sentiment_config(alignment=alignment))(inputs)
    config = sentiment_config(alignment=alignment, plan_gradient=True)
    other = make_model(config)(inputs)
    torch.testing.assert_close(plain.logits, other.logits, atol=0, rtol=0)
    torch.testing.assert_close(plain.align_loss, other.align_loss, atol=0, rtol=0)


def test_the_plans_gradient_is_that_of_a_soft_plan():
    torch.manual_seed(0)
    x, y = torch.randn(2, 5, 8), torch.randn(2, 4, 8)
    masks = torch.arange(5) < torch.tensor([[5], [3]]), torch.arange(4) < 3
    config = sentiment_config(plan_gradient=True, epsilon=0.5)
    there = torch.ones(2, dtype=torch.bool)
    weights = torch.randn(2, 4, 8)

    def run(x, soft):
        source = Tokens(x=x, mask=masks[0], present=there)
        anchor = Tokens(x=y, mask=masks[1].expand(2, 4), present=there)
        aligned = align(source, anchor, config)
        if not soft:
            return (aligned.x * weights).sum()
        scores = -aligned.cost / 0.5
        scores = scores.masked_fill(~anchor.mask.unsqueeze(1), -torch.inf)
        share = masks[0] / masks[0].sum(dim=1, keepdim=True)
        plan = scores.softmax(dim=-1) * share.unsqueeze(-1)
        # tokens are held still: what flows is the plan's gradient alone
        moved = move(x.detach(), plan, anchor.mask, config.aligned_scale)
        return (moved * weights).sum()

    def gradient(soft, plan_gradient):
        nonlocal config
        config = replace(config, plan_gradient=plan_gradient)
        leaf = x.clone().requires_grad_()
        (found,) = torch.autograd.grad(run(leaf, soft), leaf)
        return found

    hard, both, soft = (
        gradient(False, False),
        gradient(False, True),
        gradient(True, True),
    )
    torch.testing.assert_close(both, hard + soft)
    assert soft.abs().max() > 1e-3
    assert (both[1, 3:] == 0).all()

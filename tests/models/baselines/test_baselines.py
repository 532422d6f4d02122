"""Fusions by the same encoders: gaps, company, and two kinds of attention."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.models.alignmamba import AlignMambaInputs, ModalityConfig
from fusionviz.models.baselines import FUSIONS, BaselineConfig, FusionBaseline
from fusionviz.models.baselines.attention import MultiHeadAttention
from fusionviz.models.baselines.model import to_clock
from fusionviz.models.factory import describe_model, make_model

LENGTHS = {"video": 9, "audio": 14, "text": 5}


def make_config(fusion: str, **changes) -> BaselineConfig:
    return BaselineConfig(
        modalities=tuple(
            ModalityConfig(name=name, kind="linear", width=6, positions="fraction")
            for name in LENGTHS
        ),
        anchor="text",
        head="regression",
        outputs=1,
        d_model=16,
        layers=2,
        d_state=4,
        fusion=fusion,
        **changes,
    )


def make(fusion: str, **changes) -> FusionBaseline:
    torch.manual_seed(0)
    return FusionBaseline(make_config(fusion, **changes)).eval()


def draw(batch: int = 3, seed: int = 1) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(batch, length, 6, generator=generator)
        for name, length in LENGTHS.items()
    }


def dense(fusion: str) -> FusionBaseline:
    torch.manual_seed(0)
    config = BaselineConfig.rgbd(
        image_size=16,
        grid=4,
        stem_widths=(8, 8),
        d_model=16,
        layers=1,
        d_state=4,
        head_width=8,
        outputs=3,
        fusion=fusion,
    )
    return FusionBaseline(config).eval()


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_hidden_modality_changes_nothing(fusion):
    model, inputs = make(fusion), draw()
    for hidden in LENGTHS:
        present = {hidden: torch.zeros(3, dtype=torch.bool)}
        other = {**inputs, hidden: draw(seed=9)[hidden]}
        first = model(AlignMambaInputs(inputs, present)).logits
        second = model(AlignMambaInputs(other, present)).logits
        assert torch.equal(first, second)
        assert not torch.equal(first, model(AlignMambaInputs(inputs)).logits)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_sample_does_not_depend_on_its_company(fusion):
    model, inputs = make(fusion), draw()
    lengths = {"video": (9, 4, 6), "audio": (3, 14, 8), "text": (5, 2, 3)}
    mask = {
        name: torch.arange(LENGTHS[name]) < torch.tensor(rows).unsqueeze(1)
        for name, rows in lengths.items()
    }
    together = model(AlignMambaInputs(inputs, None, mask)).logits
    for index in range(3):
        alone = {
            name: x[index : index + 1, : lengths[name][index]]
            for name, x in inputs.items()
        }
        np.testing.assert_allclose(
            model(AlignMambaInputs(alone)).logits.detach(),
            together[index : index + 1].detach(),
            atol=2e-6,
        )


@pytest.mark.parametrize("fusion", ["single-stream", "multi-stream"])
def test_plain_and_fused_attention_give_the_same(fusion):
    inputs = draw()
    present = {"audio": torch.tensor([True, False, True])}
    batch = AlignMambaInputs(inputs, present)
    plain, fused = make(fusion, attention="plain"), make(fusion, attention="fused")
    fused.load_state_dict(plain.state_dict())
    torch.testing.assert_close(plain(batch).logits, fused(batch).logits)


def test_attention_is_that_of_pytorch():
    torch.manual_seed(0)
    ours = MultiHeadAttention(8, 2, "plain")
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(
            torch.cat([ours.query.weight, ours.key_value.weight])
        )
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key_value.bias]))
        theirs.out_proj.weight.copy_(ours.out.weight)
        theirs.out_proj.bias.copy_(ours.out.bias)
    x, read = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    there = torch.tensor([[True] * 5, [True, True, False, True, False]])
    wanted, _ = theirs(x, read, read, key_padding_mask=~there)
    torch.testing.assert_close(ours(x, read, there), wanted)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_weight_learns(fusion):
    model = make(fusion).train()
    model(AlignMambaInputs(draw())).logits.square().sum().backward()
    silent = {
        name
        for name, weight in model.named_parameters()
        if weight.grad is None or not weight.grad.abs().sum()
    }
    # learned tokens stand for what is missing, and nothing is
    assert silent == {f"missing_token.{name}" for name in LENGTHS}


@pytest.mark.parametrize("fusion", FUSIONS)
def test_pixels_are_labelled(fusion):
    model = dense(fusion)
    inputs = {"rgb": torch.rand(2, 3, 16, 16), "depth": torch.rand(2, 1, 16, 16)}
    output = model(AlignMambaInputs(inputs))
    assert output.logits.shape == (2, 3, 16, 16)
    assert not output.align_loss.any()
    trace = model.trace(AlignMambaInputs(inputs))
    np.testing.assert_allclose(trace.logits, output.logits.detach(), atol=1e-6)
    assert not trace.alignments


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_baseline_comes_back_from_its_card(fusion):
    model = make(fusion)
    kind, config = describe_model(model)
    again = make_model(kind, config)
    again.load_state_dict(model.state_dict())
    batch = AlignMambaInputs(draw())
    assert torch.equal(again.eval()(batch).logits, model(batch).logits)


def test_sequences_meet_by_the_clock():
    x = torch.tensor([[[1.0], [2.0], [3.0], [4.0]]])
    four, two = torch.ones(1, 4, dtype=torch.bool), torch.ones(1, 2, dtype=torch.bool)
    torch.testing.assert_close(to_clock(x, four, two), torch.tensor([[[1.5], [3.5]]]))
    torch.testing.assert_close(
        to_clock(x[:, :2], two, four), torch.tensor([[[1.0], [1.0], [2.0], [2.0]]])
    )


def test_choices_that_are_none_are_refused():
    with pytest.raises(ValueError, match="fusion"):
        make_config("magic")
    with pytest.raises(ValueError, match="attention"):
        make_config("single-stream", attention="linear")
    with pytest.raises(ValueError, match="divide"):
        make_config("single-stream", heads=3)
    assert make_config("single-stream").hidden == 64
    assert replace(make_config("single-stream"), d_model=32).d_model == 32

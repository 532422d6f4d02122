import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.models.alignmamba.backbone import MambaBackbone, reverse
from tests.helpers.alignmamba_models import sentiment_config
from tests.helpers.properties import randomise


def make_backbone(bidirectional):
    torch.manual_seed(0)
    config = sentiment_config(bidirectional=bidirectional)
    return randomise(MambaBackbone(config), scale=0.1).eval()


@pytest.mark.parametrize("bidirectional", [False, True])
@settings(max_examples=15)
@given(mask=st.lists(st.booleans(), min_size=7, max_size=7).filter(any))
def test_absent_tokens_are_skipped(bidirectional, mask):
    backbone = make_backbone(bidirectional)
    x, there = torch.randn(1, 7, 8), torch.tensor([mask])
    out, states = backbone(x, there)
    alone, states_alone = backbone(x[:, there[0]])
    torch.testing.assert_close(out[:, there[0]], alone)
    for state, state_alone in zip(states, states_alone, strict=True):
        torch.testing.assert_close(state[:, there[0]], state_alone)
    assert (states[-1][:, ~there[0]] == 0).all()


def test_one_direction_sees_only_what_came_before():
    x = torch.randn(1, 6, 8)
    changed = x.clone()
    changed[:, 3] += 1
    for bidirectional, sees_ahead in ((False, False), (True, True)):
        backbone = make_backbone(bidirectional)
        before, after = (backbone(each)[0] for each in (x, changed))
        assert torch.allclose(before[:, :3], after[:, :3]) is not sees_ahead
        assert not torch.allclose(before[:, 5], after[:, 5])


def test_states_are_those_before_and_after_each_layer():
    backbone = make_backbone(False)
    x = torch.randn(2, 5, 8)
    out, states = backbone(x)
    assert len(states) == 3
    assert torch.equal(states[0], x)
    by_hand = x
    for layer in backbone.layers:
        rms = by_hand.square().mean(-1, keepdim=True).add(1e-5).sqrt()
        by_hand = by_hand + layer.block(by_hand / rms * layer.norm.weight)
    torch.testing.assert_close(states[2], by_hand)
    torch.testing.assert_close(out, backbone.norm(by_hand))


def test_reversal_leaves_padding_in_place():
    x = torch.arange(5.0).reshape(1, 5, 1).repeat(2, 1, 1)
    turned = reverse(x, torch.tensor([3, 5]))
    assert turned[:, :, 0].tolist() == [[2, 1, 0, 3, 4], [4, 3, 2, 1, 0]]
    assert torch.equal(reverse(turned, torch.tensor([3, 5])), x)
    assert torch.equal(reverse(x), x.flip(1))

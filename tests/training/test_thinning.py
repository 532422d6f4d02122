"""What training takes away: how much of it, and that something stays."""

import pytest
import torch

from fusionviz.models.alignmamba import AlignMambaInputs
from fusionviz.training.thinning import (
    check_rates,
    drop_modalities,
    drop_tokens,
    swap_tokens,
    thin,
)

COUNT = 6000


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def everything():
    return {name: torch.ones(COUNT, dtype=torch.bool) for name in ("a", "b", "c")}


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.9])
def test_each_modality_goes_as_often(rate):
    left = torch.stack(list(drop_modalities(everything(), rate, seeded()).values()))
    assert left.any(dim=0).all()
    for flags in left:
        share = 1 - flags.float().mean().item()
        assert share == pytest.approx(rate - rate**3 / 3, abs=0.03)


def test_some_samples_are_spared():
    left = torch.stack(
        list(drop_modalities(everything(), 0.99, seeded(), whole=0.4).values())
    )
    assert left.all(dim=0).float().mean() == pytest.approx(0.4, abs=0.03)


def test_what_is_missing_is_not_invented():
    present = everything()
    present["a"][:] = False
    present["b"][COUNT // 2 :] = False
    left = drop_modalities(present, 0.8, seeded())
    assert not left["a"].any()
    assert not left["b"][COUNT // 2 :].any()
    assert left["c"][COUNT // 2 :].all()  # the last one stays
    assert (left["b"] | left["c"]).all()


def test_tokens_go_by_their_modalitys_rate():
    mask = torch.arange(20) < torch.randint(1, 21, (COUNT, 1), generator=seeded(1))
    masks = {"a": mask, "b": mask.clone()}
    left = drop_tokens(masks, {"a": 0.5}, seeded())
    assert torch.equal(left["b"], mask)
    assert not (left["a"] & ~mask).any()
    assert left["a"].any(dim=1).all()
    long = mask.sum(dim=1) > 10
    share = left["a"][long].sum() / mask[long].sum()
    assert share == pytest.approx(0.5, abs=0.02)
    both = drop_tokens(masks, 0.5, seeded(), together=True)
    assert torch.equal(both["a"], both["b"])
    apart = drop_tokens(masks, 0.5, seeded())
    assert not torch.equal(apart["a"], apart["b"])


def test_an_absent_sequence_stays_absent():
    left = drop_tokens({"a": torch.zeros(3, 4, dtype=torch.bool)}, 0.5, seeded())
    assert not left["a"].any()


def test_a_batch_is_thinned():
    batch = AlignMambaInputs(
        inputs={"a": torch.ones(50, 6, 8), "b": torch.ones(50, 6, dtype=torch.int64)},
        present={name: torch.ones(50, dtype=torch.bool) for name in "ab"},
        mask={name: torch.ones(50, 6, dtype=torch.bool) for name in "ab"},
    )
    rates = {"missing": 0.3, "whole": 0.0, "token_dropout": 0.2, "together": True}
    left = thin(batch, seeded(), feature_dropout={"a": 0.25}, **rates)
    features = left.inputs["a"]
    assert features.unique().tolist() == [0.0, pytest.approx(4 / 3)]
    assert (features == 0).float().mean() == pytest.approx(0.25, abs=0.04)
    assert torch.equal(left.inputs["b"], batch.inputs["b"])
    assert not left.present["a"].all()
    assert not left.mask["a"].all()


def test_no_share_is_refused():
    check_rates("missing", {"a": 0.0, "b": 0.99})
    for rates in (1.0, -0.1, {"a": 2}):
        with pytest.raises(ValueError, match="missing is a share from 0 to below 1"):
            check_rates("missing", rates)


def test_swapped_tokens_are_those_of_others_as_often():
    mask = torch.arange(4) < torch.randint(1, 5, (COUNT, 1), generator=seeded(1))
    x = torch.arange(float(4 * COUNT)).reshape(COUNT, 4, 1) * mask.unsqueeze(-1)
    swapped = swap_tokens(x, mask, 0.3, seeded())
    assert not swapped[~mask].any()
    changed = (swapped != x)[mask]
    assert changed.float().mean() == pytest.approx(0.3, abs=0.02)
    assert torch.isin(swapped[mask], x[mask]).all()
    assert swap_tokens(x, mask, 0.0, seeded()) is x

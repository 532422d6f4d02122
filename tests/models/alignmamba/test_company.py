"""What a model says of a sample is the same alone, padded, and in any company."""

from itertools import combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.models.alignmamba import AlignMambaInputs
from tests.helpers.alignmamba_models import (
    make_model,
    rgbd_config,
    rgbd_images,
    sentiment_config,
)

NAMES = ("video", "audio", "text")
SUBSETS = [
    kept for count in (1, 2, 3) for kept in combinations(NAMES, count)
]  # every one of them is one sample of each batch
SAMPLES = len(SUBSETS)
LONGEST = 9
CAP = 3

MODELS = {
    **{
        f"{alignment}, cap {cap}": make_model(
            sentiment_config(
                alignment=alignment,
                positions_without_anchor=cap,
                bidirectional=True,
                sinkhorn_tolerance=1e-7,  # plans agree as far as they are solved
                sinkhorn_iterations=5000,
            )
        )
        for alignment in ("relaxed", "sinkhorn", "exact", "none")
        for cap in (None, CAP)
    },
    "of each step": make_model(sentiment_config(per_step=True, bidirectional=True)),
}

lengths = st.lists(
    st.tuples(*[st.integers(1, LONGEST)] * len(NAMES)),
    min_size=SAMPLES,
    max_size=SAMPLES,
)


def content(seed, samples=SAMPLES):
    generator = torch.Generator().manual_seed(seed)
    return {
        "video": torch.randn(samples, LONGEST, 6, generator=generator),
        "audio": torch.randn(samples, LONGEST, 3, generator=generator),
        "text": torch.randint(11, (samples, LONGEST), generator=generator),
    }


def in_company(values, steps, order, padding):
    """Return samples in an order; those that lack a modality hide content in it."""
    mask = {
        name: torch.arange(LONGEST + padding)
        < torch.tensor([steps[sample][index] for sample in order]).unsqueeze(1)
        for index, name in enumerate(NAMES)
    }
    return AlignMambaInputs(
        inputs={
            name: torch.cat([x[order], torch.ones_like(x[order][:, :padding])], dim=1)
            for name, x in values.items()
        },
        present={
            name: torch.tensor([name in SUBSETS[sample] for sample in order])
            for name in NAMES
        },
        mask=mask,
    )


def alone(values, steps, sample, *, per_step):
    """Return one sample without padding, without even the names that it lacks."""
    cut = {
        name: values[name][sample : sample + 1, : steps[sample][index]]
        for index, name in enumerate(NAMES)
    }
    kept = {name: cut[name] for name in SUBSETS[sample]}
    if per_step and "text" not in kept:  # the steps that are asked for
        asked = torch.ones(1, steps[sample][2], dtype=torch.bool)
        nothing = torch.tensor([False])
        return AlignMambaInputs(
            kept | {"text": torch.zeros_like(cut["text"])},
            {"text": nothing},
            {"text": asked},
        )
    return AlignMambaInputs(kept)


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=16, deadline=None)
@given(
    steps=lengths,
    order=st.permutations(range(SAMPLES)),
    left=st.integers(1, SAMPLES),
    padding=st.integers(0, 6),
    seed=st.integers(0, 1000),
)
def test_every_subset_says_the_same_in_any_company(
    name, steps, order, left, padding, seed
):
    model, values = MODELS[name], content(seed)
    order = order[:left]
    with torch.inference_mode():
        together = model(in_company(values, steps, order, padding))
        for place, sample in enumerate(order):
            per_step = model.config.per_step
            single = model(alone(values, steps, sample, per_step=per_step))
            said, expected = together.logits[place], single.logits[0]
            if per_step:
                assert (said[:, steps[sample][2] :] == 0).all()
                said = said[:, : steps[sample][2]]
                expected = expected[:, : steps[sample][2]]
            torch.testing.assert_close(said, expected, atol=1e-5, rtol=1e-5)
            torch.testing.assert_close(
                together.align_loss[place], single.align_loss[0], atol=1e-5, rtol=1e-5
            )


@pytest.mark.parametrize(("cap", "positions"), [(None, [5, 9, 9]), (3, [3, 3, 9])])
def test_a_missing_anchor_has_positions_of_its_own_sample(cap, positions):
    model = make_model(sentiment_config(positions_without_anchor=cap))
    values = content(0, 3)
    steps = {"video": [2, 9, 4], "audio": [5, 1, 4], "text": [7, 7, 9]}
    mask = {
        name: torch.arange(LONGEST) < torch.tensor(count).unsqueeze(1)
        for name, count in steps.items()
    }
    present = {"text": torch.tensor([False, False, True])}
    trace = model.trace(AlignMambaInputs(values, present, mask))
    assert trace.mask["text"].sum(axis=1).tolist() == positions
    short = {name: x[:, : 5 if name == "text" else None] for name, x in values.items()}
    mask["text"] = mask["text"][:, :5]
    longer = model.trace(AlignMambaInputs(short, present, mask))
    assert longer.mask["text"].sum(axis=1).tolist() == [*positions[:2], 5]


def test_places_of_a_missing_grid_are_all_of_them():
    model, images = make_model(rgbd_config()), rgbd_images(3)
    present = {"rgb": torch.tensor([False, True, False])}
    some = torch.rand(3, 16, generator=torch.Generator().manual_seed(0)) < 0.5
    with torch.inference_mode():
        together = model(AlignMambaInputs(images, present, {"rgb": some}))
        for sample in (0, 2):
            one = {"depth": images["depth"][sample : sample + 1]}
            single = model(AlignMambaInputs(one))
            torch.testing.assert_close(
                together.logits[sample], single.logits[0], atol=1e-5, rtol=1e-5
            )

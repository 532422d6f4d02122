"""Exhibits of a pair: what both models say of it, and what is missing."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.inputs.pair_subject import (
    ALIGNMAMBA,
    MANGO,
    PairSubject,
    read_pair,
)
from fusionviz.analysis.shared.familiarity import fit_cloud
from fusionviz.analysis.shared.limits import Certainty, Limits, Nearness
from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.exhibits.inputs import familiarity
from fusionviz.exhibits.inputs.correspondences import CORRESPONDENCES
from fusionviz.exhibits.inputs.familiarity import warn_of_distance
from fusionviz.exhibits.inputs.likelihood import LIKELIHOOD
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.inputs.segmentation import SEGMENTATION
from fusionviz.exhibits.inputs.timing import TIMING
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.cards import Estimate, ModelCard
from tests.helpers.figures import texts

KINDS = (PAIR, POINTS, SEGMENTATION, LIKELIHOOD, CORRESPONDENCES, TIMING)


def ask(kind, subject, **controls):
    return kind.make(Request(subject=subject, controls=kind.controls(**controls)))


@pytest.fixture(scope="module")
def photograph(pair_subject, subject, mamba_subject):
    """A pair without labels, as a photograph is, read by a model with a card."""
    sample = RGBDSample(rgb=subject.sample.rgb, depth_m=subject.sample.depth_m)
    card = ModelCard(
        name="seen_*elsewhere*",
        data="halls",
        metrics={"miou": Estimate(value=0.4321, low=0.4, high=0.5)},
        config={"image_size": 32},
    )
    read = read_pair(sample, subject.model, mamba_subject.model)
    return replace(read, cards={MANGO: card})


def test_labels_of_a_photograph_say_how_sure_and_how_good_the_model_is(photograph):
    made = ask(SEGMENTATION, photograph)
    sure = photograph.mango.segmentation.confidence.astype(float).mean()
    assert made.numbers["mango_mean_confidence"] == pytest.approx(sure)
    assert f"{sure:.0%} sure on average, held out: mIoU 0.432" in texts(made.figure)
    assert "held out: mIoU 0.432" in made.alt
    assert "0.432 [0.400, 0.500] (halls)" in made.caption
    assert "seen\\_\\*elsewhere\\*" in made.caption
    # A model without a card says how sure it is, and claims nothing more.
    other = photograph.alignmamba.segmentation.mean_confidence
    assert made.alt.endswith(f"{other:.0%} sure on average.")


def limits_of_noise(**held):
    random = np.random.default_rng(0)
    rows = list(random.normal(size=(80, 432)).astype(np.float32))
    return Limits(
        weights_sha256="0",
        data="80 training samples of noise",
        certainty=Certainty(
            below=0.5, unsure_right=0.432, sure_right=0.876, unsure_share=0.2
        ),
        clouds={"rgb": fit_cloud(rows)},
        usual_bits=None,
        held=held or {"rgb": np.linspace(1, 2, 100).astype(np.float32)},
        checked=50,
        flagged=0.02,
    )


@pytest.fixture(scope="module")
def measured(photograph):
    """The photograph, of whose model it is known what it is worth."""
    return replace(
        photograph,
        limits={MANGO: limits_of_noise()},
        features={
            title: {"rgb": np.full(432, 3, np.float32)} for title in (MANGO, ALIGNMAMBA)
        },
    )


def test_where_a_model_is_unsure_is_hatched_and_said(measured):
    made = ask(SEGMENTATION, measured)
    unsure = measured.mango.segmentation.unsure_where(0.5).mean()
    assert made.numbers["mango_unsure_share"] == pytest.approx(unsure)
    assert "below 0.50" in made.caption
    assert "43% of the pixels were right" in made.caption
    assert "elsewhere 88%" in made.caption
    plain = ask(SEGMENTATION, measured, hatch=False)
    assert len(plain.figure.data) == len(made.figure.data) - 1
    assert "below 0.50" not in plain.caption


def test_a_pair_unlike_the_training_is_told_of_once(measured, photograph):
    said = warn_of_distance(measured)
    assert "further from the 80 training samples of noise than all 100 held-" in said
    assert "by its colours" in said
    assert "seen\\_\\*elsewhere\\*" in said
    made = ask(SEGMENTATION, measured)
    assert made.numbers["mango_nearer_by_rgb"] == 1
    assert "2.0% of 50 others held out" in made.caption
    far = {"rgb": np.linspace(1e6, 2e6, 100).astype(np.float32)}
    near = replace(measured, limits={MANGO: limits_of_noise(**far)})
    assert not warn_of_distance(near)
    assert not warn_of_distance(photograph)


def test_two_models_that_learned_from_other_samples_are_told_of_in_one_place(measured):
    halls = replace(limits_of_noise(), data="9 halls")
    said = warn_of_distance(
        replace(measured, limits={MANGO: limits_of_noise(), ALIGNMAMBA: halls})
    )
    head, mango, alignmamba = said.split("  \n")
    assert head.startswith("**Unlike what seen\\_\\*elsewhere\\* and AlignMamba ")
    assert mango.startswith("seen")
    assert "than all 100" in mango
    assert "80 training samples" in mango
    assert alignmamba.startswith("AlignMamba: further from the 9 halls than all")


def test_the_table_has_shares_and_sureness(pair_subject):
    made = ask(SEGMENTATION, pair_subject)
    said = pair_subject.mango.segmentation
    for name, sure in zip(
        made.table["class"], made.table["mango_mean_confidence"], strict=True
    ):
        where = said.labels == said.classes.index(name)
        if where.any():
            assert sure == pytest.approx(said.confidence[where].mean(), rel=1e-4)
        else:
            assert sure is None


def test_labels_that_can_be_checked_are(pair_subject):
    made = ask(SEGMENTATION, pair_subject)
    segmentation = pair_subject.mango.segmentation
    right = (segmentation.labels == segmentation.truth)[segmentation.truth >= 0].mean()
    assert made.numbers["mango_pixel_accuracy"] == pytest.approx(right)
    assert "held out" not in made.alt
    shares = np.array(made.table["mango_share"])
    assert shares.sum() == pytest.approx(1)


def test_numbers_and_arrays_are_those_of_the_readings(pair_subject):
    made = ask(LIKELIHOOD, pair_subject)
    likelihood = pair_subject.mango.likelihood
    assert made.numbers["bits_per_dim"] == likelihood.bits_per_dim
    worst = max(made.table["round_trip_error"])
    assert worst == pytest.approx(likelihood.round_trip_error)
    plan = ask(CORRESPONDENCES, pair_subject, count=4)
    np.testing.assert_allclose(plan.arrays["plan"].sum(), 1, rtol=1e-5)
    assert plan.alt.startswith("4 lines")
    came = ask(PAIR, pair_subject)
    np.testing.assert_array_equal(came.arrays["rgb"], pair_subject.sample.rgb)
    assert came.numbers["nearest_m"] == pytest.approx(
        float(np.nanmin(pair_subject.sample.depth_m))
    )
    timing = ask(TIMING, pair_subject)
    told = sum(sum(one.values()) for one in pair_subject.milliseconds.values())
    assert timing.numbers["total_milliseconds"] == pytest.approx(told)


def test_what_models_read_is_framed_where_their_cards_say_it(photograph):
    assert photograph.windows == {MANGO: (0, 0, 48, 48)}
    wide = replace(
        photograph,
        sample=RGBDSample(
            rgb=np.zeros((40, 60, 3), np.uint8), depth_m=np.ones((40, 60), np.float32)
        ),
    )
    assert wide.windows == {MANGO: (0, 10, 40, 40)}
    assert "MANGO reads the framed 40 by 40 pixels" in ask(PAIR, wide).alt


@pytest.mark.parametrize(("gone", "kept"), [("depth", "rgb"), ("rgb", "depth")])
def test_one_modality_alone(subject, mamba_subject, gone, kept):
    room = subject.sample
    sample = RGBDSample(
        rgb=room.rgb if kept == "rgb" else None,
        depth_m=room.depth_m if kept == "depth" else None,
    )
    alone = read_pair(sample, subject.model, mamba_subject.model)
    likelihood = ask(LIKELIHOOD, alone)
    assert "bits_per_dim" not in likelihood.numbers
    assert f"bits_per_dim_with_guessed_{gone}" in likelihood.numbers
    assert "own guess" in likelihood.caption
    with pytest.raises(InputError, match=f"{gone} is missing"):
        ask(CORRESPONDENCES, alone)
    if gone == "depth":
        with pytest.raises(InputError, match="needs depth"):
            ask(POINTS, alone)
    assert f"{gone} is missing" in ask(SEGMENTATION, alone).caption


@pytest.mark.parametrize("kind", [SEGMENTATION, LIKELIHOOD, CORRESPONDENCES, TIMING])
def test_a_pair_that_nothing_has_read_is_a_sentence(subject, kind):
    with pytest.raises(InputError, match="pair"):
        ask(kind, PairSubject(sample=subject.sample))


def test_too_many_lines_are_refused():
    with pytest.raises(InputError, match="lines are 1 to 64"):
        CORRESPONDENCES.controls.from_json({"count": 65})


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "than all 227"), (226 / 227, "than 226 of 227")]
)
def test_all_are_nearer_only_where_all_are(share, said):
    nearness = Nearness(
        oddness=1.4, share=share, by={"rgb": share}, far=("rgb",), count=227
    )
    words = familiarity._say_far(nearness, "training rooms")
    assert said in words
    assert "100%" not in words

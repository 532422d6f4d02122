"""Arrays, usual and odd, give a picture or a sentence from all that they light up."""

import json

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.example import example_arrays
from fusionviz.data.arrays.files import arrays_of
from fusionviz.errors import InputError
from fusionviz.exhibits.attention.stack_heads import (
    StackHeadsControls,
    StackRolloutControls,
    make_stack_heads,
    make_stack_rollout,
)
from fusionviz.exhibits.inputs.prediction import make_prediction
from fusionviz.exhibits.latents.array_latents import make_array_latents
from fusionviz.exhibits.shared.exhibit import Controls, Request
from fusionviz.exhibits.transport.own_plan import make_own_plan
from fusionviz.explain.arrays import kinds_of, part_of

SEEDED = np.random.default_rng(0)

ODD = {
    "one of everything": {
        "attention": np.ones((1, 1)),
        "plan": np.ones((1, 1)),
        "tokens_a": np.ones((1, 1)),
        "tokens_b": -np.ones((1, 1)),
        "latents": np.ones((1, 1)),
        "prediction": np.float32(3),
        "rgb": np.zeros((1, 1, 3), np.uint8),
        "depth": np.ones((1, 1)),
    },
    "nothing is read": {"attention": np.zeros((2, 3, 4, 4))},
    "masked but for one": {"attention": np.where(np.eye(3), 1, np.nan)},
    "signed": {"attention": SEEDED.normal(size=(2, 2, 5, 5))},
    "not square": {"attention": SEEDED.random((2, 2, 3, 300))},
    "many heads": {"attention": SEEDED.random((40, 32, 4, 4))},
    "a plan alone": {"plan": SEEDED.random((3, 5))},
    "a large plan": {"plan": SEEDED.random((600, 300))},
    "a plan of one cell": {"plan": np.diag([1.0, 0, 0])},
    "equal tokens": {"tokens_text": np.ones((4, 3)), "tokens_rgb": np.ones((6, 3))},
    "no direction": {"tokens_text": np.zeros((4, 3)), "tokens_rgb": np.zeros((6, 3))},
    "two widths": {"tokens_text": np.ones((4, 3)), "tokens_rgb": np.ones((6, 5))},
    "one modality": {"tokens_text": SEEDED.normal(size=(4, 3))},
    "constant latents": {"latents": np.full((3, 4), 2.0)},
    "huge latents": {"latents": 1e30 * SEEDED.normal(size=(3, 4))},
    "a map": {"prediction": SEEDED.normal(size=(300, 400))},
    "a flat map": {"prediction": np.zeros((3, 4))},
    "nothing labelled": {"prediction": np.full((3, 4), -1)},
    "classes over a picture": {
        "prediction": SEEDED.integers(0, 5, (12, 16)),
        "rgb": SEEDED.random((48, 64, 3)),
    },
    "classes over depth": {
        "prediction": SEEDED.normal(size=(3, 12, 16)),
        "depth": 1 + SEEDED.random((48, 64)),
    },
    "names in markup": {
        "plan": np.ones((2, 2)),
        "labels_a": np.array(["<b>x</b>", "$a$ `b`"]),
        "labels_b": np.array(["<script>", "*"]),
        "plan_between": np.array(["a", "b"]),
        "prediction": np.array([0.5, 0.5]),
        "classes": np.array(["<img src=x>", "<i>"]),
    },
}


def subject(named):
    arrays = arrays_of({key: np.asarray(values) for key, values in named.items()})
    return ArraysSubject(arrays=arrays, title="odd.npz")


@pytest.mark.parametrize("odd", ODD)
def test_it_is_a_picture_or_a_sentence(odd):
    arrays = subject(ODD[odd])
    kinds = kinds_of(arrays)
    assert kinds
    drawn, sentences = 0, []
    for kind in kinds:
        try:
            part = part_of(arrays, kind.reads)
            made = kind.make(Request(subject=part, controls=kind.controls()))
        except InputError as error:
            sentences.append(str(error))
            continue
        drawn += 1
        json.dumps(dict(made.numbers), allow_nan=False)
        assert "nan" not in made.alt.lower().split(), (kind.name, made.alt)
        assert len(made.figure.to_json()) < 2_000_000
    assert all(len(sentence) > 20 for sentence in sentences)
    assert drawn or odd == "two widths"


def test_readers_words_are_no_markup_in_figures():
    arrays = subject(ODD["names in markup"])
    for make in (make_own_plan, make_prediction):
        made = make(Request(subject=arrays, controls=Controls()))
        text = made.figure.to_json()
        assert "script>" not in text.replace("&lt;script&gt;", "")
        assert "<img" not in text


def test_a_head_that_is_picked_is_framed():
    stack = subject(example_arrays()).stack
    made = [
        make_stack_heads(Request(subject=stack, controls=StackHeadsControls(**place)))
        for place in ({}, {"layer": 1, "head": 0}, {"layer": 7, "head": 0})
    ]
    assert [len(one.figure.layout.shapes) for one in made] == [0, 2, 0]
    frame = made[1].figure.layout.shapes[0]
    assert frame.y0 < 1 < frame.y1
    assert frame.x0 < 0 < frame.x1


def test_small_pictures_carry_their_head_and_its_entropy():
    weights = np.stack([np.full((4, 4), 0.25), np.eye(4)])[None]
    made = make_stack_heads(
        Request(
            subject=subject({"attention": weights}).stack,
            controls=StackHeadsControls(),
        )
    )
    targets = [one for one in made.figure.data if one.customdata is not None]
    assert [list(map(list, one.customdata)) for one in targets] == [
        [[0, 0], [0, 1]]
    ] * 2
    assert made.table["entropy_share"].tolist() == pytest.approx([1, 0], abs=1e-6)
    assert "sharpest is layer 1, head 2" in made.caption


def test_a_rollout_is_shown_after_the_layer_that_is_asked_for():
    stack = subject(example_arrays()).stack
    first, last = (
        make_stack_rollout(
            Request(subject=stack, controls=StackRolloutControls(layer=layer, query=3))
        )
        for layer in (0, 1)
    )
    assert first.arrays["row"].sum() == pytest.approx(1, abs=1e-5)
    assert not np.allclose(first.arrays["row"], last.arrays["row"])
    with pytest.raises(ValueError, match="residual"):
        StackRolloutControls(residual=2)


@pytest.mark.parametrize(("off", "reach"), [(0.0, 0.1), (-3.0, 3.0)])
def test_means_of_channels_fill_their_axis_unless_they_are_rounding(off, reach):
    z = SEEDED.normal(size=(50, 4))
    z = (z - z.mean(axis=0)).astype(np.float32) + off
    made = make_array_latents(
        Request(subject=subject({"latents": z}), controls=Controls())
    )
    assert made.figure.layout.xaxis3.range == pytest.approx((-1.1 * reach, 1.1 * reach))


def test_latents_are_told_by_channel():
    z = SEEDED.normal(size=(30, 4)) * [1, 2, 3, 0]
    made = make_array_latents(
        Request(subject=subject({"latents": z}), controls=Controls())
    )
    np.testing.assert_allclose(
        made.table["standard_deviation"], z.std(axis=0), rtol=1e-5, atol=1e-7
    )
    assert made.numbers["dead_channels"] == 1


def test_a_prediction_that_is_absent_is_named():
    with pytest.raises(InputError, match="key prediction"):
        make_prediction(
            Request(subject=subject({"latents": np.eye(2)}), controls=Controls())
        )

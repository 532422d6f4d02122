"""The exhibits of moved latents: what they refuse and what they say."""

import dataclasses

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from fusionviz.exhibits.latents.traverse import (
    StripControls,
    TraverseControls,
    make_strip,
    make_traverse,
)
from fusionviz.exhibits.shared.exhibit import Request


@pytest.mark.parametrize(
    "wrong",
    [
        {"sigmas": [3.5]},
        {"sigmas": [float("nan")]},
        {"sigmas": []},
        {"sigmas": [0, 0, 0, 0]},
        {"sigmas": ["much"]},
        {"directions": ["component 1"]},
        {"directions": ["up", "down", "class bed"]},
        {"directions": [3, 4, 5]},
        {"patches": [-1]},
        {"patches": [0.5]},
        {"seed": -1},
        {"token": "first"},
    ],
)
def test_nonsense_is_refused(wrong):
    with pytest.raises(InputError):
        TraverseControls.from_json(wrong)


@pytest.mark.parametrize("frames", [1, 4, 99])
def test_a_strip_has_a_middle(frames):
    with pytest.raises(InputError, match="frames are odd"):
        StripControls.from_json({"frames": frames})


def test_patches_are_those_of_the_model(subject):
    controls = TraverseControls(patches=(16,))
    with pytest.raises(InputError, match="patches are 0 to 15, got 16"):
        make_traverse(Request(subject=subject, controls=controls))


def test_equal_requests_give_equal_exhibits(subject):
    controls = TraverseControls(directions=("random 2",), sigmas=(3.0,), seed=7)
    one, two = (
        make_traverse(Request(subject=subject, controls=controls)) for _ in range(2)
    )
    assert one.figure.to_json() == two.figure.to_json()
    assert one.caption == two.caption
    other = make_traverse(
        Request(subject=subject, controls=dataclasses.replace(controls, seed=8))
    )
    assert not np.array_equal(
        one.arrays["depth_m_after"], other.arrays["depth_m_after"]
    )


def test_no_move_changes_nothing_and_says_so(subject):
    still = make_traverse(
        Request(subject=subject, controls=TraverseControls(sigmas=(0.0,)))
    )
    assert "nothing moved" in still.caption
    assert "moved by nothing" in still.alt
    assert still.numbers["rgb_change_rms_levels"] == 0
    assert still.numbers["depth_change_rms_m"] == 0
    assert still.numbers["changed_class_share"] == 0


def test_the_other_directions_hold_while_the_strip_runs(subject):
    """Its frame at +3 is the picture of sliders that stand there."""
    names = ("random 1", "random 2")
    strip = make_strip(
        Request(
            subject=subject,
            controls=StripControls(directions=names, sigmas=(0.0, 1.5), frames=3),
        )
    )
    last = make_traverse(
        Request(
            subject=subject,
            controls=TraverseControls(directions=names, sigmas=(3.0, 1.5)),
        )
    )
    assert strip.table["bits_per_dim"][-1] == pytest.approx(
        last.numbers["bits_per_dim_after"], rel=1e-4
    )
    assert strip.arrays["sigma"].tolist() == [-3, 0, 3]
    off = strip.arrays["rgb"][-1].astype(int) - last.arrays["rgb_after"]
    assert np.abs(off).max() <= 2


@pytest.mark.parametrize("missing", ["rgb", "depth"])
def test_one_modality_is_enough(mango, missing):
    room = render_room(3, (32, 32))
    given = {"rgb": room.rgb, "depth_m": room.depth_m}
    given["rgb" if missing == "rgb" else "depth_m"] = None
    subject = MangoSubject(mango, RGBDSample(**given))
    made = make_traverse(Request(subject=subject, controls=TraverseControls()))
    assert f"The tokens of {missing} are the model's own guess" in made.caption
    assert np.isfinite(made.arrays["depth_m_after"]).all()
    notes = " ".join(str(one.text) for one in made.figure.layout.annotations)
    assert "(guess)" in notes

"""The shipped limits: whom they flag, and how many of those that they should not."""

import cv2
import numpy as np
import pytest
from scipy.stats import binom

from fusionviz.analysis.shared.familiarity import features_of
from fusionviz.analysis.shared.limits import load_limits
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sets.rgbd_folder import load_nyuv2
from fusionviz.errors import InputError

ROOMS = ("mango-rooms", "mango-rooms-16", "alignmamba-rooms")
PHOTOGRAPHS = ("alignmamba-nyu",)


def noise() -> RGBDSample:
    random = np.random.default_rng(0)
    rgb = random.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    depth_m = random.uniform(0.5, 5, (240, 320)).astype(np.float32)
    return RGBDSample(rgb=rgb, depth_m=depth_m)


def screenshot() -> RGBDSample:
    """Lines of text, on a slope that is as far as a wall."""
    page = np.full((480, 640, 3), 255, np.uint8)
    for line in range(20):
        text, place = f"{line} what is written here is no room", (10, 22 * line + 24)
        cv2.putText(page, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (20, 20, 20), 1)
    slope = np.linspace(2, 4, 480, dtype=np.float32)[:, None].repeat(640, axis=1)
    return RGBDSample(rgb=page, depth_m=slope)


@pytest.mark.parametrize("name", [*ROOMS, *PHOTOGRAPHS])
def test_limits_are_of_the_shipped_weights_and_make_sense(name):
    limits = load_limits(name)
    certainty = limits.certainty
    assert 0.3 < certainty.below < 0.8
    assert certainty.unsure_right < 0.65 < certainty.sure_right
    assert 0 < certainty.unsure_share < 0.5
    assert limits.checked >= 80
    assert limits.flagged < 0.06
    assert set(limits.held) - {"likelihood"} == {"rgb", "depth"}


@pytest.mark.parametrize("odd", [noise, screenshot], ids=["noise", "text"])
@pytest.mark.parametrize("name", [*ROOMS, *PHOTOGRAPHS])
def test_what_is_no_room_is_flagged(name, odd):
    said = load_limits(name).nearness(features_of(odd()))
    assert said.by["rgb"] == 1
    assert said.is_far


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_a_generated_room_is_flagged_under_weights_of_photographs(seed):
    features = features_of(render_room(seed))
    assert load_limits("alignmamba-nyu").nearness(features).is_far
    assert not load_limits("alignmamba-rooms").nearness(features).is_far
    large = features_of(render_room(seed, (256, 256)))
    assert not load_limits("mango-rooms-16").nearness(large).is_far
    assert load_limits("alignmamba-rooms").nearness(large).is_far  # not as it reads it
    small = features_of(render_room(seed, (256, 256)), 128)
    assert not load_limits("alignmamba-rooms").nearness(small).is_far


def test_test_photographs_are_flagged_at_the_stated_rate():
    limits = load_limits("alignmamba-nyu")
    try:
        photographs = load_nyuv2("test")
    except InputError as error:
        pytest.skip(str(error))
    few = [photographs[i] for i in range(3, len(photographs), 20)]
    flags = [limits.nearness(features_of(one)).is_far for one in few]
    rate = max(limits.flagged, 0.01)
    assert sum(flags) <= binom.ppf(0.999, len(few), rate)

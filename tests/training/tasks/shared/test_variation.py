"""Training samples are changed as far as a recipe says, and by default as ever."""

import numpy as np
import pytest

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.variation import Variation, read_variation, vary

HEIGHT, WIDTH = 12, 16


def make_sample(metric=True):
    place = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    rgb = np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    depth_m = (1 + place).astype(np.float32)
    depth_m[0, 0] = np.nan
    return RGBDSample(rgb=rgb, depth_m=depth_m, label=place, depth_is_metric=metric)


def test_default_draws_what_it_always_drew():
    sample = make_sample()
    for seed in range(20):
        varied = vary(sample, np.random.default_rng(seed))
        random = np.random.default_rng(seed)
        step = -1 if random.integers(2) else 1
        share = random.uniform(0.8, 1.0)
        rows, columns = round(share * HEIGHT), round(share * WIDTH)
        top = int(random.integers(HEIGHT - rows + 1))
        left = int(random.integers(WIDTH - columns + 1))
        light = random.uniform(0.85, 1.15) * random.uniform(0.95, 1.05, 3)
        window = slice(top, top + rows), slice(left, left + columns)
        np.testing.assert_array_equal(varied.label, sample.label[window][:, ::step])
        lit = np.clip(sample.rgb[window][:, ::step] * light, 0, 255).astype(np.uint8)
        np.testing.assert_array_equal(varied.rgb, lit)


def test_a_wandering_window_is_square_and_reaches_every_corner():
    sample, random = make_sample(), np.random.default_rng(0)
    variation = Variation(crop=0.5, wander=True)
    seen, sides = set(), set()
    for _ in range(300):
        varied = vary(sample, random, variation)
        assert varied.size[0] == varied.size[1]
        sides.add(varied.size[0])
        seen |= set(varied.label.flatten().tolist())
        assert varied.depth_m.shape == varied.label.shape == varied.rgb.shape[:2]
    assert sides == set(range(HEIGHT // 2, HEIGHT + 1))
    corners = {0, WIDTH - 1, (HEIGHT - 1) * WIDTH, HEIGHT * WIDTH - 1}
    assert corners <= seen


@pytest.mark.parametrize("metric", [True, False])
def test_depth_is_stretched_about_its_median(metric):
    variation = Variation(crop=1.0, depth=0.3)
    sample = make_sample(metric)
    ratios = []
    for seed in range(20):
        varied = vary(sample, np.random.default_rng(seed), variation)
        order = np.argsort(varied.label, axis=None)
        depth_m = varied.depth_m.flatten()[order]
        assert np.isnan(depth_m[0])
        assert (np.diff(depth_m[1:]) > 0).all()
        ratios.append(np.nanmedian(depth_m) / np.nanmedian(sample.depth_m))
    if metric:
        assert 0.1 < np.ptp(ratios) < 0.6
    else:
        np.testing.assert_allclose(ratios, 1, rtol=1e-6)


def test_a_map_without_a_measured_depth_stays():
    sample = RGBDSample(rgb=None, depth_m=np.full((4, 4), np.nan, np.float32))
    varied = vary(sample, np.random.default_rng(0), Variation(depth=0.2))
    assert np.isnan(varied.depth_m).all()


def test_colours_become_grey_or_of_another_contrast():
    sample = make_sample()
    grey = vary(sample, np.random.default_rng(0), Variation(grey=1.0))
    assert (grey.rgb == grey.rgb[..., :1]).all()
    plain = Variation(crop=1.0, light=0, colour=0)
    bent = Variation(crop=1.0, light=0, colour=0, gamma=0.5)
    kept = vary(sample, np.random.default_rng(1), plain).rgb
    changed = vary(sample, np.random.default_rng(1), bent).rgb
    assert not np.array_equal(kept, changed)
    order = np.argsort(kept, axis=None)
    assert (np.diff(changed.flatten()[order].astype(int)) >= 0).all()


def test_a_recipe_gives_a_table_or_a_truth_value():
    assert read_variation(False) is None
    assert read_variation(True) == Variation()
    assert read_variation({"crop": 0.5}) == Variation(crop=0.5)
    assert not read_variation({"crop": 0.5}, relight=False).relight


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"crop": 0.0}, "crop is a share above 0, at most 1, got 0.0"),
        ({"grey": 2}, "grey is a share from 0 to 1, got 2"),
        ({"blur": 1}, "unexpected keyword argument 'blur'"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_the_recipe(table, sentence):
    with pytest.raises(InputError, match=sentence):
        make_task("mango-codec", {"augment": table})

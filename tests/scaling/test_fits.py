import numpy as np
import pytest

from fusionviz.scaling.fits import find_crossing, fit_power, value_at

LENGTHS = [128, 256, 512, 1024, 2048, 4096, 8192]


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_a_power_law_is_found_with_its_scale(exponent):
    fit = fit_power(LENGTHS, [3e-6 * n**exponent for n in LENGTHS])
    assert fit.exponent == pytest.approx(exponent, abs=1e-9)
    assert fit.scale == pytest.approx(3e-6, rel=1e-6)
    assert fit.low == pytest.approx(exponent, abs=1e-6)
    assert fit.at(1000) == pytest.approx(3e-6 * 1000**exponent)


def test_constant_overhead_below_the_knee_does_not_flatten_the_slope():
    values = [0.01 + 1e-9 * n**2 for n in LENGTHS]
    everything = np.polyfit(np.log(LENGTHS), np.log(values), 1)[0]
    fit = fit_power(LENGTHS, values)
    assert everything < 0.6
    assert np.isnan(fit.exponent)  # only two points are above the knee: no slope
    longer = [*LENGTHS, 16384, 32768, 65536]
    fit = fit_power(longer, [0.01 + 1e-9 * n**2 for n in longer])
    assert 1.8 < fit.exponent < 2.0
    assert fit.knee == 4096
    assert fit.points == 5


def test_values_that_are_not_there_are_left_out():
    values = [2.0 * n for n in LENGTHS]
    values[3] = float("nan")
    fit = fit_power(LENGTHS, values)
    assert fit.exponent == pytest.approx(1)
    assert fit.points == 5  # the first is below the knee, one is missing


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(0)
    lengths = np.geomspace(100, 1e5, 14)
    covered = 0
    for seed in range(200):
        noise = np.exp(random.normal(scale=0.08, size=len(lengths)))
        fit = fit_power(lengths, lengths**1.5 * noise, seed=seed)
        covered += fit.low <= 1.5 <= fit.high
    assert 0.86 < covered / 200 < 0.99


def test_a_crossing_is_where_the_two_are_equal():
    first = [1e-3 * n for n in LENGTHS]
    second = [1e-6 * n**2 for n in LENGTHS]
    crossing = find_crossing(LENGTHS, first, second)
    assert crossing.is_in_range
    assert crossing.length == pytest.approx(1000, rel=1e-9)
    assert crossing.cheaper == "first"


def test_curves_that_do_not_cross_say_so():
    crossing = find_crossing(LENGTHS, [1.0] * 7, [2.0] * 7)
    assert not crossing.is_in_range
    assert crossing.cheaper == "first"
    with pytest.raises(ValueError, match="no length"):
        find_crossing([1, 2], [np.nan, 1.0], [1.0, np.nan])


def test_a_value_between_lengths_is_read_off_the_logs():
    values = [n**2.0 for n in LENGTHS]
    assert value_at(700, LENGTHS, values) == pytest.approx(700**2)
    assert np.isnan(value_at(100, LENGTHS, values))
    assert np.isnan(value_at(9000, LENGTHS, values))


def test_lengths_must_rise():
    with pytest.raises(ValueError, match="rise"):
        fit_power([2, 1], [1.0, 1.0])

"""Curves and tables read off a report whose every number is known."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.robustness.curves import (
    QUOTED,
    curves_of,
    distinct,
    metrics_of,
    subsets_of,
    summaries_of,
    summarised,
    titles_of,
    what_fails,
)
from fusionviz.errors import InputError
from tests.helpers.robustness_reports import FALL, tiny_report


@pytest.fixture
def report():
    return tiny_report()


def test_curves_are_over_percent_and_carry_their_bands(report):
    curves = curves_of(report, "random")
    assert curves.across == "missing rate, %"
    np.testing.assert_allclose(curves.curves[0].x, np.arange(0, 80, 10))
    for one in curves.curves:
        fall = FALL[one.absence]
        expected = 0.8 - fall * one.x / 100
        np.testing.assert_allclose(one.values[:, 0], expected)
        np.testing.assert_allclose(one.values[:, 2] - one.values[:, 1], 0.1)
    np.testing.assert_allclose(curves.missing[-1], 100 * (0.7 - 0.245))


def test_faults_are_over_severity(report):
    curves = curves_of(report, "faults/depth/sparse", "pixel_accuracy")
    np.testing.assert_array_equal(curves.curves[0].x, [0, 3, 5])
    np.testing.assert_allclose(curves.curves[0].values[:, 0], [0.9, 0.75, 0.65])
    assert not curves.missing.size


def test_what_a_report_has_is_listed(report):
    assert list(what_fails(report)) == [
        "random",
        "imbalanced/rgb",
        "imbalanced/depth",
        "faults/rgb/darkness",
        "faults/depth/sparse",
    ]
    assert metrics_of(report) == ("miou", "pixel_accuracy")
    assert "faults/rgb" in summarised(report)


def test_subsets_have_the_whole_input_last(report):
    table = subsets_of(report)
    assert table.subsets == (("rgb",), ("depth",), ("rgb", "depth"))
    np.testing.assert_allclose(table.values[:, 2, 0], 0.8)
    np.testing.assert_allclose(table.values[1, 0, 0], 0.8 - FALL["guess"] / 2)


def test_the_reference_has_no_effective_robustness_of_its_own(report):
    found = summaries_of(report, "random")
    place = found.names.index("effective_robustness")
    assert np.isnan(found.values[place, 2]).all()
    np.testing.assert_allclose(found.values[place, 1, 0], 1 - FALL["guess"])
    of_one = summaries_of(report, "imbalanced/rgb")
    assert "drop_10_70" in of_one.names


def test_models_that_share_a_title_are_told_by_checkpoint(report):
    assert titles_of(report.models) == ("AlignMamba", "MANGO, guess", "MANGO, zeros")
    named = [("AlignMamba", "a"), ("AlignMamba", "b"), ("MANGO, guess", "m")]
    assert distinct(named) == ("a", "b", "MANGO, guess")
    both = [("MANGO, guess", "m"), ("MANGO, guess", "n")]
    assert distinct(both) == ("m, guess", "n, guess")


def test_papers_are_quoted_where_their_figures_are_comparable(report):
    assert not curves_of(report, "random").quoted
    accuracies = [
        replace(
            one,
            protocols={
                "random": replace(
                    one.protocols["random"],
                    rows=tuple(
                        replace(row, metrics={"accuracy": row.metrics["miou"]})
                        for row in one.protocols["random"].rows
                    ),
                )
            },
        )
        for one in report.models
    ]
    spoken = replace(report, data="mosi", metric="accuracy", models=tuple(accuracies))
    assert curves_of(spoken, "random").quoted is QUOTED
    assert QUOTED["MMIN"][1] - QUOTED["MMIN"][-1] == pytest.approx(0.19)


def test_what_is_not_there_is_refused_in_a_sentence(report):
    bare = replace(
        report, models=tuple(replace(one, protocols={}) for one in report.models)
    )
    with pytest.raises(InputError, match="no curve"):
        curves_of(bare, "")
    with pytest.raises(InputError, match="protocol fixed"):
        subsets_of(bare)
    with pytest.raises(InputError, match="summaries of emm"):
        summaries_of(report, "emm")
    with pytest.raises(InputError, match="figures are"):
        curves_of(report, "random", "bleu")
    with pytest.raises(InputError, match="curves are over"):
        curves_of(report, "faults/rgb/rust")

"""What was recorded is of shipped checkpoints, says its origin, and docs tell it."""

import re

import pytest

from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.places import PROJECT
from fusionviz.training.robustness.report import RobustnessReport, read_report

FILES = sorted((PROJECT / "benchmarks" / "results").glob("robustness-*.json"))
DOCS = (PROJECT / "docs" / "robustness.md").read_text("utf-8")


def told(estimate):
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def signed(estimate):
    return f"{estimate.value:+.3f} ({estimate.low:+.3f} to {estimate.high:+.3f})"


def test_rooms_and_utterances_are_recorded():
    names = {path.stem for path in FILES}
    assert {"robustness-rooms", "robustness-sentiment"} <= names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_record_says_where_it_comes_from_and_comes_back(path):
    report = read_report(path)
    assert path.stem in (f"robustness-{report.data}", f"robustness-{report.data}-draws")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", report.date)
    assert re.fullmatch(r"[0-9a-f]{12}", report.commit)  # of code that was committed
    assert {"torch", "python"} <= set(report.versions)
    assert report.machine
    assert RobustnessReport.from_json(report.to_json()) == report
    shipped = {card.name for card in list_checkpoints(PROJECT / "checkpoints")}
    assert {one.checkpoint for one in report.models} <= shipped


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_follows_from_rows_does(path):
    report = read_report(path)
    for one in report.models:
        random = one.protocols["random"]
        curve = [row.metrics[report.metric].value for row in random.rows]
        drop = random.summaries["drop_10_70"][report.metric].value
        assert drop == pytest.approx(curve[1] - curve[-1])
        whole = one.protocols["fixed"].rows[-1].metrics
        assert curve[0] == pytest.approx(whole[report.metric].value)
        shares = (whole[name].value for name in whole if name != "bits_per_dim")
        assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_docs_tell_the_recorded_figures(path):
    report = read_report(path)
    for one in report.models:
        random, metric = one.protocols["random"], report.metric
        cells = [
            f"`{one.checkpoint}`",
            one.absence,
            told(random.rows[0].metrics[metric]),
            told(random.rows[-1].metrics[metric]),
            *(
                told(random.summaries[name][metric])
                for name in ("mean_10_70", "drop_10_70", "drop_0_70")
            ),
        ]
        assert f"| {' | '.join(cells)} |" in DOCS


def test_docs_tell_what_a_depth_map_without_depth_costs():
    report = read_report(PROJECT / "benchmarks/results/robustness-rooms.json")
    told = [one for one in report.models if "faults" in one.protocols]
    assert {one.checkpoint for one in told} >= {"mango-rooms", "alignmamba-rooms"}
    for one in told:
        lost = one.protocols["faults"].summaries["depth/nothing"]["miou"].value
        assert f"{lost:.3f}" in DOCS


def test_docs_tell_what_is_lost_beside_a_concatenation():
    """With the same draws, so that intervals of the difference are narrow."""
    compared = 0
    for report in map(read_report, FILES):
        if not report.reference.startswith("baseline"):
            continue
        for one in report.models:
            random, metric = one.protocols["random"], report.metric
            drop = told(random.summaries["drop_0_70"][metric])
            cells = [
                signed(random.summaries[name][metric])
                for name in ("ahead_at_70", "less_lost_0_70")
                if name in random.summaries
            ]
            assert f"{drop} | {' | '.join(cells or ['–', '–'])} |" in DOCS
            compared += len(cells)
    assert compared

"""Whole studies of tiny models: against evaluations, as JSON, stopped and refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fusionviz.data.faults.missing import drop_at_random
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.training.measure import measure
from fusionviz.training.metrics.missing import over_draws
from fusionviz.training.robustness.conditions import PROTOCOLS, StudySettings
from fusionviz.training.robustness.protocols import RATES, draw_imbalanced, draws_for
from fusionviz.training.robustness.readers import reader_of
from fusionviz.training.robustness.report import (
    RobustnessReport,
    keep_protocols,
    read_report,
    recorded_report,
)
from fusionviz.training.robustness.study import study
from fusionviz.training.tasks.alignmamba_dense import AlignMambaDenseTask
from fusionviz.training.tasks.alignmamba_sequence import AlignMambaSequenceTask
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango, tiny_sentiment


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (32, 32)) for seed in range(9)]


@pytest.fixture(scope="module")
def readers(rooms):
    mango = tiny_mango()
    usual = mango.encode(rooms)
    ways = [reader_of(mango, way, usual) for way in ("guess", "zeros", "mean")]
    return [*ways, reader_of(tiny_alignmamba())]


@pytest.fixture(scope="module")
def report(readers, rooms):
    settings = StudySettings(
        protocols=PROTOCOLS, severities=(5,), resamples=20, rates={"rgb": 0.5}
    )
    return study(readers, rooms, settings, data="rooms")


def test_all_protocols_are_measured_of_all_models(report):
    assert [one.absence for one in report.models] == [
        "guess",
        "zeros",
        "mean",
        "learned",
    ]
    for one in report.models:
        assert set(one.protocols) == set(PROTOCOLS)
        assert len(one.protocols["fixed"].rows) == 3
        assert len(one.protocols["random"].rows) == len(RATES)
        assert len(one.protocols["rmm"].rows) == 9
        assert len(one.protocols["faults"].rows) == 19 * 2
        assert len(one.protocols["imbalanced"].rows) == 2 * len(RATES) + 1
    assert report.reference.endswith(":zeros")


def test_it_comes_back_from_json(report, tmp_path, monkeypatch):
    path = tmp_path / "robustness-rooms.json"
    report.save(path)
    back = read_report(path)
    assert back.to_table() == report.to_table()
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path))
    assert recorded_report("rooms").to_table() == report.to_table()
    assert recorded_report("nothing") is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 9}', '{"format": 1}'])
def test_what_is_no_report_is_refused(text):
    with pytest.raises(InputError):
        RobustnessReport.from_json(text)


def test_random_rates_are_those_of_evaluations(report, rooms):
    """As `evaluate --missing random` measures: the same draws, read anew."""
    model, task, draws = tiny_alignmamba(), AlignMambaDenseTask(), draws_for(9)
    found = report.models[-1].protocols["random"].rows
    device = next(model.parameters()).device
    for row in (found[1], found[-1]):
        rate = row.condition["rate"]
        measured = over_draws(
            [
                measure(model, task, drop_at_random(rooms, rate, seed=one), device)
                for one in range(draws)
            ]
        )
        for name in ("miou", "pixel_accuracy"):
            expected = measured[name].statistic(measured[name].values)
            assert row.metrics[name].value == pytest.approx(expected, abs=1e-6)


def test_rates_of_sequences_are_exact_shares():
    samples = [render_utterance(seed) for seed in range(10)]
    model = tiny_sentiment()
    settings = StudySettings(resamples=20, protocols=("random",))
    report = study([reader_of(model)], samples, settings, data="sentiment")
    rows = report.models[0].protocols["random"].rows
    assert [row.condition["missing"] for row in rows[:4]] == [0, 0.1, 0.2, 0.3]
    assert rows[-1].condition["missing"] == pytest.approx(2 / 3, abs=1e-3)
    task = AlignMambaSequenceTask(distances=0)
    thin = drop_at_random(samples, 0.3, model.config.names, exact=True, seed=0)
    device = next(model.parameters()).device
    one = measure(model, task, thin, device)["accuracy"]
    assert 0 <= one.statistic(one.values) <= 1
    assert {worth.figure for worth in report.models[0].reliance} >= {"accuracy"}


def test_summaries_follow_from_the_rows(report):
    for one in report.models:
        random = one.protocols["random"]
        curve = [row.metrics["miou"].value for row in random.rows]
        drop = random.summaries["drop_10_70"]["miou"]
        assert drop.value == pytest.approx(curve[1] - curve[-1])
        assert drop.low <= drop.value <= drop.high
        emm = one.protocols["emm"]
        figures = {
            tuple(row.condition["present"]): row.metrics["miou"].value
            for row in emm.rows
        }
        assert emm.summaries["mean"]["miou"].value == pytest.approx(
            sum(figures.values()) / 3
        )
        p, q = 0.2, 0.8
        both, rgb, depth = (
            figures[key] for key in (("rgb", "depth"), ("rgb",), ("depth",))
        )
        expected = (q * q * both + p * q * (rgb + depth)) / (1 - p * p)
        assert emm.summaries["expected_p20"]["miou"].value == pytest.approx(expected)


def test_without_faults_models_of_one_kind_agree(report):
    """Nothing is missing under damage, so nothing stands for it."""
    guess, zeros = report.models[:2]
    for name in ("rmm", "nm", "faults"):
        assert guess.protocols[name] == zeros.protocols[name]
    assert guess.protocols["random"] != zeros.protocols["random"]


def test_shapley_values_add_up_and_perceptual_scores_are_there(report):
    for one in report.models:
        worth = one.reliance[0]
        whole = one.protocols["fixed"].rows[-1].metrics["pixel_accuracy"].value
        total = sum(item.value for item in worth.shapley.values())
        assert total < whole
        assert set(worth.perceptual) == {"rgb", "depth"}


def test_damage_and_faults_may_be_of_fewer_samples(readers, rooms, report):
    settings = StudySettings(
        protocols=("fixed", "rmm", "faults"), severities=(5,), resamples=20, damaged=3
    )
    some = study(readers[-1:], rooms, settings, data="rooms")
    three = study(
        readers[-1:], rooms[::4], replace(settings, damaged=None), data="rooms"
    )
    (few,), (alone,), every = some.models, three.models, report.models[-1]
    assert few.protocols["fixed"] == every.protocols["fixed"]
    assert {few.protocols[name].samples for name in ("rmm", "faults")} == {3}
    assert few.protocols["faults"].units == 3
    whole = alone.protocols["fixed"].rows[-1].metrics
    first = few.protocols["faults"].rows[0]
    assert first.condition["severity"] == 0
    assert first.metrics["miou"] == whole["miou"]
    back = RobustnessReport.from_json(some.to_json())
    assert back.models[0].protocols["faults"].samples == 3
    with pytest.raises(InputError, match="at least one"):
        StudySettings(damaged=0)


def test_what_took_long_is_kept_when_a_model_is_added(readers, rooms, report):
    settings = StudySettings(protocols=("fixed", "random"), resamples=20)
    now = study(readers[:1], rooms, settings, data="rooms")
    both = keep_protocols(now, report)
    (kept,), old = both.models, report.models[0]
    assert set(kept.protocols) == set(PROTOCOLS)
    assert kept.protocols["random"] == now.models[0].protocols["random"]
    assert kept.protocols["faults"].rows == old.protocols["faults"].rows
    assert report.date in kept.protocols["faults"].measured
    assert not kept.protocols["fixed"].measured
    back = RobustnessReport.from_json(both.to_json()).models[0]
    assert back.protocols["faults"].measured == kept.protocols["faults"].measured
    with pytest.raises(InputError, match="samples are 8"):
        keep_protocols(now, replace(report, samples=8))
    others = (replace(report.models[1], absence="guess", checkpoint=kept.checkpoint),)
    with pytest.raises(InputError, match="other weights"):
        keep_protocols(now, replace(report, models=others))


def test_stopping_measures_what_was_read(readers, rooms, monkeypatch):
    from fusionviz.training.robustness import answers as module

    monkeypatch.setattr(module, "CHUNK", 4)
    settings = StudySettings(resamples=10, protocols=("random", "rmm"))
    told = []

    def stop(share, doing):
        told.append(share)
        return False

    report = study(readers[-1:], rooms, settings, data="rooms", tell=stop)
    assert report.samples == 4
    assert set(report.models[0].protocols) == {"random"}
    assert report.models[0].reliance[0].perceptual == {}
    assert len(told) == 1


def test_units_are_drawn_whole(rooms):
    paired = [replace(room, group="ab"[index % 2]) for index, room in enumerate(rooms)]
    settings = StudySettings(resamples=10, reliance=False)
    report = study([reader_of(tiny_alignmamba())], paired, settings, data="rooms")
    assert report.units == 2
    row = report.models[0].protocols["fixed"].rows[0]
    assert row.metrics["miou"].n == 2


def test_one_sample_has_figures_and_no_spread(rooms):
    report = study(
        [reader_of(tiny_alignmamba())], rooms[:1], StudySettings(resamples=5), data="x"
    )
    json.dumps(report.to_table(), allow_nan=False)
    figure = report.models[0].protocols["fixed"].rows[0].metrics["miou"]
    assert figure.low == figure.high == pytest.approx(figure.value)


def test_each_modality_has_its_own_rate():
    draws = draw_imbalanced(4000, {"a": 0.5, "b": 0.0}, draws=1, seed=3)
    subsets = [("a",), ("b",), ("a", "b")]
    kept = np.array(["a" in subsets[pick] for pick in draws.picks[0]])
    assert kept.mean() == pytest.approx(0.5, abs=0.03)
    assert all("b" in subsets[pick] for pick in draws.picks[0])
    assert draws.missing == pytest.approx(0.25, abs=0.02)


def test_what_does_not_fit_is_refused_in_a_sentence(readers, rooms):
    sentiment = reader_of(tiny_sentiment())
    with pytest.raises(InputError, match="read the same"):
        study([readers[0], sentiment], rooms, StudySettings(), data="x")
    with pytest.raises(InputError, match="protocols are"):
        StudySettings(protocols=("none",))
    unlabelled = [replace(room, label=None) for room in rooms[:2]]
    with pytest.raises(InputError, match="labels"):
        study(readers[:1], unlabelled, StudySettings(), data="x")
    blind = [replace(room, depth_m=None) for room in rooms[:2]]
    with pytest.raises(InputError, match="take away"):
        study(readers[:1], blind, StudySettings(), data="x")
    settings = StudySettings(protocols=("nm",))
    with pytest.raises(InputError, match="pixels"):
        study([sentiment], [render_utterance(1)], settings, data="x")

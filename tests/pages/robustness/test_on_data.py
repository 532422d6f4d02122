"""The tabs "On the data" and "Reliance": recorded at once, measured here on demand."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.app.pages import alts, words
from tests.helpers.robustness_reports import tiny_report
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango, tiny_sentiment

PAGE = "pages/robustness.py"
TAB = {"tab": "On the data"}


@pytest.fixture
def known(tmp_path):
    """Checkpoints whose cards say which set they were trained on."""
    folder = tmp_path / "checkpoints"
    for name, model, data in (
        ("alignmamba-known", tiny_alignmamba(), "rooms"),
        ("sentiment-known", tiny_sentiment(), "sentiment"),
        ("sentiment-other", tiny_sentiment(1), "sentiment"),
    ):
        recipe = {"data": {"set": data, "options": {}, "test": {}}}
        save_checkpoint(model, ModelCard(name=name, recipe=recipe), folder)
    return folder


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    folder = tmp_path / "results"
    tiny_report().save(folder / "robustness-rooms.json")
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(folder))
    return folder


def test_recorded_results_are_there_at_once(run_app, known, recorded):
    app = run_app(PAGE, address=TAB, checkpoints=known)
    assert not app.exception
    assert "MANGO, guess 0.800 to 0.625" in alts(app)[0]
    assert "**Recorded**: 3 models on 8 test samples" in words(app)
    assert "(2026-11-28, a machine" in words(app)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"robust_metric": "pixel_accuracy"}, "MANGO, zeros 0.900 to 0.200"),
        ({"robust_what": "imbalanced/depth"}, "depth alone"),
        ({"robust_what": "faults/rgb/darkness"}, "severity"),
        ({"robust_picture": "subsets"}, "MANGO, zeros: RGB 0.300"),
        ({"robust_picture": "summaries"}, "drop, 10 to 70 %"),
        (
            {"robust_picture": "summaries", "robust_protocol": "faults/depth"},
            "sparse AlignMamba 0.250",
        ),
    ],
)
def test_pictures_and_figures_are_chosen(run_app, known, recorded, address, expected):
    app = run_app(PAGE, address=TAB | address, checkpoints=known)
    assert not app.exception
    assert expected in alts(app)[0]


def test_reliance_says_what_a_disagreement_means(run_app, known, recorded):
    address = {"tab": "Reliance", "robust_model": "mango-tiny:guess"}
    app = run_app(PAGE, address=address, checkpoints=known)
    assert not app.exception
    assert "bed: RGB 0.100" in alts(app)[0]
    assert "leads it astray" in words(app)
    assert "MANGO, guess" in words(app)


def test_what_is_recorded_of_another_models_set_is_shown(run_app, tmp_path, recorded):
    """An AlignMamba of one set beside a MANGO of another, which is recorded."""
    for name, model, data in (
        ("alignmamba-nyu", tiny_alignmamba(), "nyuv2"),
        ("mango-known", tiny_mango(), "rooms"),
    ):
        card = ModelCard(name=name, recipe={"data": {"set": data}})
        save_checkpoint(model, card, tmp_path / "two")
    app = run_app(PAGE, address=TAB, checkpoints=tmp_path / "two")
    assert not app.exception
    assert "8 test samples of rooms" in words(app)


def test_models_of_two_sets_have_two_reports_and_no_common_picture(
    run_app, tmp_path, recorded
):
    other = replace(tiny_report("nyuv2"), models=tiny_report().models[:1])
    other.save(recorded / "robustness-nyuv2.json")
    for name, model, data in (
        ("alignmamba-nyu", tiny_alignmamba(), "nyuv2"),
        ("mango-known", tiny_mango(), "rooms"),
    ):
        card = ModelCard(name=name, recipe={"data": {"set": data}})
        save_checkpoint(model, card, tmp_path / "two")
    app = run_app(PAGE, address=TAB, checkpoints=tmp_path / "two")
    assert "1 model on 8 test samples of nyuv2" in words(app)
    assert "MANGO" not in alts(app)[0]
    app.selectbox(key="robust_set").select("rooms").run()
    assert not app.exception
    assert "3 models on 8 test samples of rooms" in words(app)
    assert "MANGO, guess" in alts(app)[0]
    address = {"tab": "Reliance", "reliance_set": "rooms"}
    app = run_app(PAGE, address=address, checkpoints=tmp_path / "two")
    assert "test samples of rooms" in words(app)


def test_what_is_not_recorded_says_the_command(run_app, known, tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path / "none"))
    for tab in ("On the data", "Reliance"):
        app = run_app(PAGE, address={"tab": tab}, checkpoints=known)
        assert not app.exception
        assert not alts(app)
        assert "fusionviz robustness alignmamba-known --out" in words(app)


def test_a_checkpoint_of_an_unknown_set_says_so(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert "test set of this checkpoint is not known" in words(app)


def test_what_is_measured_here_is_what_the_command_measures(
    run_app, known, tmp_path, monkeypatch
):
    """Of two checkpoints on utterances, to the last digit."""
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path / "none"))
    address = TAB | {"data": "utterance", "robust_samples": "16"}
    app = run_app(PAGE, address=address, checkpoints=known)
    app.button(key="robust_run").click().run()
    _, job = app.session_state["_job_robustness_report"]
    job.wait()
    app.run()
    assert not app.exception
    assert "**Measured here**: 2 models on 16 test samples" in words(app)
    (report,) = app.session_state["_robustness_here"].values()
    shown = json.loads(report.to_json())

    protocols = ("fixed", "random", "imbalanced", "emm")
    said = [word for one in protocols for word in ("--protocol", one)]
    names = [one["checkpoint"] for one in shown["models"]]
    order = ["robustness", *names, *said, "--count", "16", "--resamples", "300"]
    done = CliRunner().invoke(cli.app, [*order, "--json"])
    assert done.exit_code == 0, done.stderr
    printed = json.loads(done.stdout)
    for table in (shown, printed):
        for name in ("seconds", "date"):
            del table[name]
    assert shown == printed

    app.button(key="robust_back").click().run()
    assert not alts(app)


def test_it_can_be_stopped_and_shows_what_was_read(run_app, known, monkeypatch):
    from fusionviz.training.robustness import answers

    monkeypatch.setattr(answers, "CHUNK", 4)
    address = TAB | {"data": "utterance", "robust_samples": "16"}
    app = run_app(PAGE, address=address, checkpoints=known)

    class Stopped:
        def __getattr__(self, name):
            return getattr(self.job, name)

    import fusionviz.ui.shared.jobs as jobs

    monkeypatch.setattr(
        jobs.Job, "_tell", lambda self, share, doing: False, raising=True
    )
    app.button(key="robust_run").click().run()
    _, job = app.session_state["_job_robustness_report"]
    job.wait()
    app.run()
    assert not app.exception
    assert "on 4 test samples" in words(app)

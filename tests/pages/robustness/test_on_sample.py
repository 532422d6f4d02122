"""The tab "On your sample": modalities are switched, all models answer."""

import pytest

from fusionviz.analysis.robustness.failures import Failure
from fusionviz.data.rooms import GALLERY_SEEDS, render_room
from fusionviz.exhibits.robustness.failures import FailuresControls, make_failures
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.explain.robustness import make_failure_subject
from fusionviz.models.checkpoints import load_checkpoint
from tests.helpers.app.pages import address_of, alts, open_link, words

PAGE = "pages/robustness.py"


@pytest.fixture(scope="module")
def made(tiny_checkpoints):
    """What the exhibit of the same room says, without a page."""
    models = [
        load_checkpoint(tiny_checkpoints / name)
        for name in ("alignmamba-tiny", "mango-tiny")
    ]
    subject = make_failure_subject(models, render_room(GALLERY_SEEDS[0]))

    def of(*failures):
        controls = FailuresControls(failures=failures)
        return make_failures(Request(subject=subject, controls=controls))

    return of


def test_it_opens_with_the_last_modality_missing(run_app, made):
    app = run_app(PAGE)
    assert not app.exception
    assert not [*app.error, *app.warning]
    assert alts(app) == [made("depth:missing").alt]
    for title in ("AlignMamba", "MANGO, guess", "MANGO, zeros"):
        assert title in alts(app)[0]


def test_switch_and_severity_go_into_the_address_and_come_back(run_app, made):
    app = run_app(PAGE)
    app.selectbox(key="fail_rgb").select("darkness").run()
    app.selectbox(key="fail_depth").select("present").run()
    app.select_slider(key="severity_rgb").set_value("5").run()
    expected = made("rgb:darkness:5").alt
    assert alts(app) == [expected]
    address = address_of(app)
    assert address["fail_rgb"] == "darkness"
    assert address["fail_depth"] == "present"
    assert address["severity_rgb"] == "5"
    link = "/robustness?" + "&".join(f"{k}={v}" for k, v in address.items())
    assert alts(open_link(link)) == [expected]


def test_both_may_be_wrong_at_once(run_app, made):
    address = {"fail_rgb": "grey", "severity_rgb": "2", "fail_depth": "sparse"}
    app = run_app(PAGE, address=address)
    assert alts(app) == [made("rgb:grey:2", "depth:sparse:3").alt]


def test_nothing_left_and_nothing_wrong_are_sentences(run_app):
    app = run_app(PAGE, address={"fail_rgb": "missing", "fail_depth": "missing"})
    assert not app.exception
    assert not alts(app)
    assert "Nothing is left" in words(app)
    app = run_app(PAGE, address={"fail_depth": "present"})
    assert not alts(app)
    assert "Nothing is wrong" in words(app)


def test_words_of_an_address_that_mean_nothing_are_replaced(run_app, made):
    app = run_app(PAGE, address={"fail_depth": "burnt", "severity_rgb": "99"})
    assert not app.exception
    assert alts(app) == [made("depth:missing").alt]


def test_all_severities_are_a_strip(run_app):
    address = {"look": "strip", "fail_rgb": "darkness", "fail_depth": "present"}
    app = run_app(PAGE, address=address)
    assert not app.exception
    assert "Darkness of RGB at severities 0 to 5" in alts(app)[0]


def test_the_guess_is_there_at_once_and_draws_are_asked_for(run_app):
    app = run_app(PAGE, address={"look": "belief", "belief_steps": "1"})
    assert not app.exception
    assert "as MANGO believes it was" in alts(app)[0]
    assert "draw 1" not in alts(app)[0]
    app.button(key="start_belief").click().run()
    _, job = app.session_state["_job_robustness_belief"]
    job.wait()
    app.run()
    assert "draw 3" in alts(app)[0]


def test_an_utterance_has_its_own_modalities(run_app):
    app = run_app(PAGE, address={"data": "utterance", "fail_audio": "missing"})
    assert not app.exception
    assert "no text" in alts(app)[0] or "no audio" in alts(app)[0]
    assert "AlignMamba goes from" in alts(app)[0]
    app = run_app(PAGE, address={"data": "utterance", "look": "strip"})
    assert "at severities 0 to 5" in alts(app)[0]


def test_without_checkpoints_it_says_what_to_do(run_app, tmp_path):
    app = run_app(PAGE, checkpoints=tmp_path)
    assert not app.exception
    assert "fusionviz train" in app.info[0].value


def test_a_failure_is_read_from_its_text_and_back():
    for text in ("depth:missing", "rgb:darkness:3", "rgb:darkness:2.5"):
        assert Failure.of(text).to_text() == text
    for text in ("", "depth", "depth:", ":missing", "depth:missing:3", "rgb:grey"):
        with pytest.raises(ValueError, match="MODALITY"):
            Failure.of(text)
    with pytest.raises(ValueError, match="0 to 5"):
        Failure.of("rgb:grey:6")
    with pytest.raises(ValueError, match="once"):
        FailuresControls(failures=("rgb:missing", "rgb:grey:1"))

"""The tab "Training and λ": families, choices in the address, and damaged logs."""

import pytest

from tests.helpers.app.pages import alts
from tests.helpers.lambda_checkpoints import write_lambda_checkpoint

PAGE = "pages/distributions.py"
TAB = {"tab": "Training and λ", "data": "utterance"}


@pytest.fixture
def family(tmp_path):
    for name, weight in (("none", 0.0), ("one", 1.0)):
        write_lambda_checkpoint(tmp_path, name, weight)
    return tmp_path


def test_lambda_stands_above_the_training_of_its_family(run_app, family):
    app = run_app(PAGE, address=TAB, checkpoints=family)
    assert not app.exception
    first, second = alts(app)
    assert first.startswith("For λ of 0, 1: MAE 1.00, 2.00")
    assert "none:" in second
    assert "one:" in second
    assert app.multiselect(key="t_checkpoints").value == ["none", "one"]
    assert "t_checkpoints" not in app.query_params


def test_choices_come_from_the_address_and_stay_there(run_app, family):
    address = TAB | {"t_checkpoints": "one", "t_axis": "Time", "t_smooth": "9"}
    app = run_app(PAGE, address=address, checkpoints=family)
    assert not app.exception
    assert "none:" not in alts(app)[1]
    for key, value in (("t_checkpoints", "one"), ("t_axis", "Time"), ("t_smooth", "9")):
        assert app.query_params[key] in (value, [value])


def test_no_checkpoint_is_a_choice(run_app, family):
    app = run_app(PAGE, address=TAB | {"t_checkpoints": "none"}, checkpoints=family)
    app.multiselect(key="t_checkpoints").set_value([]).run()
    assert not app.exception
    assert len(alts(app)) == 1
    assert any("Choose a checkpoint" in one.value for one in app.caption)


def test_who_has_not_chosen_follows_the_checkpoint_that_reads(run_app, family):
    write_lambda_checkpoint(family, "lonely-one", 0.5, steps=3)
    app = run_app(PAGE, address=TAB, checkpoints=family)
    app.selectbox(key="reader").set_value("lonely-one").run()
    assert not app.exception
    assert app.multiselect(key="t_checkpoints").value == ["lonely-one"]
    told = "lonely-one has no checkpoints that differ in λ alone. Shown are none, one"
    assert any(one.value.startswith(told) for one in app.caption)
    assert "t_checkpoints" not in app.query_params


def test_a_damaged_log_is_one_sentence(run_app, tmp_path):
    # λ of their own: what is drawn of equal weights is kept between sessions.
    for name, weight in (("few", 0.3), ("many", 0.6)):
        write_lambda_checkpoint(tmp_path, name, weight)
    (tmp_path / "many.log.csv").write_text("stage,step\n1,x,1,error,1\n")
    app = run_app(PAGE, address=TAB, checkpoints=tmp_path)
    assert not app.exception
    assert len(alts(app)) == 1
    assert any("many.log.csv is damaged" in one.value for one in app.caption)


def test_checkpoints_without_siblings_or_logs_say_so(run_app):
    app = run_app(PAGE, address=TAB)
    assert not app.exception
    assert not alts(app)
    said = " ".join(one.value for one in app.caption)
    assert "differ in λ alone" in said
    assert "training log" in said

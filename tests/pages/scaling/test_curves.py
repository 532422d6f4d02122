"""The Curves tab: one length, all models; families, passes, runs; nothing recorded."""

import pytest

from tests.helpers.app.pages import address_of, alts, words
from tests.helpers.scaling_runs import known_run, marked_run, write_runs

PAGE = "pages/scaling.py"


def test_it_reads_all_models_off_and_quotes_the_paper(run_app, results):
    write_runs(results, cpu=known_run())
    app = run_app(PAGE)
    assert not app.exception
    said = words(app)
    assert "4,096 tokens" in said
    assert "4.10 times faster" in said
    assert "| Multi-stream Transformer, fused attention | 1.68 s |" in said
    assert "| a single-stream Transformer | time | −83.3 % | −84.4 % |" in said
    assert "one, 2 threads, 2026-01-02" in said
    assert alts(app)[0].startswith("Time, memory and operations")


def test_the_length_is_moved_and_linked(run_app, results):
    write_runs(results, cpu=known_run())
    app = run_app(PAGE)
    app.select_slider(key="length").set_value("512").run()
    assert "1.95 times slower" in words(app)
    assert address_of(app)["length"] == "512"
    again = run_app(PAGE, address={"length": "512", "family": "flow"})
    assert "MANGO inverse" in words(again)
    assert "512 tokens" in words(again)


def test_passes_are_those_of_the_run(run_app, results):
    write_runs(results, cpu=known_run())
    app = run_app(PAGE, address={"passes": "training"})
    assert "AlignMamba" in words(app)
    assert "fused" not in words(app).split("Recorded")[0]
    app.segmented_control(key="family").set_value("flow").run()
    assert not app.exception
    assert "MANGO forward" in words(app)


def test_tokens_are_held_constant_where_the_run_has_such_cells(run_app, results):
    write_runs(results, cpu=known_run())
    app = run_app(PAGE)
    app.segmented_control(key="batching").set_value("constant").run()
    assert not app.exception
    assert "4 sequences at once" in words(app)
    assert "83.3 %" not in words(app)
    address = address_of(app)
    assert address["batching"] == "constant"
    assert "4 sequences at once" in words(run_app(PAGE, address=address))
    app.segmented_control(key="family").set_value("flow").run()
    assert not app.exception
    assert not [one for one in app.segmented_control if one.key == "batching"]


def test_of_several_runs_one_is_chosen_and_the_others_stand_beside_it(run_app, results):
    write_runs(results, cpu=known_run(), cuda=known_run("a card", times=0.01))
    app = run_app(PAGE)
    app.selectbox(key="run").set_value("scaling-cuda.json").run()
    assert "Recorded on a card" in words(app)
    assert "4.10 ms" in words(app)
    assert address_of(app)["run"] == "scaling-cuda.json"


def test_without_a_run_it_says_the_command(run_app, results):
    app = run_app(PAGE)
    assert not [*app.exception, *app.error, *app.warning]
    assert "python -m benchmarks.scaling" in words(app)
    assert not alts(app)


def test_a_run_of_marks_alone_and_a_damaged_file_are_no_trouble(run_app, results):
    write_runs(results, cpu=marked_run())
    (results / "scaling-cuda.json").write_text("{")
    with pytest.warns(UserWarning, match="no scaling run"):
        app = run_app(PAGE)
    assert not [*app.exception, *app.error]
    assert "0.25 GiB" in words(app)
    assert "given up" in alts(app)[0]

"""What the pictures of the solvers and of Sinkhorn's way draw."""

from dataclasses import replace

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSide
from fusionviz.analysis.transport.epsilon_sweep import EPSILONS, sweep_epsilon
from fusionviz.analysis.transport.plain_sinkhorn import run_plain
from fusionviz.analysis.transport.plan_cells import cells_of
from fusionviz.analysis.transport.solvers import SOLVERS, TOLERANCE, ErrorCurve, solve
from fusionviz.views.shared.style import MARK
from fusionviz.views.transport.convergence import (
    FLOOR,
    describe_convergence,
    draw_convergence,
    stages_of,
)
from fusionviz.views.transport.epsilon_sweep import describe_sweep, draw_sweep
from fusionviz.views.transport.plan_panel import mass_scale, paint, round_high
from fusionviz.views.transport.sinkhorn_film import (
    LARGEST_SIDE,
    describe_film,
    draw_film,
)
from fusionviz.views.transport.solvers import (
    count_empty,
    describe_solvers,
    draw_solvers,
)
from tests.helpers.figures import cells, cividis, heatmaps, pixels, texts


def case_of(cost, *, truth=None):
    rows, columns = cost.shape
    return AlignmentCase(
        source=TokenSide(name="audio", labels=tuple(f"s{i}" for i in range(rows))),
        target=TokenSide(name="text", labels=("the",) * columns),
        x=np.ones((rows, 2)),
        y=np.ones((columns, 2)),
        cost=cost,
        own_plan=np.full(cost.shape, 1 / cost.size),
        own_solver="relaxed",
        truth=truth,
    )


@pytest.fixture
def case(rng):
    cost = rng.uniform(0, 2, (9, 6))
    return case_of(cost, truth=cost.argmin(axis=1))


@pytest.fixture
def answers(case):
    return {solver: solve(case, solver, 0.1) for solver in SOLVERS}


def areas(figure):
    return [t for t in figure.data if t.type == "scatter" and t.fill]


def test_every_solvers_plan_is_told_in_tokens(case, answers):
    figure = draw_solvers(case, answers)
    for solver, drawn in zip(SOLVERS, heatmaps(figure), strict=True):
        expected = 9 * answers[solver].plan
        np.testing.assert_allclose(drawn.z, expected, atol=1e-6)
        whole, hundredths = np.moveaxis(np.asarray(drawn.customdata, int), -1, 0)
        np.testing.assert_array_equal(
            100 * whole + hundredths, np.rint(100 * case.cost)
        )
    assert figure.layout.xaxis.labelalias["2"] == "the"
    assert figure.layout.yaxis.labelalias["8"] == "s8"


def test_marginals_stand_on_the_edges_on_shared_scales(case, answers):
    figure = draw_solvers(case, answers)
    for place, solver in enumerate(SOLVERS):
        above, beside = areas(figure)[2 * place : 2 * place + 2]
        np.testing.assert_allclose(
            above.y[::2], 6 * answers[solver].plan.sum(axis=0), rtol=1e-5
        )
        np.testing.assert_allclose(
            beside.x[::2], 9 * answers[solver].plan.sum(axis=1), rtol=1e-5
        )
    layout = figure.layout
    assert layout.yaxis2.range == layout.yaxis4.range == layout.yaxis6.range
    assert layout.xaxis2.range == layout.xaxis4.range == layout.xaxis6.range
    assert layout.yaxis2.range[1] > 6 * answers["relaxed"].plan.sum(axis=0).max()
    even = [shape for shape in layout.shapes if shape.type == "line"]
    assert [line.y0 for line in even[::2]] == [1, 1, 1]
    assert [line.x0 for line in even[1::2]] == [1, 1, 1]


def test_pictures_are_painted_on_one_scale_that_the_bar_names(case, answers):
    figure = draw_solvers(case, answers)
    high = round_high(9 * answers["sinkhorn"].plan)
    (bar,) = [t for t in figure.data if t.type == "scatter" and t.marker.showscale]
    assert (bar.marker.cmin, bar.marker.cmax) == (0, high)
    for solver, picture in zip(SOLVERS, figure.layout.images, strict=True):
        shown = cells(picture.source, 9, 6)
        expected = cividis(9 * answers[solver].plan / high)
        np.testing.assert_allclose(shown, expected, atol=2)
        assert (picture.sizex, picture.sizey) == (6, 9)


def test_numbers_stand_above_each_plan(case, answers):
    said = texts(draw_solvers(case, answers))
    assert "Sinkhorn</b>, ε = 0.1" in said
    assert "100 % right" in said
    right = (answers["exact"].plan.argmax(axis=1) == case.truth).mean()
    assert 0 < right < 1
    assert f"{100 * right:.1f} % right" in said
    assert "converged in" in said
    empty = int((answers["relaxed"].plan.sum(axis=0) == 0).sum())
    assert f"closed form; {empty} of 6 get nothing" in said
    assert count_empty(answers["relaxed"]) == empty > 0
    assert "right" not in texts(draw_solvers(replace(case, truth=None), {
        name: replace(one, score=None) for name, one in answers.items()
    }))  # fmt: skip
    assert describe_solvers(case, answers).startswith("Plans from 9 audio tokens to 6")


@pytest.mark.parametrize(
    ("columns", "word", "named"), [(6, "the", True), (6, 40 * "x", False), (20, "a", 0)]
)
def test_columns_are_named_where_that_fits(rng, columns, word, named):
    case = case_of(rng.uniform(0, 2, (4, columns)))
    case = replace(case, target=TokenSide(name="text", labels=(word,) * columns))
    answers = {solver: solve(case, solver, 0.1) for solver in SOLVERS}
    for figure in (draw_solvers(case, answers), draw_film(case, run_plain(case, 0.1))):
        assert len(figure.layout.xaxis.tickvals) == (columns if named else 0)
        assert figure.layout.xaxis.labelalias["0"] == word  # told when hovered


def test_a_plan_that_has_not_converged_says_so(case, answers):
    stopped = {**answers, "sinkhorn": solve(case, "sinkhorn", 0.01, 1)}
    assert "<b>not converged</b> in 1 iterations" in texts(draw_solvers(case, stopped))


def test_many_tokens_are_pooled_and_the_chart_says_so(rng):
    case = case_of(rng.uniform(0, 2, (300, 20)))
    answers = {solver: solve(case, solver, 0.1) for solver in SOLVERS}
    figure = draw_solvers(case, answers)
    assert [trace.z.shape for trace in heatmaps(figure)] == [(150, 20)] * 3
    assert "a cell holds 2 × 1" in texts(figure)
    assert len(figure.to_json()) < 2_000_000


@pytest.mark.parametrize(
    ("largest", "high"),
    [(0.9, 1.0), (0.31, 0.5), (0.5, 0.5), (0.0041, 0.005), (2.5, 1.0), (0.0, 1.0)],
)
def test_colours_end_at_a_round_number(largest, high):
    mass = np.zeros((3, 4))
    mass[:, 1] = largest
    assert round_high(mass) == high
    assert mass_scale(high).cut == (high < 1)


def test_what_is_beyond_the_scale_has_its_last_colour():
    shown = pixels(paint(np.array([[0.0, 0.5], [1.0, 9.0]]), 1.0))
    corners = shown[[0, 0, -1, -1], [0, -1, 0, -1]]
    np.testing.assert_allclose(corners, cividis(np.array([0, 0.5, 1, 1])), atol=2)


def test_a_sweep_shows_measures_levels_and_the_epsilon(case):
    sweep = sweep_epsilon(case)
    figure = draw_sweep(sweep, epsilon=0.07)
    panels = [sweep.cost, sweep.entropy_bits, 100 * sweep.score, sweep.iterations]
    curves = [t for t in figure.data if t.mode == "lines+markers"]
    for curve, values in zip(curves, panels, strict=True):
        np.testing.assert_array_equal(curve.x, EPSILONS)
        np.testing.assert_allclose(curve.y, values)
    chosen = [t for t in figure.data if t.line.color == MARK]
    assert [list(line.x) for line in chosen] == [[0.07, 0.07]] * 4
    levels = [t.y[0] for t in figure.data if t.line.dash == "dash"]
    assert levels == pytest.approx(
        [sweep.exact.cost, case.cost.mean(), sweep.exact.entropy_bits,
         np.log2(54), 100 * sweep.exact.score]
    )  # fmt: skip
    assert figure.layout.xaxis.type == "log"
    assert describe_sweep(sweep).endswith(".")


def test_plans_that_have_not_converged_are_crosses(case):
    sweep = sweep_epsilon(case, 1)
    assert not sweep.converged.all()
    curve = next(
        t for t in draw_sweep(sweep, epsilon=1).data if t.mode == "lines+markers"
    )
    assert [s == "x" for s in curve.marker.symbol] == (~sweep.converged).tolist()


def test_a_sweep_without_truth_has_no_score(rng):
    sweep = sweep_epsilon(case_of(rng.uniform(size=(4, 4))))
    figure = draw_sweep(sweep, epsilon=0.05)
    assert "sent right" not in texts(figure)
    assert "sent right" not in describe_sweep(sweep)


def test_convergence_draws_a_line_for_each_epsilon_and_stars_for_newton(rng):
    case = case_of(rng.uniform(0, 2, (60, 60)))
    answer, plain = solve(case, "sinkhorn", 0.002), run_plain(case, 0.002, (100,))
    figure = draw_convergence(answer, plain)
    ours = [t for t in figure.data if t.name and t.name.startswith("ours")]
    assert len(ours) == len(np.unique(answer.curve.epsilon)) > 2
    assert ours[-1].name == "ours, ε = 0.002 as asked"
    drawn = np.concatenate([t.y for t in ours])
    np.testing.assert_allclose(drawn, np.maximum(answer.curve.errors, FLOOR))
    symbols = np.concatenate([t.marker.symbol for t in ours])
    np.testing.assert_array_equal(symbols == "star", answer.curve.newton)
    assert answer.curve.newton.any()
    (theirs,) = [t for t in figure.data if t.name == "plain Sinkhorn"]
    np.testing.assert_allclose(theirs.y, plain.errors[::2])
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.shapes[0].y0 == TOLERANCE
    # Its name stands right of the panel, where no curve is.
    (label,) = [a for a in figure.layout.annotations if "tolerance" in a.text]
    assert (label.x, label.xref, label.xanchor) == (1, "x domain", "left")
    assert label.y == np.log10(TOLERANCE)
    assert "has not converged after 50 iterations" in describe_convergence(
        answer, plain
    )


def test_stages_are_runs_of_one_epsilon():
    curve = ErrorCurve(
        iterations=np.array([0, 16, 16, 33, 49]),
        epsilon=np.array([0.2, 0.2, 0.05, 0.05, 0.05]),
        errors=np.ones(5),
    )
    assert [list(stage) for stage in stages_of(curve)] == [[0, 1], [2, 3, 4]]
    assert curve.newton.tolist() == [False, False, False, True, False]


def test_only_sinkhorn_has_a_curve(case, answers):
    with pytest.raises(ValueError, match="no curve"):
        draw_convergence(answers["exact"], run_plain(case, 0.1))


def test_a_film_has_a_frame_for_each_step_and_moves_a_trace_of_each_panel(case):
    plain = run_plain(case, 0.05)
    figure = draw_film(case, plain)
    assert len(figure.frames) == len(plain.half_steps) > 10
    panels = {(t.xaxis or "x", t.yaxis or "y") for t in figure.data}
    high = round_high(9 * plain.plans[-1])
    for place, frame in enumerate(figure.frames):
        assert {(t.xaxis or "x", t.yaxis or "y") for t in frame.data} == panels
        plan = plain.plans[place]
        (picture,) = frame.layout.images
        np.testing.assert_allclose(
            cells(picture.source, 9, 6), cividis(9 * plan / high), atol=2
        )
        above, beside = (t for t in frame.data if t.fill)
        np.testing.assert_allclose(above.y[::2], 6 * plan.sum(axis=0), rtol=1e-5)
        np.testing.assert_allclose(beside.x[::2], 9 * plan.sum(axis=1), rtol=1e-5)
        said = next(t.text[0] for t in frame.data if t.mode == "text")
        step = int(plain.half_steps[place])
        wanted = "rows scaled" if step % 2 else "columns scaled" if step else "kernel"
        assert wanted in said
    labels = [step.label for step in figure.layout.sliders[0].steps]
    assert labels == [str(step) for step in plain.half_steps]
    assert describe_film(case, plain).startswith("The plan from audio to text after")


def test_a_film_of_many_tokens_is_pooled_small_and_says_so(rng):
    case = case_of(rng.uniform(0, 2, (256, 256)))
    plain = run_plain(case, 0.02)
    figure = draw_film(case, plain)
    assert cells_of(case, plain.plans[0], LARGEST_SIDE).mass.shape == (128, 128)
    assert "2 × 2 tokens<br>a cell" in texts(figure)
    assert len(figure.to_json()) < 2_000_000

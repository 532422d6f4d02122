"""What a picture of ribbons draws."""

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSide
from fusionviz.analysis.shared.time_axis import time_axis
from fusionviz.analysis.transport.ribbons import ribbons_of
from fusionviz.analysis.transport.solvers import solve
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS
from fusionviz.views.transport.ribbons.figure import draw_ribbons
from fusionviz.views.transport.ribbons.places import lay_out, width_of_mass
from fusionviz.views.transport.ribbons.styles import GREY, WRONG
from fusionviz.views.transport.ribbons.words import describe_ribbons

WORDS = ("good", "<b>film</b>", "again")


def spans(count, start=0.0, step=0.5):
    edges = start + step * np.arange(count + 1)
    return np.stack([edges[:-1], edges[1:]], axis=1).astype(np.float32)


def case_of(name, count, *, truth=None, clocked=True, seed=0):
    """A case whose relaxed plan sends token i to word i % 3."""
    cost = np.random.default_rng(seed).uniform(0.5, 1, (count, 3))
    cost[np.arange(count), np.arange(count) % 3] = 0.1
    times = spans(count) if clocked else None
    words = TokenSide(
        name="text", labels=WORDS, times=spans(3, 0, 1) if clocked else None
    )
    frames = tuple(f"frame {step + 1}" for step in range(count))
    return AlignmentCase(
        source=TokenSide(name=name, labels=frames, times=times),
        target=words,
        x=np.zeros((count, 2)),
        y=np.zeros((3, 2)),
        cost=cost,
        own_plan=np.full_like(cost, 1 / cost.size),
        own_solver="relaxed",
        truth=None if truth is None else np.array(truth),
        truth_word="its true word",
    )


TRUTH = [0, 1, 0, 0, -1, 2]  # right, right, wrong, right, nowhere, right


def ribbons(case, solver="relaxed", count=400):
    return ribbons_of(case, solve(case, solver), count)


def draw(*plans, word=-1):
    sides = [plans[0].case.target, *(one.case.source for one in plans)]
    return draw_ribbons(plans, time_axis(sides), word=word)


def shapes(figure, colour):
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    look = f"rgba({red},{green},{blue}"
    return [
        trace
        for trace in figure.data
        if trace.fill == "toself"
        and trace.name
        and trace.fillcolor.startswith(look)
        and not trace.showlegend
    ]


def texts(figure):
    return [note.text for note in figure.layout.annotations]


def drawn(trace):
    return int(np.isnan(np.asarray(trace.x, float)).sum())


def test_ribbons_are_as_wide_as_their_mass_at_both_ends():
    one = ribbons(case_of("video", 6), "sinkhorn")
    frames, words = spans(6).astype(float), spans(3, 0, 1).astype(float)
    width = width_of_mass([(one, frames)], words)
    ends = lay_out(one, frames, words, width)
    for side, token, mass in (
        (ends.source, one.source, one.answer.plan.sum(axis=1)),
        (ends.target, one.target, one.answer.plan.sum(axis=0)),
    ):
        np.testing.assert_allclose(np.ptp(side, axis=1), width * one.mass)
        total = np.bincount(token, np.ptp(side, axis=1), minlength=len(mass))
        np.testing.assert_allclose(total, width * mass, rtol=0.02)


def test_ribbons_of_a_token_lie_side_by_side_about_its_middle():
    one = ribbons(case_of("video", 6), "sinkhorn")
    frames, words = spans(6).astype(float), spans(3, 0, 1).astype(float)
    ends = lay_out(one, frames, words, width_of_mass([(one, frames)], words))
    for side, token, spots in (
        (ends.source, one.source, frames),
        (ends.target, one.target, words),
    ):
        for place in range(len(spots)):
            own = side[token == place]
            own = own[np.argsort(own[:, 0])]
            np.testing.assert_allclose(own[1:, 0], own[:-1, 1], atol=1e-12)
            centre = (own[0, 0] + own[-1, 1]) / 2
            assert centre == pytest.approx(spots[place].mean())
            assert own[0, 0] >= spots[place, 0] - 1e-9
            assert own[-1, 1] <= spots[place, 1] + 1e-9


def test_right_wrong_and_homeless_ones_differ_by_more_than_colour():
    figure = draw(ribbons(case_of("video", 6, truth=TRUTH)))
    (right,) = shapes(figure, MODALITY_COLOURS["video"])
    (wrong,) = shapes(figure, WRONG)
    (nowhere,) = shapes(figure, GREY)
    assert [drawn(one) for one in (right, wrong, nowhere)] == [4, 1, 1]
    assert (wrong.line.dash, wrong.fillpattern.shape) == ("dot", "/")
    assert right.line.dash == nowhere.line.dash == "solid"
    named = [trace.name for trace in figure.data if trace.showlegend]
    assert named == ["video, its true word", "another word", "frame of no word"]


def test_outlines_go_from_the_frame_to_the_word():
    figure = draw(ribbons(case_of("video", 6, truth=TRUTH)))
    (wrong,) = shapes(figure, WRONG)  # frame 3 of 6 to the last word
    x, y = (np.asarray(part, float)[:-1] for part in (wrong.x, wrong.y))
    assert x[y == y.min()].mean() == pytest.approx(1.25, abs=0.1)
    assert x[y == y.max()].mean() == pytest.approx(2.5, abs=0.5)


def test_two_sources_meet_in_the_middle():
    figure = draw(
        ribbons(case_of("video", 6, truth=TRUTH)),
        ribbons(case_of("audio", 9, truth=[0] * 9)),
    )
    (video,) = shapes(figure, MODALITY_COLOURS["video"])
    (audio,) = shapes(figure, MODALITY_COLOURS["audio"])
    assert np.nanmax(video.y) < np.nanmin(audio.y)
    assert {"4 of 5 right", "3 of 9 right"} <= set(texts(figure))


def test_the_strip_names_the_true_word_of_each_run():
    figure = draw(ribbons(case_of("video", 6, truth=[0, 0, 0, 2, 2, -1])))
    notes = {(note.text, note.x) for note in figure.layout.annotations}
    assert ("good", 0.75) in notes
    assert ("again", 2.0) in notes
    assert "true word" in texts(figure)


def test_names_are_no_markup():
    figure = draw(ribbons(case_of("video", 6)))
    assert "&lt;b&gt;film&lt;/b&gt;" in texts(figure)


def test_a_word_stands_out_and_the_others_fade():
    figure = draw(ribbons(case_of("video", 6, truth=TRUTH)), word=0)
    faded, strong = shapes(figure, MODALITY_COLOURS["video"])
    alphas = [float(one.fillcolor[:-1].split(",")[-1]) for one in (faded, strong)]
    assert alphas[0] < 0.2 < alphas[1]
    assert (drawn(faded), drawn(strong)) == (2, 2)
    (frame,) = [trace for trace in figure.data if trace.line.color == MARK]
    assert drawn(frame) == 3  # the word, and the two runs that belong to it


def test_without_truth_the_colour_is_the_cost_from_0():
    one = ribbons(case_of("video", 6), "sinkhorn")
    figure = draw(one)
    (bar,) = [trace for trace in figure.data if trace.marker.colorbar.title.text]
    assert (bar.marker.cmin, bar.marker.cmax) == (0, one.cost.max())
    assert "no unit" in bar.marker.colorbar.title.text
    assert not any(trace.showlegend for trace in figure.data)
    assert "true word" not in texts(figure)


def test_markers_carry_the_word_and_say_the_pair():
    one = ribbons(case_of("video", 6, truth=TRUTH))
    figure = draw(one)
    words, pairs, frames = [trace for trace in figure.data if trace.text is not None]
    assert [data[0] for data in words.customdata] == [0, 1, 2]
    assert [data[0] for data in frames.customdata] == [0, 1, 2, 0, 1, 2]
    assert [data[0] for data in pairs.customdata[::3]] == [0, 1, 2, 0, 1, 2]
    assert "100.0% of its mass, cost 0.100" in pairs.text[0]
    assert pairs.text[6].endswith("its true word: good")
    assert pairs.text[12].endswith("it has no true word")
    received = np.bincount(np.arange(6) % 3) / 6
    assert f"receives {received[0]:.1%} of the mass of video" in words.text[0]
    for trace in (words, pairs, frames):
        assert trace.unselected.marker.opacity == trace.selected.marker.opacity == 0


def test_without_a_clock_the_axis_says_step():
    figure = draw(ribbons(case_of("video", 6, clocked=False)))
    assert figure.layout.xaxis.title.text.startswith("step")
    assert figure.layout.xaxis.showticklabels is False
    figure = draw(ribbons(case_of("video", 6)))
    assert figure.layout.xaxis.title.text.startswith("seconds")


def test_what_is_left_out_is_said_on_the_picture():
    one = ribbons(case_of("video", 6), "sinkhorn", 3)
    share = np.sort(one.answer.plan.ravel())[-3:].sum()
    assert f"{share:.0%} of video's mass" in draw(one).layout.xaxis.title.text
    assert "mass" not in draw(ribbons(case_of("video", 6))).layout.xaxis.title.text


def test_a_long_sequence_stays_quick():
    one = ribbons(case_of("video", 300, truth=[0] * 300), "sinkhorn")
    figure = draw(one)
    assert len(figure.data) < 30
    assert len(figure.to_json()) < 1_000_000


def test_it_is_described_with_its_score():
    one = ribbons(case_of("video", 6, truth=TRUTH))
    said = describe_ribbons([one], 1)
    for told in ("6 ribbons", "6 frames of video", "3 of text", "4 of 5", "80%"):
        assert told in said
    assert "<b>film</b>" in said

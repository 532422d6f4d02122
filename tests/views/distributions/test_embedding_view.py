"""What the planes of tokens draw."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.embedding import Cloud, Embedding, Panel
from fusionviz.analysis.distributions.stage_tokens import Separation
from fusionviz.views.distributions.embedding import describe_embedding, draw_embedding
from fusionviz.views.shared.style import MARK, MODALITY_COLOURS
from tests.helpers.figures import texts


def cloud(name, places, *, empty=(), moved=False, count=None):
    places = np.asarray(places, np.float64)
    hollow = np.zeros(len(places), bool)
    hollow[list(empty)] = True
    return Cloud(
        name=name,
        places=places,
        tokens=np.arange(len(places)),
        count=count or len(places),
        labels=tuple(f"{name} <{one}>" for one in range(len(places))),
        empty=hollow,
        moved=moved,
    )


@pytest.fixture
def embedding(rng):
    video, text = rng.normal(size=(6, 2)), rng.normal(1, 1, size=(4, 2))
    moved = rng.normal(size=(4, 2))
    apart = Separation(first="video", second="text", centres=7.1, spreads=0.5)
    links = {"video": np.array([[0, 0], [5, 3]])}
    panels = (
        Panel(
            stage="raw",
            clouds=(cloud("video", video),),
            fits={"video": 0.8},
            left_out=("text",),
        ),
        Panel(
            stage="encoded",
            clouds=(cloud("video", video), cloud("text", text)),
            explained=np.array([0.5, 0.3]),
            separations=(apart,),
            links=links,
        ),
        Panel(
            stage="aligned",
            clouds=(
                cloud("video", moved, empty=[1, 2], moved=True),
                cloud("text", text),
            ),
            explained=np.array([0.4, 0.3]),
            separations=(
                Separation(first="video", second="text", centres=2.3, spreads=0.2),
            ),
            links={"video": np.array([[0, 0], [3, 3]])},
        ),
    )
    return Embedding(
        method="pca",
        panels=panels,
        explained=np.array([0.456, 0.123]),
        spreads={"encoded": 10.0, "aligned": 10.0},
        anchor="text",
    )


def points(figure) -> list:
    return [t for t in figure.data if t.customdata is not None and t.mode == "markers"]


def test_every_token_is_a_point_that_says_which_it_is(embedding):
    drawn = points(draw_embedding(embedding))
    clouds = [one for p in embedding.panels for one in reversed(p.clouds)]
    assert len(drawn) == len(clouds) == 5
    for trace, one in zip(drawn, clouds, strict=True):
        np.testing.assert_allclose(trace.x, one.places[:, 0], atol=1e-4)
        np.testing.assert_allclose(trace.y, one.places[:, 1], atol=1e-4)
        assert list(trace.customdata[2]) == [one.name, 2, one.moved]
        assert trace.marker.color == MODALITY_COLOURS[one.name]
        assert trace.text[0] == f"{one.name} &lt;0&gt;"


def test_modalities_differ_in_shape_and_what_got_nothing_is_hollow(embedding):
    drawn = points(draw_embedding(embedding))
    shapes = [list(one.marker.symbol) for one in drawn]
    assert shapes[0] == ["diamond"] * 6
    assert shapes[1] == ["circle"] * 4
    assert shapes[4] == ["diamond", "diamond-open", "diamond-open", "diamond"]
    assert "received nothing" in drawn[4].text[1]


def test_all_panels_share_axes_which_name_their_share(embedding):
    figure = draw_embedding(embedding)
    x_axes, y_axes = list(figure.select_xaxes()), list(figure.select_yaxes())
    assert len({tuple(one.range) for one in x_axes}) == 1
    assert len({tuple(one.range) for one in y_axes}) == 1
    assert {one.title.text for one in x_axes} == {"axis 1: 45.6 % of variance"}
    assert y_axes[0].title.text == "axis 2: 12.3 % of variance"
    for trace in points(figure):
        assert x_axes[0].range[0] < trace.x.min()
        assert trace.x.max() < x_axes[0].range[1]


def test_one_stray_token_of_hundreds_does_not_decide_the_range(rng):
    places = rng.uniform(-1, 1, size=(300, 2))
    places[7] = 50, 50
    panel = Panel(stage="encoded", clouds=(cloud("text", places, count=900),))
    figure = draw_embedding(
        Embedding(
            method="pca",
            panels=(panel,),
            explained=np.array([0.5, 0.5]),
            spreads={"encoded": 1.0},
            anchor="text",
        )
    )
    low, high = next(figure.select_xaxes()).range
    assert -3 < low < -0.9
    assert 0.9 < high < 3
    assert "300 of 900 tokens shown" in texts(figure)
    said = texts(figure).split(" beyond the edges")[0]
    assert int(said.split(">")[-1]) >= 1


def test_titles_say_how_far_apart_centres_are(embedding):
    said = texts(draw_embedding(embedding))
    assert "before the encoders" in said
    assert "centres 7.10 apart" in said
    assert "centres 2.30 apart" in said
    assert "hollow: 2 got nothing" in said
    assert "no features: text" in said
    words = describe_embedding(embedding)
    assert "before alignment: centres apart video ↔ text 7.10" in words
    assert words.endswith(".")


def test_two_sources_are_told_by_their_distance_from_the_anchor(embedding):
    apart = tuple(
        Separation(first=a, second=b, centres=c, spreads=1.0)
        for a, b, c in (
            ("video", "audio", 9),
            ("video", "text", 1),
            ("audio", "text", 2),
        )
    )
    panels = (
        Panel(stage="encoded", clouds=embedding.panels[1].clouds, separations=apart),
    )
    one = Embedding(
        method="tsne", panels=panels, explained=None, spreads={}, anchor="text"
    )
    figure = draw_embedding(one)
    assert "centres, from text's:</span><br>" in texts(figure)
    assert "video 1.00, audio 2.00" in texts(figure)
    assert next(figure.select_xaxes()).title.text == "t-SNE axis 1 (no unit)"


def test_picked_tokens_are_brought_out_and_others_fade(embedding):
    plain = points(draw_embedding(embedding))
    at = {
        "encoded": {"video": np.arange(6) == 4},
        "aligned": {"video": np.arange(4) == 0},
    }
    drawn = points(draw_embedding(embedding, at))
    assert len(drawn) == len(plain) + 2
    marked = [one for one in drawn if one.marker.line.color == MARK]
    assert [one.customdata[0][1] for one in marked] == [4, 0]
    assert [one.marker.opacity for one in marked] == [1, 1]
    faded = {one.marker.opacity for one in drawn[1:] if one not in marked}
    assert max(faded) < plain[0].marker.opacity
    # A lasso must not dim what the drawing has set already.
    assert all(t.unselected.marker.opacity == t.marker.opacity for t in drawn)


def lines(figure) -> list:
    return [one for one in figure.data if one.name == "links"]


def test_lines_join_tokens_that_belong_together(embedding):
    assert not lines(draw_embedding(embedding))
    drawn = lines(draw_embedding(embedding, links=True))
    assert len(drawn) == 2
    clouds = embedding.panels[1].clouds
    np.testing.assert_allclose(
        drawn[0].x[3:5], [clouds[0].places[5, 0], clouds[1].places[3, 0]], atol=1e-4
    )
    assert drawn[0].x[2] is None
    at = {"encoded": {"text": np.arange(4) == 3}}
    joined = lines(draw_embedding(embedding, at, links=True))[0]
    assert len(joined.x) == 3
    assert joined.line.color == MARK


def test_centres_and_ellipses_are_drawn(embedding):
    figure = draw_embedding(embedding)
    crosses = [t for t in figure.data if t.name == "text centre"]
    assert [one.marker.symbol for one in crosses] == ["cross", "cross"]
    mean = embedding.panels[1].clouds[1].places.mean(axis=0)
    np.testing.assert_allclose([crosses[0].x[0], crosses[0].y[0]], mean, atol=1e-4)
    assert len([t for t in figure.data if t.name == "video ellipse"]) == 3
    named = [t.name for t in figure.data if t.showlegend is not False]
    assert named == [
        "video",
        "text",
        "centre",
        "95 % of a Gaussian",
        "received nothing",
    ]


def test_tokens_at_one_place_have_a_range_and_no_ellipse():
    panel = Panel(stage="encoded", clouds=(cloud("text", np.zeros((3, 2))),))
    one = Embedding(
        method="pca",
        panels=(panel,),
        explained=np.zeros(2),
        spreads={"encoded": 1.0},
        anchor="text",
    )
    figure = draw_embedding(one)
    low, high = next(figure.select_xaxes()).range
    assert low < 0 < high
    assert not [t for t in figure.data if str(t.name).endswith("ellipse")]
    assert "one modality" in texts(figure)

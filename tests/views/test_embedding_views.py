"""What the planes of tokens, the picked ones and the paths of centres draw."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from fusionviz.analysis.movement import Movement
from fusionviz.analysis.stage_tokens import Apart
from fusionviz.analysis.token_clouds import Cloud, Embedding, Panel
from fusionviz.analysis.token_picks import Selection
from fusionviz.analysis.token_subject import TokenSide
from fusionviz.views.embedding import describe_embedding, draw_embedding
from fusionviz.views.movement import describe_movement, draw_movement
from fusionviz.views.picked_tokens import describe_picked, draw_picked
from fusionviz.views.style import MARK, MODALITY_COLOURS


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
    apart = Apart(first="video", second="text", centres=7.1, spreads=0.5)
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
            apart=(apart,),
            links=links,
        ),
        Panel(
            stage="aligned",
            clouds=(
                cloud("video", moved, empty=[1, 2], moved=True),
                cloud("text", text),
            ),
            explained=np.array([0.4, 0.3]),
            apart=(Apart(first="video", second="text", centres=2.3, spreads=0.2),),
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


def texts(figure) -> str:
    return " ".join(str(one.text) for one in figure.layout.annotations)


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
    assert all(one.scaleanchor == "x" for one in y_axes)
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
        Apart(first=a, second=b, centres=c, spreads=1.0)
        for a, b, c in (
            ("video", "audio", 9),
            ("video", "text", 1),
            ("audio", "text", 2),
        )
    )
    panels = (Panel(stage="encoded", clouds=embedding.panels[1].clouds, apart=apart),)
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


@pytest.fixture
def patches(pictures):
    sides = tuple(
        TokenSide(name=name, labels=tuple(map(str, range(16))), grid=4)
        for name in ("depth", "rgb")
    )
    mask = np.zeros(16, bool)
    mask[[0, 5]] = True
    return Selection(
        sides=sides,
        anchor="rgb",
        picked={"depth": mask},
        sent={"depth": np.array([[0, 15], [5, 15]])},
        pictures=pictures,
    )


def pixels(image) -> np.ndarray:
    data = base64.b64decode(image.source.split(",")[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_picked_patches_are_lit_and_others_dim(patches):
    figure = draw_picked(patches)
    depth, rgb = (pixels(t) for t in figure.data if t.type == "image")
    plain = Selection(
        sides=patches.sides, anchor="rgb", picked={}, sent={}, pictures=patches.pictures
    )
    full, full_rgb = (pixels(t) for t in draw_picked(plain).data if t.type == "image")
    np.testing.assert_array_equal(full_rgb, patches.pictures.rgb)
    np.testing.assert_array_equal(depth[:4, :4], full[:4, :4])
    np.testing.assert_array_equal(depth[4:8, 4:8], full[4:8, 4:8])
    away = np.abs(depth[8:].astype(int) - 128), np.abs(full[8:].astype(int) - 128)
    assert (away[0] <= 0.31 * away[1] + 1).all()
    assert np.abs(rgb.astype(int) - 128).max() <= 0.31 * 128 + 1
    said = texts(figure)
    assert "2 picked" in said
    assert "dotted: where depth's are sent" in said


def test_dotted_frames_are_where_patches_are_sent(patches):
    frames = [
        t for t in draw_picked(patches).select_traces("scatter") if t.mode == "lines"
    ]
    dotted = [one for one in frames if one.line.dash == "dot"]
    assert len(dotted) == 1
    x = [one for one in dotted[0].x if one is not None]
    y = [one for one in dotted[0].y if one is not None]
    assert (min(x), max(x), min(y), max(y)) == (11.5, 15.5, 11.5, 15.5)
    assert "depth goes to 1 of rgb" in describe_picked(patches)


@pytest.fixture
def steps():
    times = {
        "video": np.array([[0.0, 0.5], [0.5, 1.0], [1.0, 2.0]], np.float32),
        "text": np.array([[0.0, 1.0], [1.0, 2.0]], np.float32),
    }
    sides = (
        TokenSide(name="video", labels=("a", "b", "c"), times=times["video"]),
        TokenSide(
            name="text", labels=("one", "a much longer word " * 9), times=times["text"]
        ),
    )
    return Selection(
        sides=sides,
        anchor="text",
        picked={"video": np.array([False, True, True])},
        sent={"video": np.array([[1, 0], [2, 1]])},
        pictures=None,
    )


def test_steps_stand_at_their_times_and_lines_lead_to_their_words(steps):
    figure = draw_picked(steps)
    video, text, ways = figure.data
    np.testing.assert_allclose(video.base, [0, 0.5, 1])
    np.testing.assert_allclose(video.x, [0.5, 0.5, 1])
    assert [colour[-2:] for colour in video.marker.color][0] == "40"
    assert list(video.marker.color[1:]) == [MODALITY_COLOURS["video"]] * 2
    assert text.text[0] == "one"
    assert text.text[1].startswith("a much longer word a")
    assert text.text[1].endswith("…")
    assert [x for x in ways.x if x is not None] == [0.75, 0.5, 1.5, 1.5]
    assert next(figure.select_xaxes()).title.text == "seconds"
    assert "2 of video" in describe_picked(steps)


def test_without_a_clock_steps_are_spread_evenly(steps):
    sides = (steps.sides[0], TokenSide(name="text", labels=("one", "two")))
    bare = Selection(sides=sides, anchor="text", picked={}, sent={}, pictures=None)
    figure = draw_picked(bare)
    np.testing.assert_allclose(figure.data[0].base, [0, 1, 2])
    np.testing.assert_allclose(figure.data[1].base, [0, 1.5])
    assert next(figure.select_xaxes()).title.text == "step of the longest sequence"
    assert list(figure.data[1].marker.color) == [MODALITY_COLOURS["text"]] * 2


@pytest.fixture
def movement():
    def apart(centres, partners):
        return (
            Apart(
                first="depth",
                second="rgb",
                centres=10 * centres,
                spreads=centres,
                partners=partners,
                anyone=2.0,
            ),
        )

    return Movement(
        stages=("encoded", "aligned", "fused"),
        paths={
            "depth": np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]),
            "rgb": np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]),
        },
        explained=np.array([0.8, 0.15]),
        apart=(apart(0.2, 0.9), apart(0.2, 1.1), apart(0.5, 1.0)),
        moved={"depth": np.array([0.0, 1.0]), "rgb": np.zeros(2)},
        anchor="rgb",
    )


def test_a_path_has_an_arrow_where_it_moves_and_one_label_where_it_does_not(movement):
    figure = draw_movement(movement)
    depth, rgb = figure.data[:2]
    assert list(depth.text) == ["1, 2", "", "3"]
    assert list(rgb.text) == ["1, 2, 3", "", ""]
    arrows = [one for one in figure.layout.annotations if one.showarrow is not False]
    assert [(one.ax, one.x) for one in arrows] == [(0.0, 1.0)]


def test_distances_are_drawn_from_zero_stage_by_stage(movement):
    figure = draw_movement(movement)
    drawn = {t.line.dash: list(t.y) for t in figure.data if t.customdata is not None}
    assert drawn == {
        "solid": [0.2, 0.2, 0.5],
        "dash": [0.9, 1.1, 1.0],
        "dot": [2.0, 2.0, 2.0],
    }
    assert list(figure.select_yaxes())[1].rangemode == "tozero"
    assert "after the backbone: depth ↔ rgb 0.500" in describe_movement(movement)

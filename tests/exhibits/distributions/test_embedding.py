"""The Embedding tab's exhibits, also of subjects that leave little to show."""

import json

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.embedding import EmbeddingControls
from fusionviz.exhibits.distributions.movement import PickedControls
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

NAMES = ("distributions-embedding", "distributions-picked", "distributions-movement")
PICKED = (("video", 0, 2), ("text", 0, 0), ("depth", 3, 4), ("rgb", 0, 1))


def make(name, subject, **controls):
    kind = exhibit_kind(name)
    return kind.make(Request(subject=subject, controls=kind.controls(**controls)))


def plain(**modalities):
    arrays = {name: np.asarray(x, np.float32) for name, x in modalities.items()}
    return FeatureSubject(SequenceSample(modalities=arrays))


def room_without(name):
    room = render_room(3, (48, 48))
    there = {"rgb": room.rgb, "depth_m": room.depth_m}
    return AlignMambaSubject(tiny_alignmamba(), RGBDSample(**(there | {name: None})))


def utterance_of(*names):
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12).only(names))


DEGENERATE = {
    "one token each": lambda: plain(text=[[1, 2, 3]], video=[[2, 1, 0]]),
    "identical tokens": lambda: plain(
        text=np.full((5, 3), 0.1), video=np.full((4, 3), 0.1)
    ),
    "zero vectors": lambda: plain(text=np.zeros((5, 3)), video=np.zeros((4, 3))),
    "one channel": lambda: plain(text=[[1], [2], [4]], video=[[3], [-1]]),
    "two channels": lambda: plain(text=np.eye(2), video=[[3, 1], [1, 2], [5, 5]]),
    "one modality": lambda: plain(text=np.eye(4)),
    "no anchor": lambda: plain(video=np.eye(4), audio=np.eye(4)[:3]),
    "four modalities": lambda: plain(
        text=np.eye(4),
        video=np.eye(4)[:3],
        audio=np.eye(4)[:2],
        **{"a <b> $": np.eye(4)},
    ),
    "no depth": lambda: room_without("depth_m"),
    "no RGB": lambda: room_without("rgb"),
    "only words": lambda: utterance_of("text"),
    "no words": lambda: utterance_of("video", "audio"),
}


@pytest.fixture(scope="module", params=DEGENERATE)
def degenerate(request):
    return DEGENERATE[request.param]()


@pytest.mark.parametrize("name", NAMES)
def test_every_subject_has_a_picture_without_nan(degenerate, name):
    controls = {} if name == "distributions-movement" else {"picked": PICKED}
    exhibit = make(name, degenerate, **controls)
    assert "NaN" not in exhibit.figure.to_json()
    assert exhibit.alt.endswith(".")
    json.dumps(dict(exhibit.numbers), allow_nan=False)
    for array in exhibit.arrays.values():
        assert np.isfinite(array).all()


def test_tsne_has_a_picture_of_every_subject(degenerate):
    exhibit = make("distributions-embedding", degenerate, method="tsne", links=True)
    assert "NaN" not in exhibit.figure.to_json()
    assert "t-SNE" in exhibit.caption


@pytest.mark.parametrize("subject", ["mamba", "utterance", "feature"])
@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_made_of_all_kinds_of_subjects(request, subject, name):
    subject = request.getfixturevalue(f"{subject}_subject")
    exhibit = make(name, subject)
    assert len(exhibit.figure.to_json()) < 400_000
    assert "nan" not in exhibit.caption


def test_numbers_are_the_distances_of_the_tokens_means(utterance_subject):
    exhibit = make("distributions-embedding", utterance_subject)
    for stage in ("encoded", "aligned", "fused"):
        tokens = utterance_subject.tokens(stage)
        off = tokens["audio"].mean(axis=0) - tokens["text"].mean(axis=0)
        expected = float(np.linalg.norm(off))
        found = exhibit.numbers[f"centres_apart_audio_text_{stage}"]
        assert found == pytest.approx(expected, rel=1e-4)
        assert f"{expected:#.3g}".rstrip(".") in exhibit.caption
    assert "**audio and text**" in exhibit.caption


def test_its_caption_says_what_got_nothing_and_why_centres_stay(mamba_subject):
    exhibit = make("distributions-embedding", mamba_subject)
    hollow = int((mamba_subject.case().own_plan.sum(axis=0) == 0).sum())
    assert exhibit.numbers["received_nothing_depth_aligned"] == hollow
    assert f"**Hollow**: {hollow} of 16 positions of depth" in exhibit.caption
    assert "distances between modalities" in exhibit.caption


def test_a_modality_alone_is_said_to_be_alone():
    exhibit = make("distributions-embedding", room_without("depth_m"))
    assert "depth is missing" in exhibit.caption
    assert not any(key.startswith("centres_apart") for key in exhibit.numbers)


def test_its_table_has_a_row_for_every_point(utterance_subject):
    table = make("distributions-embedding", utterance_subject).table
    assert len(table["token"]) == 2 * (37 + 52 + 8) + 2 * 3 * 8
    assert table["label"][0] == f"video, {utterance_subject.side('video').labels[0]}"


def test_picking_changes_no_place(utterance_subject):
    bare = make("distributions-embedding", utterance_subject)
    picked = make("distributions-embedding", utterance_subject, picked=PICKED)
    for key, array in bare.arrays.items():
        np.testing.assert_array_equal(picked.arrays[key], array)
    assert "Picked: 3 of video, 1 of text." in picked.caption


def test_picked_tokens_are_counted_and_led_to_their_goals(utterance_subject):
    exhibit = make("distributions-picked", utterance_subject, picked=PICKED)
    plan = utterance_subject.case("video").own_plan
    goals = [int(plan[i].argmax()) for i in range(3)]
    words = utterance_subject.side("text").labels
    assert exhibit.numbers["picked_video"] == 3
    assert exhibit.numbers["goals_video"] == len(set(goals))
    at = exhibit.table["modality"].index("video")
    assert exhibit.table["sent_to"][at : at + 3] == [words[goal] for goal in goals]


def test_umap_that_is_not_there_is_a_sentence(monkeypatch, feature_subject):
    monkeypatch.setitem(__import__("sys").modules, "umap", None)
    with pytest.raises(InputError, match="pip install umap-learn"):
        make("distributions-embedding", feature_subject, method="umap")


@pytest.mark.parametrize(
    "broken",
    [
        {"method": "mds"},
        {"neighbours": 1},
        {"neighbours": 51},
        {"seed": -1},
        {"picked": (("rgb", 3),)},
    ],
)
def test_controls_out_of_range_are_refused(broken):
    with pytest.raises(ValueError, match="got"):
        EmbeddingControls(**broken)


def test_picked_tokens_come_back_from_a_recipe():
    controls = PickedControls(picked=PICKED)
    text = json.dumps({"picked": controls.picked})
    assert PickedControls.from_json(json.loads(text)) == controls


def test_seeds_and_neighbours_do_not_matter_to_pca():
    assert (
        EmbeddingControls(seed=4, neighbours=9).settings == EmbeddingControls().settings
    )
    assert EmbeddingControls(method="tsne", seed=4).settings.seed == 4

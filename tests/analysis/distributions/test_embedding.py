"""Places of tokens, against scikit-learn asked by hand."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from fusionviz.analysis.distributions.embedding import (
    MAPPED,
    EmbeddingSettings,
    measure_embedding,
)
from fusionviz.analysis.distributions.neighbour_maps import (
    ITERATIONS,
    map_tsne,
    map_umap,
)
from fusionviz.analysis.distributions.stage_tokens import tokens_by_stage
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment


@pytest.fixture(scope="module")
def pair():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)))


@pytest.fixture(scope="module")
def utterance():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12))


def features(**lengths):
    random = np.random.default_rng(0)
    width = lengths.pop("width", 4)
    return FeatureSubject(
        SequenceSample(
            modalities={
                name: random.normal(size=(length, width)).astype(np.float32)
                for name, length in lengths.items()
            }
        )
    )


def test_places_are_those_of_pca_of_all_stages_together(pair):
    groups = [x for one in tokens_by_stage(pair) for x in one.tokens.values()]
    assert {len(one) for one in groups} == {16}  # so that all tokens weigh alike
    oracle = PCA(2).fit(np.concatenate(groups))
    embedding = measure_embedding(pair)
    np.testing.assert_allclose(embedding.explained, oracle.explained_variance_ratio_)
    clouds = [one for panel in embedding.panels[1:] for one in panel.clouds]
    for cloud, x in zip(clouds, groups, strict=True):
        np.testing.assert_allclose(
            np.abs(cloud.places), np.abs(oracle.transform(x)), atol=1e-9
        )
        np.testing.assert_allclose(cloud.centre, cloud.places.mean(axis=0))


def test_share_of_a_stage_is_of_its_own_variance(pair):
    embedding = measure_embedding(pair)
    for panel, stage in zip(embedding.panels[1:], tokens_by_stage(pair), strict=True):
        places = np.concatenate([one.places for one in panel.clouds])
        whole = np.concatenate(list(stage.tokens.values())).var(axis=0).sum()
        np.testing.assert_allclose(panel.explained, places.var(axis=0) / whole)


def test_features_are_each_modality_s_own_pca_turned_onto_its_tokens(utterance):
    embedding = measure_embedding(utterance)
    raw, encoded = embedding.panels[:2]
    for cloud, onto in zip(raw.clouds, encoded.clouds, strict=True):
        own = PCA(2).fit_transform(utterance.side(cloud.name).features)
        target = onto.places - onto.places.mean(axis=0)
        rotation, size = orthogonal_procrustes(own, target)
        wide = np.linalg.norm(target) / np.linalg.norm(own)
        np.testing.assert_allclose(
            cloud.places, own @ rotation * wide + onto.places.mean(axis=0), atol=1e-5
        )
        fit = size / np.linalg.norm(own) / np.linalg.norm(target)
        assert raw.fits[cloud.name] == pytest.approx(fit, abs=1e-5)


def test_labels_say_where_a_token_is_or_was_moved(pair):
    panels = measure_embedding(pair).panels
    assert panels[0].clouds[0].labels[5] == "depth, row 2, column 2"
    assert panels[2].clouds[0].labels[5] == "depth moved to row 2, column 2"
    assert panels[3].clouds[1].labels[5] == "rgb, row 2, column 2"
    assert [cloud.moved for cloud in panels[2].clouds] == [True, False]


def test_positions_that_got_nothing_are_empty_from_then_on(pair):
    panels = measure_embedding(pair).panels
    empty = pair.case().own_plan.sum(axis=0) == 0
    for panel in panels[2:]:
        np.testing.assert_array_equal(panel.clouds[0].empty, empty)
        assert not panel.clouds[1].empty.any()
    assert not any(cloud.empty.any() for panel in panels[:2] for cloud in panel.clouds)


def test_tsne_is_scikit_learn_s_of_all_stages_together(utterance):
    settings = EmbeddingSettings(method="tsne", neighbours=7, seed=3)
    x = [x for one in tokens_by_stage(utterance) for x in one.tokens.values()]
    oracle = TSNE(
        perplexity=7, init="pca", max_iter=ITERATIONS, random_state=3
    ).fit_transform(np.concatenate(x).astype(np.float32))
    embedding = measure_embedding(utterance, settings)
    found = [one.places for panel in embedding.panels[1:] for one in panel.clouds]
    np.testing.assert_allclose(
        np.concatenate(found), oracle - oracle.mean(axis=0), atol=1e-4
    )
    assert embedding.explained is None


def test_few_tokens_are_taken_evenly_where_there_are_too_many():
    for panel in measure_embedding(features(text=300, video=9, audio=500)).panels:
        for cloud in panel.clouds:
            assert len(cloud.places) == min(256, cloud.count)
            assert cloud.tokens[0] == 0
            assert cloud.tokens[-1] == cloud.count - 1
            assert np.ptp(np.diff(cloud.tokens)) <= 1


def fake_umap(calls):
    class UMAP:
        def __init__(self, **settings):
            calls.append(settings)

        def fit_transform(self, x):
            calls.append(x.shape)
            return np.stack([np.arange(len(x)), np.zeros(len(x))], axis=1)

    return SimpleNamespace(UMAP=UMAP)


def test_umap_is_asked_for_at_most_600_tokens_of_all_stages(monkeypatch):
    calls = []
    monkeypatch.setitem(sys.modules, "umap", fake_umap(calls))
    subject = features(text=300, video=9, audio=500)
    embedding = measure_embedding(
        subject, EmbeddingSettings(method="umap", neighbours=12, seed=4)
    )
    assert calls[0]["n_neighbors"] == 12
    assert calls[0]["random_state"] == 4
    taken = calls[1][0]
    assert MAPPED - 5 < taken <= MAPPED
    clouds = [one for panel in embedding.panels for one in panel.clouds]
    assert sum(len(one.places) for one in clouds) == taken
    assert {len(one.places) for one in clouds if one.name == "video"} >= {9}
    first = clouds[0].places[:, 0]
    np.testing.assert_allclose(np.diff(first), 1)


def test_without_umap_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(InputError, match="pip install umap-learn"):
        measure_embedding(features(text=5, video=6), EmbeddingSettings(method="umap"))


def test_it_tells_how_far_it_is_and_can_be_stopped(utterance):
    told = []

    def tell(share, doing):
        told.append((share, doing))
        return len(told) < 3

    with pytest.raises(InputError, match="stopped"):
        measure_embedding(utterance, EmbeddingSettings(method="tsne", seed=8), tell)
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert told[0][1] == "t-SNE: video before the encoders"


@pytest.mark.parametrize("search", [map_tsne, map_umap])
@pytest.mark.parametrize("x", [np.zeros((1, 3)), np.eye(3), np.full((9, 2), 0.1)])
def test_what_has_no_neighbourhoods_is_at_one_place(monkeypatch, search, x):
    monkeypatch.setitem(sys.modules, "umap", fake_umap([]))
    np.testing.assert_array_equal(
        search(x, neighbours=5, seed=0), np.zeros((len(x), 2))
    )


def test_tsne_takes_one_channel_and_more_neighbours_than_there_are():
    places = map_tsne(np.arange(6.0)[:, None], neighbours=50, seed=0)
    assert np.isfinite(places).all()
    assert len(np.unique(places, axis=0)) == 6


def test_places_that_are_no_numbers_are_refused(monkeypatch):
    broken = SimpleNamespace(
        UMAP=lambda **_: SimpleNamespace(
            fit_transform=lambda x: np.full((len(x), 2), np.nan)
        )
    )
    monkeypatch.setitem(sys.modules, "umap", broken)
    with pytest.raises(InputError, match="UMAP found no places"):
        map_umap(np.eye(6), neighbours=5, seed=0)


def test_the_same_question_has_the_same_answer(utterance):
    one, other = (
        map_tsne(utterance.tokens("encoded")["audio"], neighbours=9, seed=2)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)

"""Tasks on films: what is learned, what is chosen, what is measured."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from fusionviz.data.faults.missing import keep_only
from fusionviz.data.sets import registry as sets
from fusionviz.errors import InputError
from fusionviz.models.checkpoints import read_card
from fusionviz.models.films import FilmMango
from fusionviz.models.mango.joint import log_prior
from fusionviz.training.evaluation import evaluate_checkpoint
from fusionviz.training.recipes import Recipe
from fusionviz.training.tasks import make_task
from fusionviz.training.tasks.shared.films import (
    THRESHOLDS,
    best_threshold,
    genre_measurements,
)
from fusionviz.training.train import train
from tests.helpers.films import TINY_FILMS, film, tiny_film_mango


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def films():
    return [film(seed) for seed in range(12)]


def batch_of(task, films):
    return task.prepare(tiny_film_mango(), films)


def test_the_loss_of_tokens_is_that_of_both_and_of_each_alone(films):
    task = make_task("film-tokens", {"alone": 0.25, "noise": 0.0, "smoothing": 0.2})
    model, films = tiny_film_mango(), [*films[:3], replace(films[3], plot=None)]
    batch = batch_of(task, films)
    terms = task.loss(model, batch, torch.Generator())
    poster, plot = model.head.each(model.raw_tokens(batch.films))
    truth = torch.tensor(np.stack([one.genres for one in films])).double()

    def cross_entropy(logits, rows=slice(None)):
        p, t = (logits + model.head.bias).double().sigmoid()[rows], truth[rows]
        t = t * 0.8 + 0.1
        return -(t * p.log() + (1 - t) * (1 - p).log()).mean()

    wanted = cross_entropy(poster + plot) + 0.25 * (
        cross_entropy(poster) + cross_entropy(plot, slice(0, 3))
    )
    assert float(terms["loss"]) == pytest.approx(float(wanted), rel=1e-5)


def test_the_loss_of_a_flow_counts_whole_films_alone(films):
    options = {"missing": 0.0, "noise": 0.0, "genres": 2.0, "guess": 0.5}
    task, model = make_task("film-genres", options), tiny_film_mango()
    some = [films[0], replace(films[1], plot=None), films[2]]
    terms = task.loss(model, batch_of(task, some), torch.Generator())
    x = model.encode(some)
    z, log_det = model.flow(x)
    whole = torch.tensor([0, 2])
    nll = -(log_prior(z) + log_det)[whole].mean() / TINY_FILMS.dimensions
    assert float(terms["nll"]) == pytest.approx(float(nll), rel=1e-4)
    off = sum(
        (model.guess(x, name) - x)[whole].square().mean() for name in ("poster", "plot")
    )
    assert float(terms["guess"]) == pytest.approx(float(off), rel=1e-4)
    loss = nll + 0.5 * off + 2.0 * terms["genres"]
    assert float(terms["loss"]) == pytest.approx(float(loss), rel=1e-4)


def test_the_likelihood_moves_no_token(films):
    task, model = make_task("film-genres", {"genres": 0.0}), tiny_film_mango()
    model.requires_grad_(True)
    batch = batch_of(task, films[:4])
    task.loss(model, batch, torch.Generator())["loss"].backward()
    assert all(weight.grad is None for weight in model.codec.parameters())
    assert any(weight.grad is not None for weight in model.flow.parameters())


def test_a_film_is_varied_by_mirrors_and_words_that_are_left_out(films):
    task = make_task("film-tokens", {"mirrored": 1.0, "dropped": 0.5})
    batch = task.prepare(tiny_film_mango(), films, np.random.default_rng(0))
    plain = batch_of(task, films)
    assert torch.allclose(batch.films.poster, plain.films.poster.flip(-1), atol=0.02)
    read, all_ = ((one.films.words >= 0).sum() for one in (batch, plain))
    assert 0.2 < read / all_ < 0.8
    features = tiny_film_mango().codec["poster"].pretrained(plain.films.poster)
    assert torch.allclose(plain.films.features, features, rtol=1e-2, atol=1e-2)


def test_unknown_genres_teach_nothing_and_others_are_refused(films):
    task = make_task("film-genres")
    unknown = replace(films[0], genres=None)
    logits = torch.randn(2, 3)
    both = batch_of(task, [films[1], unknown]).genres
    alone = task.genre_loss(logits[:1], both[:1])
    assert task.genre_loss(logits, both) == pytest.approx(float(alone))
    with pytest.raises(InputError, match="genres"):
        task.evaluate(tiny_film_mango(), [unknown], torch.device("cpu"))
    with pytest.raises(InputError, match=r"3 genres.*film 0.*set of 2"):
        batch_of(task, [replace(films[0], genres=np.array([True, False]))])


@pytest.mark.parametrize(
    "options", [{"mirrored": 2.0}, {"dropped": -1}, {"smoothing": 1}]
)
def test_shares_that_are_none_are_refused(options):
    with pytest.raises(InputError, match="from 0 to"):
        make_task("film-tokens", options)


def test_the_threshold_is_that_of_the_highest_micro_f1():
    random = np.random.default_rng(0)
    truth = random.random((200, 5)) < 0.3
    said = np.clip(0.25 * truth + 0.6 * random.random((200, 5)), 0, 1)
    found = best_threshold(said, truth)
    by_hand = [f1_score(truth, said > one, average="micro") for one in THRESHOLDS]
    assert f1_score(truth, said > found, average="micro") == max(by_hand)
    measured = genre_measurements(said, truth, found)
    for average in ("micro", "macro", "weighted", "samples"):
        item = measured[f"{average}_f1"]
        wanted = f1_score(truth, said > found, average=average, zero_division=0)
        assert item.statistic(item.values) == pytest.approx(wanted)


def recipe(**stage):
    tokens = {"task": "film-tokens", "steps": 12, "batch": 6, "learning_rate": 3e-3}
    flow = {"task": "film-genres", "steps": 8, "batch": 6, "learning_rate": 1e-3}
    config = {
        name: getattr(TINY_FILMS, name)
        for name in ("grid", "width", "blocks", "heads", "coupling_width", "classes")
    }
    return Recipe.from_table(
        {
            "name": "tiny-films",
            "model": {"kind": "film-mango", "config": config},
            "data": {"set": "twelve"},
            "stage": [tokens, {**flow, "frozen": ["codec"], **stage}],
            "evaluation": {"every": 4, "resamples": 20},
        }
    )


@pytest.fixture
def _twelve(monkeypatch, films):
    twelve = sets.DataSet(
        load=lambda split: films, class_names=lambda: ("a", "b", "c"), unit="film"
    )
    monkeypatch.setitem(sets.SETS, "twelve", twelve)


@pytest.mark.usefixtures("_twelve")
def test_a_recipe_trains_chooses_its_threshold_and_is_measured(
    tmp_path, films, monkeypatch
):
    out = tmp_path / "run"
    assert train(recipe(), out, device="cpu")
    card = read_card(out / "tiny-films.json")
    assert card.class_names == ("a", "b", "c")
    f1 = {f"{average}_f1" for average in ("micro", "macro", "weighted", "samples")}
    assert f1 <= set(card.metrics)
    assert card.metrics["inverse_error"].value < 1e-3
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(out))
    told = evaluate_checkpoint(
        "tiny-films", missing="fixed", device="cpu", resamples=20
    )
    for name in f1:
        assert told["metrics"][name]["value"] == pytest.approx(card.metrics[name].value)
    by = {tuple(one["present"]): one["metrics"] for one in told["by_missing"]}
    assert set(by) == {("poster",), ("plot",), ("poster", "plot")}
    task, model = make_task("film-genres"), tiny_film_mango()
    alone = task.evaluate(model, keep_only(films, ["plot"]), torch.device("cpu"))
    blind = [replace(one, rgb=None) for one in films]
    again = task.evaluate(model, blind, torch.device("cpu"))
    for name in f1:
        assert np.array_equal(alone[name].values, again[name].values)


@pytest.mark.usefixtures("_twelve")
def test_the_threshold_of_a_trained_model_is_chosen_on_validation(tmp_path, films):
    assert train(recipe(), tmp_path / "run", device="cpu")
    from fusionviz.models.checkpoints import load_checkpoint

    model = load_checkpoint(tmp_path / "run" / "tiny-films", "cpu")
    assert isinstance(model, FilmMango)
    with torch.no_grad():
        said = model.name_genres(model.flow(model.encode(films))[0]).sigmoid().numpy()
    truth = np.stack([one.genres for one in films])
    chosen = f1_score(truth, said > float(model.threshold), average="micro")
    others = [f1_score(truth, said > one, average="micro") for one in THRESHOLDS]
    assert chosen == pytest.approx(max(others), abs=0.06)  # weights are rounded after

"""MANGO of films: exact inverse and density, what is read, what is missing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from fusionviz.data.records import PosterSample
from fusionviz.data.words import load_word_vectors
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.models.encoders import Lite0
from fusionviz.models.factory import make_model
from fusionviz.models.films import FilmMango, FilmMangoConfig, film_batch, words_read
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.guess_error import guess_error
from tests.helpers.films import TINY_FILMS, film, tiny_film_mango
from tests.helpers.properties import assert_inverts, assert_log_det


@pytest.fixture(scope="module")
def model():
    return tiny_film_mango()


def test_the_flow_of_a_film_is_exact(model):
    double = tiny_film_mango().double()
    x = double.encode([film(0), film(1)])
    assert x.shape == (2, 8, 8)
    assert_log_det(double.flow, x, 1e-7)
    assert_inverts(double.flow, x, 1e-8)
    assert_inverts(model.flow, model.encode(film(0)))


def test_likelihood_is_the_change_of_variables(model):
    x = model.encode([film(0), film(1)])
    z, log_det = model.flow(x)
    normal = torch.distributions.Normal(0.0, 1.0)
    wanted = normal.log_prob(z).sum(dim=(1, 2)) + log_det
    torch.testing.assert_close(model.log_likelihood(x), wanted)
    trace = model.trace(film(0))
    torch.testing.assert_close(torch.from_numpy(trace.z), model.flow(x[:1])[0])


def test_each_patch_and_each_word_is_one_token(model):
    one, poster = film(0, words="king queen"), film(0).rgb.copy()
    poster[: len(poster) // 2, : poster.shape[1] // 2] //= 2
    raw = model.raw_tokens(model.to_batch(one))
    swapped = model.raw_tokens(model.to_batch(film(0, words="king horse")))
    assert torch.equal(raw[:, [0, 1, 2, 3, 4, 6, 7]], swapped[:, [0, 1, 2, 3, 4, 6, 7]])
    assert not torch.allclose(raw[:, 5], swapped[:, 5])
    assert torch.equal(raw[:, 6], raw[:, 7])  # no word


def test_poster_tokens_are_made_of_the_features_at_their_place(model):
    batch = model.to_batch(film(0))
    with torch.inference_mode():
        levels = Lite0()((batch.poster + 1) * 127.5)
    features = model.codec["poster"].pretrained(batch.poster)
    assert features.shape == (1, 4, 112 + 320)
    found = features[0].T.view(-1, 2, 2)
    torch.testing.assert_close(found[112:], levels.coarsest[0])
    mean = levels.coarse[0, :, 2:4, 0:2].mean(dim=(1, 2))
    torch.testing.assert_close(found[:112, 1, 0], mean)
    known = model.codec["poster"](batch.poster, features)
    torch.testing.assert_close(model.codec["poster"](batch.poster), known)


def test_a_word_is_its_vector_and_what_was_learned_of_it(model):
    tokens = model.codec["plot"]
    row = load_word_vectors().words.index("king")
    vectors = load_word_vectors().vectors
    wanted = (vectors[row] - vectors.mean(0)) / vectors.std(0, ddof=1)
    found = tokens.vectors[row].numpy()
    np.testing.assert_allclose(found[:50], wanted, atol=1e-5)
    assert tokens.vectors[-1].tolist() == [0.0] * 51 + [1.0]
    before = tokens(torch.tensor([[row, 5]]))
    changed = tiny_film_mango().codec["plot"]
    with torch.no_grad():
        changed.lexicon[row] += 1
    after = changed(torch.tensor([[row, 5]]))
    assert not torch.allclose(before[0, 0], after[0, 0])
    assert torch.equal(before[0, 1], after[0, 1])


def test_of_a_long_plot_the_rarest_words_are_read_in_their_order():
    words = words_read("The spaceship of the king was lost, Qzxw!", 3)
    assert [word.text for word in words] == ["spaceship", "king", "lost"]
    assert [word.text for word in words_read("To be, or not", 9)] == [
        *("to", "be", "or", "not"),
    ]
    assert words_read("Qzxw 8e7!", 3) == []


def test_what_is_missing_is_the_guess_from_the_other(model):
    whole = model.encode(film(0))
    for name, present, alone in (
        ("plot", slice(0, 4), replace(film(0), plot=None)),
        ("poster", slice(4, 8), replace(film(0), rgb=None)),
    ):
        x = model.encode(alone)
        assert torch.equal(x[:, present], whole[:, present])
        assert torch.equal(x, model.guess(whole, name))
        assert not torch.allclose(x, whole)
    unread = PosterSample(rgb=film(0).rgb, plot="Qzxw")
    assert torch.equal(model.encode(unread), model.guess(whole, "plot"))
    with pytest.raises(ValueError, match="poster or plot"):
        model.encode(PosterSample(rgb=None, plot="Qzxw"))


def test_a_film_in_a_batch_is_read_as_alone(model):
    films = [film(0), replace(film(1), plot=None), replace(film(2), rgb=None)]
    together = model.encode(films)
    for row, one in zip(together, films, strict=True):
        torch.testing.assert_close(row[None], model.encode(one), atol=1e-5, rtol=1e-5)
    logits = model.name_genres(model.flow(together)[0])
    assert logits.shape == (3, 3)
    poster, plot = model.head.each(model.flow(together)[0])
    torch.testing.assert_close(poster + plot + model.head.bias, logits)


def test_a_missing_plot_is_completed_by_the_flow(model):
    films = [film(seed) for seed in range(6)]
    x = model.encode(films)
    found = complete(
        model,
        x[:1],
        "plot",
        error=guess_error(model, x, "plot"),
        chains=2,
        steps=3,
        leaps=2,
        generator=torch.Generator().manual_seed(0),
    )
    assert torch.equal(found.draws[:, :4], x[:1, :4].expand(2, -1, -1))
    assert found.draws[:, 4:].isfinite().all()


def test_normalised_tokens_have_unit_scale(model):
    fresh = make_model("film-mango", {**vars(TINY_FILMS)}).eval()
    batch = fresh.to_batch([film(seed) for seed in range(8)])
    assert not fresh.is_normalised
    fresh.normalise(batch)
    assert fresh.is_normalised
    for half in fresh.encode(batch).chunk(2, dim=1):
        flat = half.flatten(0, 1)
        torch.testing.assert_close(flat.mean(0), torch.zeros(8), atol=1e-4, rtol=0)
        torch.testing.assert_close(flat.std(0), torch.ones(8), atol=1e-4, rtol=0)


def test_a_checkpoint_comes_back_without_encoder_and_vectors(model, tmp_path):
    mine = tiny_film_mango()
    mine.threshold.fill_(0.375)
    save_checkpoint(mine, ModelCard(name="films"), tmp_path)
    found = load_checkpoint(tmp_path / "films", "cpu")
    assert isinstance(found, FilmMango)
    assert float(found.threshold) == 0.375
    torch.testing.assert_close(
        found.encode(film(0)), mine.encode(film(0)), atol=2e-2, rtol=2e-2
    )
    names = set(mine.state_dict())
    assert not any("vectors" in name or "pretrained" in name for name in names)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("modalities", ("rgb", "depth"), "modalities are"),
        ("classes", 0, "classes"),
        ("lexicon", -1, "lexicon"),
        ("dropout", 1.0, "dropout"),
        ("grid", (3, 3), "even number"),
    ],
)
def test_a_config_that_cannot_be_is_refused(field, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        FilmMangoConfig(**{field: value})


def test_a_batch_needs_a_film_and_moves_as_one():
    with pytest.raises(ValueError, match="at least one film"):
        film_batch([], TINY_FILMS)
    batch = film_batch([film(0), film(1)], TINY_FILMS)
    double = batch.to("cpu", torch.float64)
    assert double.poster.dtype == torch.float64
    assert double.words.dtype == torch.int64
    assert len(batch[1:]) == 1

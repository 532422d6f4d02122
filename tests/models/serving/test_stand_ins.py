"""What stands for a model gives its numbers: every exhibit, here and by a server."""

import re
import shutil

import numpy as np
import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import (
    CheckpointError,
    FusionvizError,
    InputError,
    ModelServerError,
)
from fusionviz.exhibits.kinds import KINDS
from fusionviz.explain.command import (
    FigureSource,
    pair_requests,
    sequence_requests,
)
from fusionviz.explain.films import load_film_subject
from fusionviz.explain.pairs import load_pair_subject, load_subject, name_room
from fusionviz.explain.readers import PairReaders
from fusionviz.explain.tokens import load_sequence_subject, name_utterance
from fusionviz.explain.writing import FigureRequest, default_recipe, make_again
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import load_checkpoint, save_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.models.mango.completion import complete
from fusionviz.models.mango.layers.attention import InvertibleCrossAttention
from fusionviz.models.serving.opening import open_checkpoint
from fusionviz.models.serving.server import VARIABLE
from fusionviz.places import PROJECT
from tests.helpers.app.model_server import plain_server
from tests.helpers.films import film, tiny_film_mango
from tests.helpers.tiny_models import tiny_sentiment, write_tiny_checkpoints

TIMES = ("milliseconds", "seconds", "ms")
"""Of numbers and arrays that say how long something took."""

PLACE = re.compile(r"\S*/(checkpoints|cards)\d+")
"""Where the models are, in a sentence."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small models of all kinds."""
    made = tmp_path_factory.mktemp("checkpoints")
    write_tiny_checkpoints(made)
    card = ModelCard(name="film-tiny", class_names=("a", "b", "c"))
    save_checkpoint(tiny_film_mango(), card, made)
    return made


@pytest.fixture(scope="module")
def cards_alone(folder, tmp_path_factory):
    """The same folder without weights: what is not asked of a server cannot be made."""
    made = tmp_path_factory.mktemp("cards")
    for path in folder.glob("*.json"):
        shutil.copy(path, made)
    return made


@pytest.fixture(scope="module")
def server(folder):
    with plain_server(folder) as found:
        yield found


@pytest.fixture
def far(monkeypatch, server, cards_alone):
    """Open checkpoints on the server, where there are no weights here."""

    def turn(is_far, folder=None):
        if is_far:
            monkeypatch.setenv(VARIABLE, server.address)
            monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(cards_alone))
        else:
            monkeypatch.delenv(VARIABLE, raising=False)
            monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(folder))

    return turn


def everything(source):
    """Requests of all figures that models make of a room, an utterance or a film."""
    if source == "room":
        sample, named = render_room(5, (32, 32)), name_room(5)
        asked = FigureSource(
            room=5, checkpoint="mango-tiny", alignmamba="alignmamba-tiny", other_room=6
        )
        return pair_requests(sample, named, asked, lambda told: None)
    if source == "utterance":
        sample, named = render_utterance(12), name_utterance(12)
        asked = FigureSource(utterance=12, alignmamba="sentiment-tiny")
        return sequence_requests(sample, named, asked)
    subject, name = load_film_subject(film(1), {"film": 1}, "film-tiny")
    return [
        FigureRequest(recipe=default_recipe(kind, name), subject=subject)
        for kind in KINDS
        if kind.reads == "film"
    ]


def made(request):
    """The numbers and arrays of an exhibit, or why there is none."""
    try:
        found = make_again(request.recipe, request.subject, request.other)
    except FusionvizError as error:
        return str(error)
    return found


def is_time(name):
    return any(word in name.split("_") or word in name.split() for word in TIMES)


def assert_same(near, far, name):
    assert type(near) is type(far), (name, near, far)
    if isinstance(near, str):
        assert PLACE.sub("", near) == PLACE.sub("", far)
        return
    assert near.numbers.keys() == far.numbers.keys(), name
    for key, number in near.numbers.items():
        if is_time(key):
            continue
        same = (
            number
            if isinstance(number, str)
            else pytest.approx(number, 1e-6, 1e-6, nan_ok=True)
        )
        assert far.numbers[key] == same, (name, key)
    assert near.arrays.keys() == far.arrays.keys(), name
    for key, array in near.arrays.items():
        if is_time(key):
            continue
        one, other = np.asarray(array), np.asarray(far.arrays[key])
        assert one.dtype == other.dtype, f"{name} {key}"
        if one.dtype.kind == "f":
            largest = max(1.0, np.abs(one[np.isfinite(one)]).max(initial=0.0))
            np.testing.assert_allclose(
                other, one, rtol=1e-6, atol=1e-6 * largest, err_msg=f"{name} {key}"
            )
        else:
            np.testing.assert_array_equal(other, one, err_msg=f"{name} {key}")


@pytest.mark.parametrize(
    "source", [pytest.param("room", marks=pytest.mark.slow), "utterance", "film"]
)
def test_every_exhibit_has_the_numbers_of_the_model_itself(source, far, folder, server):
    far(False, folder)
    near = [(one.recipe.exhibit, made(one)) for one in everything(source)]
    before = server.runner.state["answers"]
    far(True)
    there = [(one.recipe.exhibit, made(one)) for one in everything(source)]
    assert server.runner.state["answers"] > before
    assert [name for name, _ in near] == [name for name, _ in there]
    for (name, one), (_, other) in zip(near, there, strict=True):
        assert_same(one, other, name)
    drawn = [name for name, one in near if not isinstance(one, str)]
    assert len(drawn) > {"room": 25, "utterance": 8, "film": 2}[source], drawn


SHIPPED = {
    "mango-rooms": ["latents-traverse", "attention-head", "latents-round-trip"],
    "alignmamba-rooms": ["attention-hidden", "transport-solvers", "transport-own"],
}


def test_the_shipped_models_too(monkeypatch):
    with plain_server(PROJECT / "checkpoints") as server:
        monkeypatch.delenv(VARIABLE, raising=False)
        sample, named = render_room(11), name_room(11)
        kinds = [kind for kind in KINDS if kind.name in sum(SHIPPED.values(), [])]
        assert len(kinds) == 6
        found = []
        for address in ("", server.address):
            monkeypatch.setenv(VARIABLE, address)
            readers = PairReaders(*SHIPPED)
            requests = readers.requests(sample, named, kinds)
            found.append([(one.recipe.exhibit, made(one)) for one in requests])
        assert server.runner.state["loads"] == dict.fromkeys(SHIPPED, 1)
    for (name, near), (_, there) in zip(*found, strict=True):
        assert not isinstance(near, str)
        assert_same(near, there, name)


@pytest.fixture
def both(far, folder):
    """A model, and what stands for it."""

    def find(name):
        far(True)
        return load_checkpoint(folder / name, "cpu"), open_checkpoint(name)

    return find


@pytest.fixture
def x():
    return torch.randn(3, 32, 8, generator=torch.Generator().manual_seed(2))


def test_it_is_of_the_models_class_and_has_its_card(both):
    model, away = both("mango-tiny")
    assert isinstance(away, Mango)
    assert away.card == model.card
    assert away.config == model.config
    assert away.flow.places == model.flow.places
    assert (away.device, away.dtype) == (torch.device("cpu"), torch.float32)
    assert not away.training


def test_likelihoods_have_the_models_gradients(both, x):
    model, away = both("mango-tiny")
    found = []
    for one in (model, away):
        free = x.clone().requires_grad_()
        value = (one.log_likelihood(2 * free) * torch.tensor([1.0, -2.0, 0.5])).sum()
        (gradient,) = torch.autograd.grad(value, free)
        found.append((value.detach(), gradient))
    torch.testing.assert_close(found[1], found[0], rtol=1e-6, atol=1e-6)
    assert found[0][1].abs().max() > 0.1


def test_draws_of_a_missing_modality_are_the_models(both, x):
    draws = [
        complete(
            one,
            x[:1],
            "depth",
            chains=2,
            steps=2,
            leaps=2,
            generator=torch.Generator().manual_seed(1),
        ).draws
        for one in both("mango-tiny")
    ]
    torch.testing.assert_close(draws[1], draws[0], rtol=1e-5, atol=1e-5)


def test_the_flow_gives_no_other_gradients_and_says_so(both, x):
    _, away = both("mango-tiny")
    with pytest.raises(InputError, match="gradients of likelihoods alone"):
        away.flow(x.requires_grad_())


def test_a_layer_gets_its_own_weights_once_and_when_it_is_looked_at(both, server, x):
    model, away = both("mango-tiny")
    before = server.runner.state["answers"]
    places = [
        place.index
        for place, layer in zip(model.flow.places, model.flow.layers, strict=True)
        if isinstance(layer, InvertibleCrossAttention)
    ]
    for _ in range(2):
        for index in places:
            own, fetched = model.flow.layers[index], away.flow.layers[index]
            for key, weight in own.state_dict().items():
                assert torch.equal(fetched.state_dict()[key], weight)
            assert torch.equal(fetched(x)[0], own(x)[0])
    assert server.runner.state["answers"] - before == len(places)
    others = set(range(len(model.flow.layers))) - set(places)
    kept = dict(away.flow.named_parameters())
    for index in others:
        of_layer = [kept[name] for name in kept if name.startswith(f"layers.{index}.")]
        assert all(weight.is_meta for weight in of_layer)


@pytest.mark.parametrize(
    ("name", "part"),
    [("mango-tiny", "codec"), ("alignmamba-tiny", "backbone"), ("film-tiny", "head")],
)
def test_what_only_the_server_has_is_said_by_name(both, name, part):
    _, away = both(name)
    with pytest.raises(
        ModelServerError, match=f"{name} is on the model server.*{part}"
    ):
        getattr(away, part)
    assert not hasattr(away, part)


def test_without_a_server_it_is_the_model_itself(far, folder):
    far(False, folder)
    assert type(open_checkpoint("mango-tiny")) is Mango


def test_other_weights_than_the_servers_are_refused_when_it_is_asked(
    monkeypatch, server, tmp_path
):
    model = tiny_sentiment(seed=3)
    card = ModelCard(name="sentiment-tiny")
    save_checkpoint(model, card, tmp_path)
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    monkeypatch.setenv(VARIABLE, server.address)
    subject, _ = load_sequence(12)
    with pytest.raises(CheckpointError, match="other weights of sentiment-tiny"):
        subject.trace  # noqa: B018


def load_sequence(seed):
    sample, named = render_utterance(seed), name_utterance(seed)
    return load_sequence_subject(sample, named, "sentiment-tiny")


def test_pairs_name_the_same_models_in_recipes(far, folder):
    names = []
    for is_far in (False, True):
        far(is_far, folder)
        subject, name = load_subject(render_room(5), name_room(5), "mango-tiny")
        names.append(name)
        pair = load_pair_subject(render_room(5), name)
        assert pair.mango is not None
    assert names[0] == names[1]

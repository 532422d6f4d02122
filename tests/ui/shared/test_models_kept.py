"""Models that are kept: none of them twice, and none that nobody holds."""

import gc
import weakref

import pytest

from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from fusionviz.ui.shared import cache
from tests.helpers.tiny_models import tiny_mango


@pytest.fixture
def cards(monkeypatch, tmp_path):
    """More checkpoints than are kept, each with weights of its own."""
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    cache._model.clear()
    yield [
        save_checkpoint(tiny_mango(100 + n), ModelCard(name=f"tiny-{n}"), tmp_path)
        for n in range(9)
    ]
    cache._model.clear()


def test_a_model_that_is_held_is_not_loaded_again(cards):
    held = cache.model(cards[0])  # as a subject that is kept does
    for card in cards[1:]:
        cache.model(card)
    assert cache.model(cards[0]) is held


def test_a_model_that_nobody_holds_is_let_go(cards):
    first = weakref.ref(cache.model(cards[0]))
    gc.collect()
    assert first() is cache.model(cards[0])
    for card in cards[1:]:
        cache.model(card)
    gc.collect()
    assert first() is None

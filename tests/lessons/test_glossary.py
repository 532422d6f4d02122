"""Words that pages use: each explained in a sentence, and found where it stands."""

import re
from pathlib import Path

import pytest

from fusionviz.lessons.glossary import list_words, word_for, words_in
from tests.helpers.app.pages import ROOT

WANTED = """bits per dimension, round-trip error, patches in place, G and G⁻¹, gate,
X1/X2, S, σ, spherical in z, log|det|, nats, MMCA, IMCA, LICA,
entropy of the largest, Open,
Halves, relaxed, Sinkhorn, ε, marginal error, simplex, product, Skip D, MMD², witness,
bandwidth, median heuristic, biased, A-distance, null, L_align, λ"""


def test_every_word_is_there():
    wanted = {" ".join(word.split()) for word in WANTED.split(",")}
    assert wanted | {"N(0, 1)"} == set(list_words())


@pytest.mark.parametrize("name", list_words())
def test_it_is_explained_in_one_sentence(name):
    says = list_words()[name].says
    assert says.endswith(".")
    assert not re.search(r"[.!?] [A-Z]", says)
    assert len(says) < 180


@pytest.mark.parametrize("name", list_words())
def test_it_stands_on_a_page(name):
    word = list_words()[name]
    text = "".join(
        path.read_text(encoding="utf-8")
        for room in ("ui", "exhibits", "views")
        for path in sorted(Path(ROOT / "fusionviz" / room).rglob("*.py"))
    )
    assert any(one in text for one in (word.name, *word.also))


def test_words_are_found_where_they_stand_alone():
    text = "**Sinkhorn** at ε = 0.05 has a marginal error; SinkhornX, 3 gates."
    assert [word.name for word in words_in(text)] == [
        *("Sinkhorn", "ε", "marginal error", "gate")
    ]
    assert words_in("Sofas, λs and sigmoid") == ()
    assert len(words_in(" ".join(list_words()), most=5)) == 5


def test_the_longest_word_is_meant():
    assert [word.name for word in words_in("MMD² of X1/X2")] == ["MMD²", "X1/X2"]


def test_a_label_is_explained_by_its_first_word():
    assert "entropy" in (word_for("ε of Sinkhorn") or "")
    assert word_for("Room number") is None

"""Texts as features of their words, and transcripts made to read like English."""

import numpy as np
import pytest

from fusionviz.data.words import load_word_vectors
from fusionviz.data.words.features import WIDTHS, encoder_width, read_text
from fusionviz.data.words.transcripts import restore_apostrophes


def test_words_by_glove_are_their_vectors():
    read = read_text("The film WASN'T  zzyzx, кино!", "glove-50")
    assert read.names == ("the", "film", "was", "n't", "zzyzx", "кино")
    assert read.known.tolist() == [True] * 4 + [False] * 2
    vectors = load_word_vectors()
    for name, row in zip(read.names, read.features, strict=True):
        wanted = (
            vectors.vectors[vectors.words.index(name)] if name in vectors.words else 0
        )
        np.testing.assert_array_equal(row, np.zeros(50, np.float32) + wanted)
    assert read_text("", "glove-50").features.shape == (0, 50)
    assert {name: encoder_width(name) for name in WIDTHS} == WIDTHS


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I DIDNT LIKE IT", "I DIDN'T LIKE IT"),
        ("dont cant wont", "don't can't won't"),
        ("THEYRE what youve thats Im", "THEY'RE what you've that's I'm"),
        ("ill its were wed well", "ill its were wed well"),
        ("pont wonts import", "pont wonts import"),
        ("they'll didn't", "they'll didn't"),
        ("hed itll", "he'd it'll"),
    ],
)
def test_apostrophes_come_back_where_there_is_no_doubt(said, written):
    assert restore_apostrophes(said) == written

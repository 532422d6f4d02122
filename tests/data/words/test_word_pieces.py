"""WordPiece: words as pieces of a vocabulary, and where they stand."""

import pytest

from fusionviz.data.words.minilm import minilm_folder
from fusionviz.data.words.wordpieces import WordPieces
from fusionviz.errors import InputError

NAMES = ("[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "a", "'", "t", "don", "好")


def named(pieces, text):
    return [(pieces.names[piece.id], piece.start) for piece in pieces.cut(text)]


def test_the_longest_piece_is_taken_and_a_word_that_does_not_end_is_unknown():
    pieces = WordPieces(names=NAMES)
    assert named(pieces, "Unaffable  Ä unaffe") == [
        *(("un", 0), ("##aff", 0), ("##able", 0), ("a", 11), ("[UNK]", 13)),
    ]
    assert named(pieces, "don't 好a") == [
        *(("don", 0), ("'", 3), ("t", 4), ("好", 6), ("a", 7)),
    ]
    assert named(pieces, "a" * 101) == [("[UNK]", 0)]
    assert named(pieces, " \n ") == []
    assert (pieces.unknown, pieces.first, pieces.last) == (0, 1, 2)


def test_a_vocabulary_without_what_every_text_needs_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no \[CLS\]"):
        WordPieces(names=("[UNK]", "[SEP]"))
    with pytest.raises(InputError, match="no vocabulary"):
        WordPieces.read(tmp_path / "vocab.txt")
    (tmp_path / "vocab.txt").write_text("\n".join(NAMES) + "\n", "utf-8")
    assert WordPieces.read(tmp_path / "vocab.txt").names == list(NAMES)


# By transformers 4.57.6, with the vocabulary of all-MiniLM-L6-v2.
REFERENCE = {
    "Didn't we LOVE the café's soufflés?": [
        *(2134, 1005, 1056, 2057, 2293, 1996, 7668, 1005, 1055, 2061, 16093, 28331),
        1029,
    ],
}


@pytest.mark.parametrize("text", REFERENCE)
def test_pieces_are_those_of_the_reference(text):
    path = minilm_folder() / "vocab.txt"
    if not path.is_file():
        pytest.skip("MiniLM is not here (FUSIONVIZ_MINILM names its folder)")
    assert [piece.id for piece in WordPieces.read(path).cut(text)] == REFERENCE[text]

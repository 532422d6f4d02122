"""MiniLM against torch's own layers, and against numbers of the original."""

import numpy as np
import pytest

from fusionviz.data.words.features import read_and_keep, read_text, read_texts
from fusionviz.data.words.minilm import VARIABLE, load_minilm, minilm_folder
from fusionviz.errors import InputError
from tests.helpers.files.tiny_minilm import (
    LONGEST,
    WIDTH,
    make_minilm_folder,
    states_by_torch,
    tiny_weights,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = make_minilm_folder(tmp_path / "minilm")
    monkeypatch.setenv(VARIABLE, str(made))
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    return made


def test_states_are_those_of_torchs_layers_whatever_is_read_beside(folder):
    network = load_minilm(folder)
    texts = [[5, 9, 31], [8], [20, 7, 40, 33, 6, 5, 11]]
    for ids, states in zip(texts, network.read(texts), strict=True):
        expected = states_by_torch(tiny_weights(), ids)
        np.testing.assert_allclose(states, expected, atol=2e-6)
    assert (network.width, network.longest) == (WIDTH, LONGEST)


def test_a_word_is_the_mean_of_its_pieces_in_context(folder):
    read = read_text("Ab? don't", "minilm")
    assert read.names == ("ab", "do", "n't")
    network = load_minilm(folder)
    pieces = network.pieces.cut("ab don't")
    (states,) = network.read([[piece.id for piece in pieces]])
    # a ##b | d ##o ##n | ' t: the n of "don" is cut from what begins in "do".
    expected = [states[:2].mean(0), states[2:5].mean(0), states[5:].mean(0)]
    np.testing.assert_allclose(read.features, expected, atol=1e-6)
    assert read.known.tolist() == [True] * 3
    other = read_text("Ab so", "minilm")
    assert abs(other.features[0] - read.features[0]).max() > 1e-3


def test_words_of_other_scripts_are_unknown_and_long_texts_are_read_in_windows(folder):
    read = read_text("ab кино 好", "minilm")
    assert read.known.tolist() == [True, False, False]
    long = read_text("abc de " * 500, "minilm")
    assert long.features.shape == (1000, WIDTH)
    assert np.isfinite(long.features).all()
    # 22 pieces fit: "abc de" four times, and not "abc" after that.
    whole, more = read_text("abc de " * 4, "minilm"), read_text("abc", "minilm")
    again = read_text("abc de " * 4 + "abc", "minilm")
    np.testing.assert_allclose(again.features[:8], whole.features, atol=1e-5)
    np.testing.assert_allclose(again.features[8:], more.features, atol=1e-5)
    np.testing.assert_allclose(long.features[:8], whole.features, atol=1e-5)
    fewer = read_text("abc de " * 3, "minilm")
    assert abs(fewer.features - whole.features[:6]).max() > 1e-3
    word = read_text("a" * 60, "minilm")
    assert word.features.shape == (1, WIDTH)
    assert read_text("?!", "minilm").features.shape == (0, WIDTH)


def test_what_is_kept_is_what_was_made_and_follows_the_weights(
    folder, tmp_path, monkeypatch
):
    texts = ["ab so", "", "кино c"]
    made = read_texts(texts, "minilm")
    for _ in range(2):
        kept = read_and_keep(texts, "minilm")
        for one, other in zip(made, kept, strict=True):
            assert other.words == one.words
            assert other.known.tolist() == one.known.tolist()
            np.testing.assert_allclose(other.features, one.features, atol=3e-3)
    files = sorted((tmp_path / "cache").rglob("*.npy"))
    assert len(files) == 2
    monkeypatch.setenv(VARIABLE, str(make_minilm_folder(tmp_path / "other", seed=1)))
    assert (
        abs(read_and_keep(texts, "minilm")[0].features - made[0].features).max() > 0.1
    )
    assert len(sorted((tmp_path / "cache").rglob("*.npy"))) == 4


def test_a_folder_that_is_missing_or_damaged_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(
        InputError, match=r"model.safetensors missing.*FUSIONVIZ_MINILM"
    ):
        read_text("so", "minilm")
    folder = make_minilm_folder(tmp_path / "some")
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="holds no MiniLM"):
        load_minilm(folder)
    with pytest.raises(InputError, match="glove-50.*minilm, got 'bert'"):
        read_text("so", "bert")


def test_the_original_gives_the_numbers_that_transformers_gave():
    if not (minilm_folder() / "model.safetensors").is_file():
        pytest.skip("MiniLM is not here (FUSIONVIZ_MINILM names its folder)")
    network = load_minilm(minilm_folder())
    ids = [piece.id for piece in network.pieces.cut(SENTENCE)]
    (states,) = network.read([ids])
    np.testing.assert_allclose(states[:, :4], REFERENCE, atol=2e-5)


SENTENCE = "this film wasn't good"
REFERENCE = [
    [-0.267295, 0.315780, -0.482659, 0.575701],
    [-0.303716, 0.205997, -0.167532, -0.270671],
    [0.058758, 0.253205, -0.066295, 0.031178],
    [-0.143413, -0.482382, -0.250428, -0.008292],
    [0.197364, 0.082885, 0.050830, -0.137911],
    [-0.608586, -0.126050, 0.065462, 0.274709],
]
"""By transformers 4.57.6, the first four numbers of each piece."""

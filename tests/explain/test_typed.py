"""Typed sentences as samples: unknown words, no words, many words, other scripts."""

import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.utterances.generator import WIDTHS, render_utterance
from fusionviz.data.utterances.words import VALENCE, draw_words, meaning_of, meanings
from fusionviz.data.words.features import read_text
from fusionviz.data.words.minilm import VARIABLE
from fusionviz.errors import InputError
from fusionviz.explain import writing
from fusionviz.explain.tokens import name_sequences, read_named, readers_of
from fusionviz.explain.typed import (
    EXAMPLE,
    as_how,
    name_typed,
    read_typed,
    suits_generator,
)
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.files.tiny_minilm import WIDTH, make_minilm_folder
from tests.helpers.tiny_models import tiny_sentiment, tiny_speech


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


VOICE = {"mine.npz": npz(audio=np.ones((3, 73), np.float32), text=np.ones((2, 9)))}


@pytest.fixture
def checkpoints(tmp_path, monkeypatch):
    for model, name in ((tiny_speech(), "speech"), (tiny_sentiment(), "generated")):
        save_checkpoint(model, ModelCard(name=name), tmp_path / "checkpoints")
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path / "checkpoints"))


def test_words_alone_are_those_of_the_encoder():
    sample = read_typed("It didnt work, zzyzx!", "alone")
    assert sample.words == ("it", "did", "n't", "work", "zzyzx")
    assert sample.names == ("text",)
    expected = read_text("it didn't work zzyzx", "opinion-64").features
    assert np.array_equal(sample.modalities["text"], expected)
    assert any("“zzyzx”" in note for note in sample.notes)
    assert read_typed("fine", "alone").notes == ()


@pytest.mark.parametrize("how", ["alone", "spoken"])
@pytest.mark.parametrize("text", ["", "   ", "?! ... 😀", "_"])
def test_without_a_word_there_is_nothing_to_read(text, how):
    with pytest.raises(InputError, match="no word in it"):
        read_typed(text, how)
    assert not suits_generator(text)


@pytest.mark.parametrize("text", ["это было хорошо", "とても良い", "جميل", "zzyzx"])
def test_what_is_not_known_at_all_is_refused_in_a_sentence(text):
    with pytest.raises(InputError, match="None of these words is known"):
        read_typed(text, "alone")
    spoken = read_typed(text, "spoken")
    assert " nothing to it." in spoken.notes[-1]


def test_of_a_thousand_words_the_first_are_read():
    text = "good film " * 500
    sample = read_typed(text, "alone")
    assert len(sample.words) == len(sample.modalities["text"]) == 256
    assert "Of 1000 words the first 256 are read." in sample.notes
    assert len(read_typed(text, "spoken").words) == 40


def test_many_unknown_words_are_counted():
    (note,) = read_typed("good " + " ".join(f"zzq{n}" for n in range(9)), "alone").notes
    assert note.endswith("“zzq0”, “zzq1”, “zzq2”, “zzq3”, “zzq4” and 4 more.")


def test_the_generator_speaks_what_is_typed_with_a_face_and_a_voice():
    assert suits_generator(EXAMPLE)
    assert suits_generator("This WASN'T good!")  # "was" and "not"
    assert not suits_generator("this computer was good")
    sample = read_typed("It was NOT brilliant", "spoken")
    assert sample.words == ("it", "was", "not", "brilliant")
    assert {name: x.shape[1] for name, x in sample.modalities.items()} == WIDTHS
    assert set(sample.alignment["audio"].tolist()) <= {-1, 0, 1, 2, 3}
    words = ("it", "was", "brilliant")
    scores = [float(render_utterance(s, words=words).target) for s in range(60)]
    assert np.mean(scores) > 0.5
    turned = ("it", "was", "not", "brilliant")
    scores = [float(render_utterance(s, words=turned).target) for s in range(60)]
    assert np.mean(scores) < -0.5


def test_words_that_are_given_are_spoken_and_drawn_ones_stay_as_they_were():
    drawn = render_utterance(12)
    assert drawn.words == draw_words(np.random.default_rng((1, 12)))
    assert render_utterance(12, words=("good", "film")).words == ("good", "film")


def test_an_unknown_word_is_a_filler_of_its_own():
    one, other = meaning_of("computer"), meaning_of("camel")
    assert np.array_equal(one, meaning_of("computer"))
    assert np.abs(one - other).max() > 0.1
    assert one[:2].tolist() == other[:2].tolist() == [0, 0]
    fillers = [v for word, v in meanings().items() if word not in VALENCE]
    lengths = [np.linalg.norm(vector[2:]) for vector in fillers]
    assert min(lengths) / 2 < np.linalg.norm(one[2:]) < 2 * max(lengths)
    assert np.array_equal(meaning_of("good"), meanings()["good"])


def test_other_modalities_can_be_brought_and_their_text_gives_way():
    sample = read_typed("so good", "file", VOICE)
    assert {name: x.shape for name, x in sample.modalities.items()} == {
        "audio": (3, 73),
        "text": (2, 64),
    }
    with pytest.raises(InputError, match="another modality"):
        read_typed("so good", "file", {"a.npz": npz(text=np.ones((2, 9)))})


def test_minilm_reads_words_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(InputError, match=VARIABLE):
        read_typed("so good", "minilm")
    monkeypatch.setenv(VARIABLE, str(make_minilm_folder(tmp_path / "minilm")))
    assert read_typed("so good", "minilm").modalities["text"].shape == (2, WIDTH)


@pytest.mark.usefixtures("checkpoints")
def test_each_is_read_by_the_model_of_its_words():
    for how, reader in (("alone", "speech"), ("spoken", "generated")):
        cards = readers_of(read_typed("so good", how))
        assert [card.name for card in cards] == [reader]


def test_a_recipe_names_the_sentence_and_gives_it_again():
    named = name_typed("so good", "alone")
    assert named == {"typed": "so good", "how": "alone"}
    assert read_named(json.loads(json.dumps(named))).words == ("so", "good")
    beside = name_typed("so good", "file", name_sequences(VOICE))
    assert read_named(beside, VOICE).names == ("audio", "text")
    with pytest.raises(InputError, match="not the files"):
        read_named(beside, {"mine.npz": b"other"})
    with pytest.raises(InputError, match="alone, spoken, file, minilm, got 'sung'"):
        as_how("sung")


@pytest.mark.usefixtures("checkpoints")
def test_the_command_takes_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "find_chrome", lambda: False)
    out = tmp_path / "out"
    call = ["explain", "--text", "it was not good", "--out", str(out)]
    only = ["--only", "transport-solvers"]
    result = CliRunner().invoke(cli.app, [*call, "--how", "spoken", *only])
    assert result.exit_code == 0, result.output
    told = json.loads((out / "transport-solvers.json").read_text())
    sample = {"typed": "it was not good", "how": "spoken"}
    assert told["recipe"]["subject"]["sample"] == sample
    assert "typed text it was not good" in (out / "index.html").read_text()
    again = tmp_path / "again"
    recipe = ["--recipe", str(out / "transport-solvers.json")]
    result = CliRunner().invoke(cli.app, ["explain", "--out", str(again), *recipe])
    assert result.exit_code == 0, result.output
    numbers = json.loads((again / "transport-solvers.json").read_text())["numbers"]
    assert numbers == told["numbers"]
    result = CliRunner().invoke(cli.app, [*call, "--how", "sung"])
    assert result.exit_code != 0
    assert "got 'sung'" in result.output

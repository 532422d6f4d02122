"""A sentence that is typed, on the pages that show it."""

import io

import numpy as np
import pytest

from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.app.pages import address_of, alts, words
from tests.helpers.tiny_models import tiny_sentiment, tiny_speech

PAGES = ["pages/transport.py", "pages/distributions.py", "pages/robustness.py"]
TYPED = {"data": "typed"}


@pytest.fixture(scope="module")
def speaking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speaking")
    for model, name in ((tiny_speech(), "speech"), (tiny_sentiment(), "generated")):
        save_checkpoint(model, ModelCard(name=name), folder)
    return folder


def fine(app):
    return not [*app.exception, *app.error]


@pytest.mark.parametrize("page", PAGES)
def test_the_first_sentence_is_spoken_and_read(run_app, speaking, page):
    app = run_app(page, address=TYPED, checkpoints=speaking)
    assert fine(app)
    assert app.selectbox(key="how").value == "spoken"
    assert app.selectbox(key="reader").value == "generated"
    assert "5 of text" in words(app)
    assert "Says " in words(app)
    assert "True score " in words(app)
    assert app.tabs
    assert "sentence" not in address_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_another_sentence_is_read_as_words_and_stands_in_the_address(
    run_app, speaking, page
):
    app = run_app(page, address=TYPED, checkpoints=speaking)
    app.text_input(key="sentence").set_value("I hated the zzyzx").run()
    assert fine(app)
    assert app.selectbox(key="how").value == "alone"
    assert app.selectbox(key="reader").value == "speech"
    assert "Steps: 4 of text." in words(app)
    assert "“zzyzx”" in words(app)
    assert address_of(app)["sentence"] == "I hated the zzyzx"
    link = {**TYPED, "sentence": "I hated the zzyzx"}
    again = run_app(page, address=link, checkpoints=speaking)
    assert again.text_input(key="sentence").value == "I hated the zzyzx"
    assert words(again) == words(app)
    if "robustness" in page:  # of one modality, nothing can be taken away
        assert (
            app.selectbox(key="fail_text").options
            == again.selectbox(key="fail_text").options
        )
        assert "missing" not in again.selectbox(key="fail_text").options


def test_the_prediction_follows_the_words(run_app, speaking):
    said = set()
    for text in ("lovely", "a dreadful bore", "I would see it again"):
        link = {**TYPED, "sentence": text}
        app = run_app(PAGES[0], address=link, checkpoints=speaking)
        said.add(words(app).split("Says ")[1].split("**")[0])
    assert len(said) == 3


def test_words_stand_on_the_plans(run_app, speaking):
    link = {**TYPED, "sentence": "the story was never dull"}
    app = run_app(PAGES[0], address=link, checkpoints=speaking)
    assert fine(app)
    ticks = [
        label
        for chart in app.get("plotly_chart")
        for label in ("never", "dull")
        if label in chart.proto.spec
    ]
    assert set(ticks) == {"never", "dull"}
    assert alts(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no word in it"),
        ("😀 !!", "no word in it"),
        ("это было хорошо", "None of these words is known"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(run_app, speaking, page, text, told):
    app = run_app(page, address=TYPED, checkpoints=speaking)
    app.text_input(key="sentence").set_value(text).run()
    assert not app.exception
    assert told in app.error[0].value
    assert not app.tabs
    app.text_input(key="sentence").set_value("good").run()
    assert fine(app)
    assert app.tabs


def test_a_thousand_words_are_cut_and_said(run_app, speaking):
    text = " ".join(["we watched a film"] * 250)
    app = run_app(PAGES[0], address={**TYPED, "sentence": text}, checkpoints=speaking)
    assert fine(app)
    assert "Of 1000 words the first 256 are read" in words(app)


def test_markup_stays_text(run_app, speaking):
    link = {**TYPED, "sentence": "a *good* $x$ <b>film</b>"}
    app = run_app(PAGES[2], address=link, checkpoints=speaking)
    assert fine(app)
    app = run_app(PAGES[0], address={**link, "how": "alone"}, checkpoints=speaking)
    assert fine(app)


def test_a_voice_can_be_brought_beside_the_words(run_app, speaking):
    link = {**TYPED, "sentence": "so so", "how": "file"}
    app = run_app(PAGES[0], address=link, checkpoints=speaking)
    assert fine(app)
    buffer = io.BytesIO()
    np.savez(buffer, audio=np.random.default_rng(0).normal(size=(6, 73)))
    value = [("voice.npz", buffer.getvalue(), "application/zip")]
    app.file_uploader(key="sequence_files").set_value(value)
    app.run()
    assert fine(app)
    assert "6 of audio" in words(app)
    assert app.selectbox(key="reader").value == "speech"
    assert alts(app)


def test_other_data_leaves_nothing_in_the_address(run_app, speaking):
    link = {**TYPED, "sentence": "so so", "how": "alone"}
    app = run_app(PAGES[0], address=link, checkpoints=speaking)
    app.selectbox(key="data").set_value("utterance").run()
    assert fine(app)
    assert not {"sentence", "how"} & set(address_of(app))

"""Sequences that a reader brings, on the pages that show them."""

import io

import numpy as np
import pytest

from fusionviz.data.utterances.example import example_file, example_tables
from tests.helpers.app.pages import words

PAGES = ["pages/transport.py", "pages/distributions.py"]


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def numbers(steps, width):
    return np.random.default_rng(steps).normal(size=(steps, width)).astype(np.float32)


def brought(run_app, files, page=PAGES[0], **options):
    app = run_app(page, address={"data": "file"}, **options)
    uploaded = [(name, data, "application/zip") for name, data in files.items()]
    app.file_uploader(key="sequence_files").set_value(uploaded)
    return app.run()


def folded(app) -> str:
    """What the folded choice of files is called; empty where it is not folded."""
    return next((one.proto.popover.label for one in app.get("popover")), "")


@pytest.mark.parametrize("page", PAGES)
def test_without_a_file_the_page_says_what_to_bring(run_app, page):
    app = run_app(page, address={"data": "file"})
    assert not [*app.exception, *app.error]
    assert "video_alignment" in words(app)
    assert "kept in memory" in words(app)
    assert not app.tabs


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_shown_and_read_by_the_model_on_utterances(run_app, page):
    app = run_app(page, address={"data": "file"})
    app.button(key="sequences_example").click().run()
    assert not [*app.exception, *app.error]
    assert app.selectbox(key="reader").value == "sentiment-tiny"
    assert "Steps: 11 of text, 44 of video, 85 of audio." in words(app)
    assert app.tabs


@pytest.mark.parametrize("page", PAGES)
def test_tables_can_be_brought_one_for_each_modality(run_app, page):
    files = {
        "text.csv": b"word;f1;f2\nso;1;2,5\nfar;3;4\n",
        "clip_eeg.csv": b"f1;f2\n1;1\n2;1\n0,5;7\n",
    }
    app = brought(run_app, files, page)
    assert not [*app.exception, *app.error]
    assert app.selectbox(key="reader").value == "no model"
    assert "Steps: 2 of text, 3 of clip_eeg." in words(app)
    assert folded(app) == "2 files"


def test_a_zip_of_tables_will_do(run_app):
    app = brought(run_app, {"csv.zip": example_tables()})
    assert not [*app.exception, *app.error]
    assert app.selectbox(key="reader").value == "sentiment-tiny"


def test_what_was_assumed_is_counted_and_told(run_app):
    audio = np.vstack([numbers(9, 4), np.zeros((3, 4), np.float32)])
    data = npz(eeg=numbers(5, 4), voice=audio)
    app = brought(run_app, {"my_recording.npz": data})
    assert not [*app.exception, *app.error]
    assert folded(app) == "my\\_reco… · 3 notes"
    for note in (
        "voice as audio",
        "eeg has the fewest steps: the others are aligned to it",
        "audio ends in 3 steps of padding",
    ):
        assert note.replace(":", "\\:") in words(app)


def test_markup_in_a_name_stays_text(run_app):
    data = npz(text=numbers(5, 4), **{"$x$<b>*_audio": numbers(6, 4)})
    app = brought(run_app, {"<b>*[a](b).npz": data})
    assert not [*app.exception, *app.error]
    assert "**\\<b\\>\\*\\[a\\](b).npz**" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_cannot_be_used_gets_a_sentence_and_another_can_be_brought(
    run_app, page
):
    app = brought(run_app, {"audio.csv": b"a,b\n1,x\n2,3\n"}, page)
    assert not app.exception
    assert app.error[0].value.startswith("Line 2 of audio.csv has 'x' in column 2")
    assert not app.tabs
    app.button(key="sequences_example").click().run()
    assert not [*app.exception, *app.error]
    assert app.tabs


def test_where_no_checkpoint_fits_the_widths_that_are_read_are_named(run_app):
    data = npz(text=numbers(5, 300), audio=numbers(9, 74))
    app = brought(run_app, {"mine.npz": data})
    assert not app.exception
    error = app.error[0].value
    assert error.startswith("No checkpoint reads text 300, audio 74 features a step (")
    assert "sentiment-tiny reads video 32, audio 24, text 40" in error
    assert "reader" not in app.query_params


def test_ids_and_features_of_different_kinds_get_the_same_sentence(run_app):
    data = npz(text_ids=np.arange(5), eeg=numbers(9, 4))
    app = brought(run_app, {"mine.npz": data})
    assert "No checkpoint reads text ids, eeg 4 features" in app.error[0].value


def test_features_that_a_model_reads_can_be_shown_without_it(run_app):
    one_width = {name: numbers(n, 40) for name, n in (("text", 5), ("eeg", 9))}
    app = brought(run_app, {"mine.npz": npz(**one_width)})
    assert app.selectbox(key="reader").value == "sentiment-tiny"
    app.selectbox(key="reader").set_value("no model").run()
    assert not [*app.exception, *app.error]
    assert app.query_params["reader"] == "no model"


def test_files_outlive_a_look_at_other_data(run_app):
    app = brought(run_app, {"example.npz": example_file()})
    app.selectbox(key="data").set_value("utterance").run()
    app.selectbox(key="data").set_value("file").run()
    assert not [*app.exception, *app.error]
    assert folded(app) == "example.npz"


def test_files_that_are_taken_away_are_gone(run_app):
    app = brought(run_app, {"example.npz": example_file()})
    app.file_uploader(key="sequence_files").set_value(None).run()
    assert not [*app.exception, *app.error]
    assert not app.tabs
    assert not folded(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "arrays",
    [
        {"text": numbers(1, 4), "audio": numbers(1, 4)},
        {"text": np.ones((5, 4)), "audio": np.ones((7, 4))},
        {"text": np.zeros((5, 4)), "audio": np.zeros((7, 4))},
        {"eeg": numbers(5, 4)},
        {f"sensor{n}": numbers(5 + n, 4) for n in range(8)},
    ],
    ids=["one step", "equal steps", "zeros", "one modality", "eight modalities"],
)
def test_odd_sequences_give_a_page(run_app, page, arrays):
    app = brought(run_app, {"odd.npz": npz(**arrays)}, page)
    assert not [*app.exception, *app.error]

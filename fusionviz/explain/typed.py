"""A sentence that somebody types, as a sample that models read.

Its words are features by the encoder of `alignmamba-mosi`, alone or beside what the
reader brings of other modalities; or the generator speaks them, so that there are
a face, a voice and the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from fusionviz.data.sequences.files import read_sequences
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.data.utterances.words import VOCABULARY, as_generated
from fusionviz.data.words import load_word_vectors
from fusionviz.data.words.features import OPINION, ReadText, read_text
from fusionviz.data.words.minilm import NAME as MINILM
from fusionviz.data.words.transcripts import restore_apostrophes
from fusionviz.errors import InputError

How = Literal["alone", "spoken", "file", "minilm"]
"""Words alone, spoken by the generator, beside files, or alone by MiniLM."""

MOST_WORDS: Mapping[How, int] = {"alone": 256, "spoken": 40, "file": 256, "minilm": 256}
"""What is read of a longer text: its first words."""

EXAMPLE = "this film was not good"
VOICE = 12
"""Seed of the utterance whose speaker says what is typed."""

TOLD = 5
"""Unknown words that are named."""

NOTHING = "There is no word in it: type a sentence, such as “the ending was great”."


def as_how(word: str | None) -> How | None:
    """Return a word that says what typed words become, as it is.

    Raises:
        InputError: It says nothing of the kind.
    """
    for known in get_args(How):
        if word == known:
            return known
    if word is not None:
        raise InputError(f"typed words are {', '.join(get_args(How))}, got {word!r}")
    return None


def suits_generator(text: str) -> bool:
    """Whether the generator knows all words of a text, and there are some."""
    words = _generated_words(restore_apostrophes(text))
    return bool(words) and set(words) <= set(VOCABULARY)


def read_typed(
    text: str, how: How, files: Mapping[str, bytes] | None = None
) -> SequenceSample:
    """Return a typed sentence as a sample, with what was assumed in its notes.

    Args:
        text: What was typed.
        how: What its words become.
        files: Of `file`: sequences, of which all but the text is taken.

    Raises:
        InputError: There is no word in it, none is known, the files cannot be read or
            have a text alone, or the encoder's files are not there.
    """
    text = restore_apostrophes(text)
    if as_how(how) == "spoken":
        return _speak(text)
    read = read_text(text, MINILM if how == "minilm" else OPINION)
    if not read.words:
        raise InputError(NOTHING)
    if not read.known.any():
        raise InputError(
            "None of these words is known: what reads them was made from English text. "
            "Type an English sentence."
        )
    count = min(len(read.words), MOST_WORDS[how])
    sample = SequenceSample(
        modalities={"text": read.features[:count]},
        words=read.names[:count],
        id="typed text",
        notes=(*_cut_note(len(read.words), count), *_unknown_note(read, count)),
    )
    return _beside(sample, files or {}) if how == "file" else sample


def name_typed(
    text: str, how: How, named_files: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what names a typed sentence in a recipe.

    Args:
        text: What was typed.
        how: What its words become.
        named_files: What names files that it stands beside.
    """
    return {"typed": text, "how": how, **(named_files or {})}


def _generated_words(text: str) -> tuple[str, ...]:
    return as_generated([word.text for word in load_word_vectors().split(text)])


def _speak(text: str) -> SequenceSample:
    words = _generated_words(text)
    if not words:
        raise InputError(NOTHING)
    count = min(len(words), MOST_WORDS["spoken"])
    unknown = [word for word in words[:count] if word not in VOCABULARY]
    spoken = render_utterance(VOICE, words=words[:count])
    told = f"The generator speaks {len(VOCABULARY)} words"
    notes = _cut_note(len(words), count)
    if unknown:
        verb = "mean" if len(set(unknown)) > 1 else "means"
        notes += (f"{told}: {_named(unknown)} {verb} nothing to it.",)
    return replace(spoken, id="typed text", notes=(*spoken.notes, *notes))


def _beside(sample: SequenceSample, files: Mapping[str, bytes]) -> SequenceSample:
    """Return typed words with the other modalities of files."""
    brought = read_sequences(files)
    others = {k: x for k, x in brought.modalities.items() if k != sample.anchor}
    if not others:
        raise InputError(
            "The files have a text alone, and the text is typed: bring another "
            "modality, such as audio."
        )
    return replace(
        sample,
        modalities={**others, **sample.modalities},
        times={name: times for name, times in brought.times.items() if name in others},
        notes=(*sample.notes, *brought.notes),
    )


def _cut_note(there: int, kept: int) -> tuple[str, ...]:
    return (f"Of {there} words the first {kept} are read.",) if kept < there else ()


def _unknown_note(read: ReadText, count: int) -> tuple[str, ...]:
    known = zip(read.names[:count], read.known[:count].tolist(), strict=True)
    unknown = [name for name, is_known in known if not is_known]
    if not unknown:
        return ()
    return (f"Not known, and read as a blank: {_named(unknown)}.",)


def _named(words: Sequence[str]) -> str:
    """Return words in quotes, the first few of many."""
    some = list(dict.fromkeys(words))
    told = ", ".join(f"“{word}”" for word in some[:TOLD])
    return f"{told} and {len(some) - TOLD} more" if len(some) > TOLD else told

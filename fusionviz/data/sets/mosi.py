"""CMU-MOSI as a data set to train and to measure on: splits by video, and options.

What is held out, and what a figure on it is worth. The official test videos (31, Poria
et al. 2017) are not in the file: `split_poria` says `train` of all of its 62. So the
test split here is the 24 of these videos that the CMU toolkit's own division names
`test` (`split_std`), with 29 to train on and 9 for validation; or, by `fold`, a fifth
of the 62, which other folds train on. No video is on two sides.

Videos that are held out are not new to the features. What extracted `text_cnn100` and
`video_c3d100` was trained on the labels of these very 62 videos (see
`fusionviz.data.sets.cmu`): a logistic regression that is fitted to 29 or 38 of them is
right in 96 to 98 % and in 89 to 90 % of the utterances of the other 24. A figure from
these two is no estimate of accuracy on new videos, by whatever split. One from words
themselves (`text="words"`) and audio is: on the same 24 videos, of whose utterances the
bigger class has 58 %, it is right in 64 to 66 % with the words and guesses with audio
alone (46 to 52 %).

So at the level of utterances the words may be read by an encoder that has seen no
sentiment at all (`text="glove-50"` or `"minilm"`), or
labels of other videos alone (`"opinion-64"`), beside the voice and without the
video features. What else there is to learn from words, CMU-MOSEI and the Stanford
Sentiment Treebank, joins the training split by `beside`; of CMU-MOSEI no video that is
in this file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.cmu import (
    has_official_test,
    load_mosi_videos,
    load_mosi_words,
    mosi_vocabulary,
)
from fusionviz.data.sets.opinions import load_opinions
from fusionviz.data.sets.photographs import LazySamples
from fusionviz.data.words.features import WIDTHS, read_and_keep
from fusionviz.data.words.transcripts import restore_apostrophes
from fusionviz.errors import InputError

Level = Literal["video", "utterance"]
Text = Literal["cnn", "words", "glove-50", "opinion-64", "minilm"]

FOLDS = 5

CLASS_NAMES = ("negative", "non-negative")
"""Of labels 0 and 1; a target of exactly 0 counts as non-negative."""


def load_mosi(
    split: str,
    *,
    level: Level = "video",
    text: Text = "cnn",
    fold: int | None = None,
    seed: int = 0,
    beside: Mapping[str, Any] | None = None,
) -> Sequence[SequenceSample]:
    """Return a split of CMU-MOSI; the module says what it is worth.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        level: `"video"`: each video is a sample, a sequence of its utterances, with a
            target and a label each. `"utterance"`: each utterance is a sample, a
            sequence of its words (ids into `mosi_vocabulary()`), beside one step of
            audio and one of video.
        text: Of videos: `"cnn"`, the features `text_cnn100`, or `"words"`, how often
            each word of the vocabulary is said, weighted by how rare it is in training
            (see `weigh_words`). Of utterances: the name of what reads the words into
            features (see `fusionviz.data.words.features`), beside the audio alone.
        fold: Which of 5 parts of the videos is held out for testing; the next tenth of
            the videos is for validation. The toolkit's division if not given.
        seed: Of the division into folds, for repeated splits.
        beside: What else there is to train on, where an encoder reads the words:
            options of `load_opinions`; or of `repeat`, how often the training
            utterances come with it (0: not at all).

    Raises:
        InputError: The data is not there.
        ValueError: There is no such level, text or fold.
    """
    if level not in get_args(Level) or text not in get_args(Text):
        raise ValueError(
            f"level is one of {get_args(Level)} and text of {get_args(Text)}, got "
            f"{level!r} and {text!r}"
        )
    if (text in WIDTHS) and level != "utterance":
        raise ValueError(f"{text} reads the words of utterances, got level {level!r}")
    splits = _split(level, fold, seed)
    if text in WIDTHS:
        return _with_speech(splits, split, text, dict(beside or {}))
    if beside:
        raise ValueError(f"beside goes with {' or '.join(WIDTHS)}, got {text!r}")
    if (level, text) != ("video", "words"):
        return splits[split]
    known = {one.group for one in splits["train"]}
    return _with_words(splits[split], known)


def weigh_words(
    counts: NDArray[np.int64], known: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return word counts as vectors of length 1, (utterance, word).

    (1 + log count) · log(N / utterances with the word), scaled to unit length: tf-idf
    (Salton & Buckley 1988), where N and the utterances with a word are those to train
    on. It knows no label, and a word that is in none of these counts for nothing. An
    utterance without other words is 0.

    Args:
        counts: How often each utterance has each word, (utterance, word).
        known: The same of the utterances to train on.
    """
    frequency = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0.0)
    having = (known > 0).sum(axis=0)
    rarity = np.where(having > 0, np.log(len(known) / np.maximum(having, 1)), 0.0)
    weighed = frequency * rarity
    length = np.linalg.norm(weighed, axis=1, keepdims=True)
    return (weighed / np.where(length > 0, length, 1)).astype(np.float32)


def load_mosi_file(file: Path, **options: Any) -> tuple[SequenceSample, ...]:  # noqa: ANN401
    """Return the videos of a file to measure on: its official test videos, else all.

    Args:
        file: Of the layout that `fusionviz.data.sets.cmu` tells.
        options: As a recipe has them; only `level` counts.

    Raises:
        InputError: It is no such file, or the options want words, whose ids are those
            of another file.
    """
    text = str(options.get("text", "cnn"))
    if text == "words":
        raise InputError("words of another file have other ids: only features fit")
    load = load_mosi_words if options.get("level") == "utterance" else load_mosi_videos
    try:
        samples = load("test" if has_official_test(file) else "all", file=file)
        return read_speech(samples, text) if text in WIDTHS else samples
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"{file} is no file of CMU-MOSI: {error}") from error


def split_videos(
    videos: Sequence[str], fold: int, seed: int = 0
) -> dict[str, tuple[str, ...]]:
    """Return videos by split: part `fold` of 5 for testing, a tenth for validation.

    Over the five folds of one seed each video is tested on once.

    Raises:
        ValueError: There is no such fold.
    """
    if not 0 <= fold < FOLDS:
        raise ValueError(f"fold is from 0 to {FOLDS - 1}, got {fold}")
    names = np.array(sorted(set(videos)))
    order = np.random.default_rng(seed).permutation(len(names))
    test = order[fold::FOLDS]
    # What comes after the test part in the round, so that it differs between folds.
    others = np.concatenate([order[(fold + k) % FOLDS :: FOLDS] for k in range(1, 5)])
    held = max(1, len(names) // 10)
    chosen = {"train": others[held:], "validation": others[:held], "test": test}
    return {split: tuple(names[np.sort(part)]) for split, part in chosen.items()}


def _split(
    level: Level, fold: int | None, seed: int
) -> dict[str, tuple[SequenceSample, ...]]:
    """Return all samples by split."""
    load = load_mosi_videos if level == "video" else load_mosi_words
    splits: tuple[Literal["train", "validation", "test"], ...]
    splits = ("train", "validation", "test")
    if fold is None:
        return {split: load(split) for split in splits}
    samples = load("all")
    videos = split_videos([one.group for one in samples], fold, seed)
    return {
        split: tuple(one for one in samples if one.group in set(videos[split]))
        for split in splits
    }


def read_speech(
    samples: Sequence[SequenceSample], encoder: str
) -> tuple[SequenceSample, ...]:
    """Return utterances with features of their words, and the voice.

    The video features know the labels and are left out.

    Args:
        samples: Utterances with their words, as `load_mosi_words` has them.
        encoder: Of `WIDTHS`.

    Raises:
        InputError: The encoder's files are not there.
    """
    texts = [restore_apostrophes(" ".join(one.words)) for one in samples]
    read = read_and_keep(texts, encoder)
    return tuple(
        SequenceSample(
            modalities={
                "text": np.asarray(words.features, np.float32),
                "audio": one.modalities["audio"],
            },
            words=words.names,
            target=one.target,
            label=one.label,
            id=one.id,
            group=one.group,
            notes=("The voice is one step for the whole utterance.",),
        )
        for one, words in zip(samples, read, strict=True)
        if words.words
    )


def _with_speech(
    splits: Mapping[str, Sequence[SequenceSample]],
    split: str,
    encoder: str,
    beside: dict[str, Any],
) -> Sequence[SequenceSample]:
    """Return a split as words and voice, with other opinions to train on."""
    spoken = read_speech(splits[split], encoder)
    if not beside or split != "train":
        return spoken
    videos = {one.group for some in splits.values() for one in some}
    repeat = int(beside.pop("repeat", 1))
    opinions = load_opinions("train", text=encoder, **beside)
    kept = [one for one in opinions.places if one.group not in videos]
    return LazySamples([*spoken * repeat, *kept], partial(_either, opinions.read))


def _either(
    read: Callable[[Any], SequenceSample],
    place: Any,  # noqa: ANN401 - as `read` takes
) -> SequenceSample:
    return place if isinstance(place, SequenceSample) else read(place)


def _with_words(
    samples: Sequence[SequenceSample], known: Collection[str]
) -> tuple[SequenceSample, ...]:
    """Return videos with the words of their utterances in place of text features.

    Args:
        samples: The videos.
        known: Those to train on, whose words are weighed by.
    """
    said: dict[str, list[NDArray[np.int64]]] = {}
    for one in load_mosi_words():  # in the order in which they are spoken
        said.setdefault(one.group, []).append(one.modalities["text"])
    size = len(mosi_vocabulary())
    counts = {
        video: np.stack([np.bincount(ids, minlength=size) for ids in utterances])
        for video, utterances in said.items()
    }
    training = np.concatenate([counts[video] for video in counts if video in known])
    return tuple(
        replace(
            one,
            modalities={
                **one.modalities,
                "text": weigh_words(counts[one.group], training),
            },
        )
        for one in samples
    )

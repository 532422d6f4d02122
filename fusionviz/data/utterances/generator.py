"""Generated utterances: words, a face and a voice, of which the truth is known.

Somebody says a few words about a film. The words say something; a face that
contradicts a word means the opposite of it (sarcasm); the voice says how much a word
counts. So the sentiment needs, word by word, all three:

    target = 3 tanh(1/4 sum over words of 2^emphasis · meant)
    meant  = valence, turned round by a negator before the word, and turned round
             again where the face shows the opposite of that

Faces and stress on words without sentiment count for nothing, so it matters which word
a frame belongs to. The clocks of face and voice do not say that: they are shifted, run
fast or slow, lose frames, and pauses are filled by others. But each utterance of a word
sounds its own way, drawn anew each time (so it says nothing about sentiment), and that
*sound* goes into the features of the word and of its frames alike, by a fixed random
projection for each modality. Who learns the projections finds the correspondence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.timeline import SOUND_WIDTH, Timeline, perform
from fusionviz.data.utterances.words import MEANING_WIDTH, draw_words, meaning_of

WIDTHS = {"text": 40, "video": 32, "audio": 24}
"""Channels of each modality."""

SEEDS = {"test": range(5000), "validation": range(5000, 10_000)}
"""Seeds of the utterances of each split; those from 10000 on are for training."""

FIRST_TRAINING_SEED = 10_000

UTTERANCES_PER_SPEAKER = 20

_SPEAKER_WIDTH = 4
_FACTORS = {
    "text": SOUND_WIDTH + MEANING_WIDTH,
    "video": SOUND_WIDTH + 1 + _SPEAKER_WIDTH,  # face
    "audio": SOUND_WIDTH + 3 + _SPEAKER_WIDTH,  # emphasis, tone, voiced
}
_TEXT_NOISE = 0.1
_FRAMES_PER_SECOND = {"video": (8.0, 12.0), "audio": (14.0, 20.0)}


@dataclass(frozen=True, kw_only=True)
class Misalignment:
    """How far face and voice are from the words; all 0 means as the clock says.

    Attributes:
        offset_seconds: Largest shift of a modality's clock, either way.
        drift: Largest share by which a clock runs fast or slow.
        dropped: Share of frames that are lost.
        distractors: Share of pauses in which something else is seen and heard.
        noise: Standard deviation of the noise of each channel of a frame, in units of
            what a word's sound adds to a channel.
    """

    offset_seconds: float = 0.7
    drift: float = 0.2
    dropped: float = 0.15
    distractors: float = 0.4
    noise: float = 1.5

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in ("drift", "dropped", "distractors"):
            if not 0 <= getattr(self, name) < 1 + (name == "distractors"):
                raise ValueError(f"{name} is a share, got {getattr(self, name)}")
        for name in ("offset_seconds", "noise"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is not negative, got {getattr(self, name)}")


def load_sentiment(
    split: str, *, count: int, misalignment: Misalignment | None = None
) -> tuple[SequenceSample, ...]:
    """Return the first `count` utterances of a split.

    Args:
        split: `"train"`, `"validation"` or `"test"`; speakers differ between them.
        count: At most 5000 for `validation` and `test`.
        misalignment: The default one where None.

    Raises:
        ValueError: There is no such split, or it has fewer utterances.
    """
    training = range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + max(count, 0))
    splits = {**SEEDS, "train": training}
    if split not in splits or not 1 <= count <= len(splits[split]):
        raise ValueError(
            f"split is one of {', '.join(splits)} and count 1 to 5000 but in "
            f"training, got {split!r} and {count}"
        )
    chosen = misalignment or Misalignment()
    return tuple(render_utterance(seed, chosen) for seed in splits[split][:count])


def render_utterance(
    seed: int,
    misalignment: Misalignment | None = None,
    words: Sequence[str] = (),
) -> SequenceSample:
    """Return utterance number `seed`: text, video and audio, target and truth.

    The same number gives the same words, meaning and target whatever the
    misalignment.

    Args:
        seed: Not negative. Utterances of one speaker have consecutive numbers.
        misalignment: The default one where None.
        words: What is said; drawn where there are none. A word that is not of the
            vocabulary is spoken, and says nothing.

    Returns:
        `text` (word, 40), `video` (frame, 32) and `audio` (frame, 24), channels
        without unit; `target` from -3 to 3, `label` 1 where it is 0 or more;
        `alignment` of video and audio: the word of each frame, -1 in pauses.

    Raises:
        ValueError: `seed` is negative.
    """
    if seed < 0:
        raise ValueError(f"seed is not negative, got {seed}")
    chosen = misalignment or Misalignment()
    random = np.random.default_rng((1, seed))
    said = tuple(words) or draw_words(random)
    timeline = perform(said, chosen.distractors, random)
    text, spans = _transcribe(said, timeline, random)
    modalities, times, alignment = {"text": text}, {"text": spans}, {}
    for index, name in enumerate(_FRAMES_PER_SECOND):
        random = np.random.default_rng((2 + index, seed))
        times[name], segment = _film(name, timeline, chosen, random)
        factors = _factors(name, timeline, segment, seed // UTTERANCES_PER_SPEAKER)
        modalities[name] = _show(name, factors, chosen.noise, random)
        alignment[name] = timeline.word[segment]
    return SequenceSample(
        modalities=modalities,
        times=times,
        words=said,
        target=np.array(timeline.sentiment, np.float32),
        label=np.array(timeline.sentiment >= 0, np.int64),
        alignment=alignment,
        id=f"utterance {seed}",
        group=f"speaker {seed // UTTERANCES_PER_SPEAKER}",
        notes=("Generated; the true word of every frame is known.",),
    )


def _transcribe(
    words: tuple[str, ...], timeline: Timeline, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the features of the words, and when each starts and ends."""
    spoken = timeline.word >= 0
    meaning = np.stack([meaning_of(word) for word in words])
    factors = np.hstack([timeline.sound[spoken], meaning])
    spans = np.stack([timeline.start, timeline.end], axis=1)[spoken]
    return _show("text", factors, _TEXT_NOISE, random), spans.astype(np.float32)


def _film(
    name: str, timeline: Timeline, how: Misalignment, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return each frame's start and end by its clock, and its segment in truth."""
    period = 1 / random.uniform(*_FRAMES_PER_SECOND[name])
    offset = random.uniform(-how.offset_seconds, how.offset_seconds)
    speed = 1 + random.uniform(-how.drift, how.drift)
    length = timeline.end[-1]
    true = np.arange(period / 2, length, period)
    kept = random.random(len(true)) >= how.dropped
    kept[len(true) // 2] = True  # a modality that is there has a frame
    true = true[kept]
    clock = length / 2 + offset + (true - length / 2) * speed
    half = period * speed / 2
    segment = np.searchsorted(timeline.end, true, side="right")
    return np.stack([clock - half, clock + half], 1).astype(np.float32), segment


def _factors(
    name: str, timeline: Timeline, segment: NDArray[np.int64], speaker: int
) -> NDArray[np.float64]:
    """Return what the frames show, before it is mixed into their channels."""
    random = np.random.default_rng((4, speaker, name == "audio"))
    look = np.tile(random.normal(0, 0.5, _SPEAKER_WIDTH), (len(segment), 1))
    voiced = (timeline.word >= 0).astype(np.float64)
    own = {
        "video": (timeline.face,),
        "audio": (timeline.emphasis, timeline.tone, voiced),
    }
    shown = [track[segment, None] for track in own[name]]
    return np.hstack([timeline.sound[segment], *shown, look])


def _show(
    name: str,
    factors: NDArray[np.float64],
    noise: float,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Return features (step, channel): the factors mixed, with noise."""
    clean = factors @ _projection(name)
    unit = WIDTHS[name] ** -0.5  # root mean square of a channel that shows a sound
    return (clean + noise * unit * random.normal(size=clean.shape)).astype(np.float32)


@cache
def _projection(name: str) -> NDArray[np.float64]:
    """Return orthonormal rows (factor, channel), the same in every utterance."""
    random = np.random.default_rng((5, sorted(WIDTHS).index(name)))
    square, upper = np.linalg.qr(random.normal(size=(WIDTHS[name], WIDTHS[name])))
    square *= np.sign(np.diag(upper))  # signs differ between libraries
    return square.T[: _FACTORS[name]]

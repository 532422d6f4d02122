"""What is heard and seen when a generated utterance is spoken."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.utterances.words import spoken_valence

SOUND_WIDTH = 12


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """An utterance in segments of time: its words and the pauses around them.

    Attributes:
        start: Seconds, (segment,), ascending.
        end: Seconds, (segment,): where the next one starts.
        word: Which word is spoken, (segment,), -1 in pauses.
        sound: How it sounds, (segment, SOUND_WIDTH): of length 1, 0 in silence.
        face: Below 0 a frown, above 0 a smile, (segment,).
        emphasis: How much it counts, as a power of two, (segment,).
        tone: Pitch; it says a little of what is meant, (segment,).
        sentiment: -3 to 3.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    word: NDArray[np.int64]
    sound: NDArray[np.float64]
    face: NDArray[np.float64]
    emphasis: NDArray[np.float64]
    tone: NDArray[np.float64]
    sentiment: float


def perform(
    words: tuple[str, ...], distractors: float, random: np.random.Generator
) -> Timeline:
    """Return the words spoken.

    Args:
        words: At least one.
        distractors: Share of pauses that others fill, who sound and look in ways of
            their own.
        random: Draws everything that the words leave open.
    """
    spoken = spoken_valence(words)
    contradicted = (random.random(len(words)) < 0.18) & (spoken != 0)
    meant = np.where(contradicted, -spoken, spoken)
    face = _draw_faces(meant, contradicted, random)
    emphasis = random.integers(-1, 2, len(words)).astype(float)
    tone = 0.3 * meant + random.normal(0, 0.6, len(words))

    is_word = np.arange(2 * len(words) + 1) % 2 == 1  # pause, word, pause, word, pause
    sound = random.normal(size=(len(is_word), SOUND_WIDTH))
    sound /= np.linalg.norm(sound, axis=1, keepdims=True)
    filled = random.random(len(is_word)) < distractors
    sound[~is_word & ~filled] = 0

    def track(values: NDArray[np.float64]) -> NDArray[np.float64]:
        others = random.normal(0, 0.7, len(is_word))
        out = np.where(filled, others, 0.0)
        out[is_word] = values
        return out

    duration = _draw_durations(is_word, random)
    end = np.cumsum(duration)
    return Timeline(
        start=end - duration,
        end=end,
        word=np.where(is_word, np.arange(len(is_word)) // 2, -1),
        sound=sound,
        face=track(face),
        emphasis=track(emphasis),
        tone=track(tone),
        sentiment=float(3 * np.tanh((2**emphasis * meant).sum() / 4)),
    )


def _draw_faces(
    meant: NDArray[np.float64],
    contradicted: NDArray[np.bool_],
    random: np.random.Generator,
) -> NDArray[np.float64]:
    """Return a face for each word: what is meant, nothing, or anything on fillers."""
    shown = contradicted | (random.random(len(meant)) < 0.4)
    anything = random.choice([-1, 1], len(meant))
    sign = np.where(meant == 0, anything, np.sign(meant))
    return shown * sign * random.uniform(0.8, 1.2, len(meant))


def _draw_durations(
    is_word: NDArray[np.bool_], random: np.random.Generator
) -> NDArray[np.float64]:
    """Return seconds (segment,); three of four pauses between words last none."""
    paused = random.random(len(is_word)) < 0.25
    pause = paused * random.uniform(0.15, 0.5, len(is_word))
    pause[[0, -1]] = 0.25
    return np.where(is_word, random.uniform(0.2, 0.5, len(is_word)), pause)

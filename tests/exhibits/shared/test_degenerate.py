"""Odd subjects give a picture or a sentence from every exhibit, never NaN."""

import json

import numpy as np
import pytest

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import KINDS as ALL_KINDS
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

KINDS = [kind.name for kind in ALL_KINDS if kind.reads in ("tokens", "alignmamba")]


def features(**tokens):
    return FeatureSubject(
        SequenceSample(
            modalities={k: np.asarray(v, np.float32) for k, v in tokens.items()}
        )
    )


def cut(count, *names):
    """Return an utterance of which some modalities have but a few steps."""
    whole = render_utterance(12)
    kept = {
        name: x[:count] if name in names else x for name, x in whole.modalities.items()
    }
    return SequenceSample(modalities=kept)


def pair(rgb=True, depth=True, flat=False):
    room = render_room(3, (48, 48))
    grey = np.full_like(room.rgb, 128) if flat else room.rgb
    level = np.ones_like(room.depth_m) if flat else room.depth_m
    sample = RGBDSample(rgb=grey if rgb else None, depth_m=level if depth else None)
    return AlignMambaSubject(tiny_alignmamba(), sample)


def spoken(sample):
    return AlignMambaSubject(tiny_sentiment(), sample)


SUBJECTS = {
    "one token a side": lambda: features(text=[[1, 2]], video=[[2, 1]]),
    "one token to many": lambda: features(text=np.eye(4), video=[[1, 2, 3, 4]]),
    "identical tokens": lambda: features(text=np.ones((3, 4)), video=np.ones((5, 4))),
    "zero vectors": lambda: features(text=np.zeros((3, 4)), video=np.zeros((5, 4))),
    "one channel": lambda: features(text=np.ones((3, 1)), video=[[1], [2], [-3]]),
    "huge numbers": lambda: features(text=1e30 * np.eye(3), video=1e30 * np.eye(3)),
    "no anchor": lambda: features(video=np.eye(4)),
    "no depth": lambda: pair(depth=False),
    "no colours": lambda: pair(rgb=False),
    "a flat picture": lambda: pair(flat=True),
    "one word": lambda: spoken(cut(1, "text")),
    "one frame": lambda: spoken(cut(1, "video", "audio")),
    "one step of all": lambda: spoken(cut(1, "video", "audio", "text")),
    "no words": lambda: spoken(render_utterance(12).only(["video", "audio"])),
    "words alone": lambda: spoken(render_utterance(12).only(["text"])),
}


@pytest.mark.parametrize("odd", SUBJECTS)
def test_it_is_a_picture_or_a_sentence(odd):
    subject = SUBJECTS[odd]()
    sentences = []
    for name in KINDS:
        kind = exhibit_kind(name)
        if kind.reads == "alignmamba" and isinstance(subject, FeatureSubject):
            continue
        try:
            made = kind.make(Request(subject=subject, controls=kind.controls()))
        except InputError as error:
            sentences.append(str(error))
            continue
        json.dumps(dict(made.numbers), allow_nan=False)
        for text in (made.alt, made.caption):
            assert "nan" not in text.replace("(", " ").lower().split(), (name, text)
        for key, array in made.arrays.items():
            # hidden attention is NaN where a token comes too late to be read
            if array.dtype.kind == "f" and not name.startswith("attention-hidden"):
                assert np.isfinite(array).all(), (name, key)
    assert all(len(sentence) > 20 for sentence in sentences)

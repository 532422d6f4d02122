"""Tiny models, rooms as they read them, and a file of attention."""

import numpy as np
import pytest

from fusionviz.analysis.inputs.pair_subject import read_pair
from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.analysis.shared.attention.stack import stack_of_file
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.analysis.shared.subjects.film import FilmSubject
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.arrays.example import example_file as arrays_example
from fusionviz.data.attention.files import example_file, read_attention
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.explain.arrays import arrays_subject
from fusionviz.training.robustness.readers import reader_of
from tests.helpers.films import film, tiny_film_mango
from tests.helpers.robustness_reports import tiny_report
from tests.helpers.scaling_runs import known_run
from tests.helpers.tiny_models import (
    tiny_alignmamba,
    tiny_mango,
    tiny_sentiment,
    tiny_translator,
)


@pytest.fixture(scope="session")
def mango():
    return tiny_mango()


@pytest.fixture(scope="session")
def subject(mango):
    return MangoSubject(mango, render_room(3, (48, 48)))


@pytest.fixture(scope="session")
def other(mango):
    return MangoSubject(mango, render_room(4, (48, 48)))


@pytest.fixture(scope="session")
def mamba_subject():
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)), "rooms")


@pytest.fixture(scope="session")
def utterance_subject():
    """Words, a face and a voice, as a tiny model reads them; the truth is known."""
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12), "sentiment")


@pytest.fixture(scope="session")
def feature_subject():
    """Sequences without a model."""
    random = np.random.default_rng(0)
    lengths = {"text": 5, "video": 9, "audio": 12}
    modalities = {
        name: random.normal(size=(length, 6)).astype(np.float32)
        for name, length in lengths.items()
    }
    return FeatureSubject(SequenceSample(modalities=modalities))


@pytest.fixture(scope="session")
def stack():
    return stack_of_file(read_attention(example_file()), "example.npz")


@pytest.fixture(scope="session")
def pair_subject(subject, mamba_subject):
    """A room with what both models say of it."""
    return read_pair(subject.sample, subject.model, mamba_subject.model)


@pytest.fixture(scope="session")
def failure_subject(mango):
    """A room as tiny models read it: AlignMamba, MANGO with its guess, with zeros."""
    readers = [
        reader_of(tiny_alignmamba()),
        reader_of(mango),
        reader_of(mango, "zeros"),
    ]
    return FailureSubject(render_room(3, (48, 48)), readers, "rooms")


@pytest.fixture(scope="session")
def subjects(pair_subject, subject, mamba_subject, stack, failure_subject):
    """By what kinds of exhibits read."""
    return {
        "pair": pair_subject,
        "mango": subject,
        "translation": MangoSubject(tiny_translator(), subject.sample),
        "alignmamba": mamba_subject,
        "tokens": mamba_subject,
        "attention": stack,
        "arrays": arrays_subject(arrays_example(), "example.npz"),
        "scaling": ScalingSubject(runs=(known_run(),)),
        "failures": failure_subject,
        "robustness": tiny_report(),
        "film": FilmSubject(tiny_film_mango(), film(1), ("Drama", "War", "Music")),
    }

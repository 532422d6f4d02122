"""Tiny models, rooms as they read them, and a file of attention."""

import pytest

from fusionviz.analysis.alignmamba_subject import AlignMambaSubject
from fusionviz.analysis.attention_stack import stack_of_file
from fusionviz.analysis.subject import MangoSubject
from fusionviz.data.attention_files import example_file, read_attention
from fusionviz.data.rooms import render_room
from tests.tiny_models import tiny_alignmamba, tiny_mango


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
    return AlignMambaSubject(tiny_alignmamba(), render_room(3, (48, 48)))


@pytest.fixture(scope="session")
def stack():
    return stack_of_file(read_attention(example_file()), "example.npz")


@pytest.fixture(scope="session")
def subjects(subject, mamba_subject, stack):
    """By what kinds of exhibits read."""
    return {"mango": subject, "alignmamba": mamba_subject, "attention": stack}

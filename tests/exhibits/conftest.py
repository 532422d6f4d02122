"""A tiny MANGO, and rooms as it reads them."""

import pytest

from fusionviz.analysis.subject import MangoSubject
from fusionviz.data.rooms import render_room
from tests.tiny_models import tiny_mango


@pytest.fixture(scope="session")
def mango():
    return tiny_mango()


@pytest.fixture(scope="session")
def subject(mango):
    return MangoSubject(mango, render_room(3, (48, 48)))


@pytest.fixture(scope="session")
def other(mango):
    return MangoSubject(mango, render_room(4, (48, 48)))

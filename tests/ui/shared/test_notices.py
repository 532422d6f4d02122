"""What a tab says where it has nothing to show."""

import pytest
from streamlit.testing.v1 import AppTest

from fusionviz.errors import CheckpointError, InputError


def tab(error, visible):
    from fusionviz.ui.shared.notices import panel

    @panel
    def draw(choice, visible):
        raise choice

    draw(error, visible)


def run(error, visible=True):
    return AppTest.from_function(tab, args=(error, visible)).run()


def test_a_sample_without_what_a_picture_needs_is_no_error():
    app = run(InputError("It has no depth."))
    assert not app.exception
    assert [one.value for one in app.caption] == ["It has no depth."]
    assert not app.error


def test_a_checkpoint_that_cannot_be_loaded_is_one():
    app = run(CheckpointError("It is damaged."))
    assert [one.value for one in app.error] == ["It is damaged."]
    assert not app.caption


@pytest.mark.parametrize("kind", [InputError, CheckpointError])
def test_a_hidden_tab_says_nothing(kind):
    app = run(kind("It is not there."), visible=False)
    assert not app.exception
    assert not app.caption
    assert not app.error


def test_what_nobody_foresaw_is_not_hushed_up():
    assert run(KeyError("depth")).exception

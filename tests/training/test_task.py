"""Tasks are found by name."""

import sys
import types

import pytest

from fusionviz.errors import InputError
from fusionviz.training.task import list_tasks, make_task
from tests.helpers import toy


@pytest.fixture(autouse=True)
def _toy():
    toy.install()


def test_a_task_is_made_with_its_options():
    assert make_task("toy", {"noise": 0.5}).noise == 0.5


def test_every_task_is_made_without_options():
    for name in list_tasks():
        make_task(name)


def test_a_wrong_name_or_option_is_said():
    with pytest.raises(InputError, match="no task 'nowhere'; there are: .*mango-codec"):
        make_task("nowhere")
    with pytest.raises(InputError, match="'toy' cannot be made with .*noize"):
        make_task("toy", {"noize": 1})


def test_a_task_that_needs_what_is_not_there_says_so(monkeypatch):
    """A missing package is no missing task."""
    finder = types.SimpleNamespace(find_spec=missing_package)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="not_installed"):
        make_task("needs-more")


def missing_package(name, path=None, target=None):
    if name.endswith("tasks.needs_more"):
        raise ModuleNotFoundError(
            "No module named 'not_installed'", name="not_installed"
        )

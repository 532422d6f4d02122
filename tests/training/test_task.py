"""Tasks are found by name."""

import pkgutil

import pytest

from fusionviz.errors import InputError
from fusionviz.training import tasks
from fusionviz.training.tasks import TASKS, make_task
from tests.helpers import toy


@pytest.fixture(autouse=True)
def _toy():
    toy.install()


def test_a_task_is_made_with_its_options():
    assert make_task("toy", {"noise": 0.5}).noise == 0.5


def test_every_task_is_made_without_options():
    for name, kind in TASKS.items():
        assert type(make_task(name)) is kind


def test_every_file_of_tasks_is_in_the_table():
    modules_there = pkgutil.iter_modules(tasks.__path__)
    files = {module.name for module in modules_there if not module.ispkg}
    modules = {one.__module__ for name, one in TASKS.items() if name != "toy"}
    assert modules == {f"{tasks.__name__}.{name}" for name in files}


def test_a_wrong_name_or_option_is_said():
    with pytest.raises(InputError, match="no task 'nowhere'; there are: .*mango-codec"):
        make_task("nowhere")
    with pytest.raises(InputError, match="'toy' cannot be made with .*noize"):
        make_task("toy", {"noize": 1})

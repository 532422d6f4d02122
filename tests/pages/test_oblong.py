"""Pages of models whose tokens lie on a grid that is not square."""

import pytest

from tests.helpers.oblong_models import write_oblong_checkpoints
from tests.pages.test_tabs import TABS


@pytest.fixture(scope="session")
def oblong_checkpoints(tmp_path_factory):
    folder = tmp_path_factory.mktemp("oblong")
    write_oblong_checkpoints(folder)
    return folder


@pytest.mark.parametrize(("page", "tab"), [("inputs", ""), *TABS])
def test_it_draws_without_trouble(run_app, oblong_checkpoints, page, tab):
    address = {"tab": tab} if tab else {}
    app = run_app(f"pages/{page}.py", address=address, checkpoints=oblong_checkpoints)
    assert not app.exception
    assert not [*app.error, *app.warning]

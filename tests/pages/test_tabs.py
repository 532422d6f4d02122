"""Every tab of every page of exhibits draws, from `app.py`'s menu and alone."""

import pytest

from fusionviz.ui.attention.page import TABS as ATTENTION_TABS
from fusionviz.ui.latents.page import TABS as LATENTS_TABS

TABS = [
    *(("latents", tab) for tab in LATENTS_TABS),
    *(("attention", tab) for tab in ATTENTION_TABS),
]


@pytest.mark.parametrize(("page", "tab"), TABS)
def test_it_draws_alone_and_without_trouble(run_app, page, tab):
    app = run_app(f"pages/{page}.py", address={"tab": tab})
    assert not app.exception
    assert not [*app.error, *app.warning]
    assert app.title[0].value.endswith("?")


@pytest.mark.parametrize("page", ["latents", "attention"])
def test_it_says_what_to_do_where_there_is_no_checkpoint(run_app, page, tmp_path):
    app = run_app(f"pages/{page}.py", checkpoints=tmp_path)
    assert not app.exception
    assert "fusionviz train" in app.info[0].value

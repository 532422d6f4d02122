"""Every tab of every page of exhibits draws, from `app.py`'s menu and alone."""

import pytest

from fusionviz.ui.attention.page import TABS as ATTENTION_TABS
from fusionviz.ui.distributions.page import TABS as DISTRIBUTIONS_TABS
from fusionviz.ui.latents.page import TABS as LATENTS_TABS
from fusionviz.ui.robustness.page import TABS as ROBUSTNESS_TABS
from fusionviz.ui.scaling.page import TABS as SCALING_TABS
from fusionviz.ui.transport.page import TABS as TRANSPORT_TABS

TABS = [
    *(("latents", tab) for tab in LATENTS_TABS),
    *(("attention", tab) for tab in ATTENTION_TABS),
    *(("transport", tab) for tab in TRANSPORT_TABS),
    *(("distributions", tab) for tab in DISTRIBUTIONS_TABS),
    *(("robustness", tab) for tab in ROBUSTNESS_TABS),
    *(("scaling", tab) for tab in SCALING_TABS),
]


OF_TOKENS = ("transport", "distributions", "robustness")
"""Pages of a pair or of sequences."""


@pytest.mark.parametrize(("page", "tab"), TABS)
def test_it_draws_alone_and_without_trouble(run_app, page, tab):
    app = run_app(f"pages/{page}.py", address={"tab": tab})
    assert not app.exception
    assert not [*app.error, *app.warning]
    assert app.title[0].value.endswith("?")


@pytest.mark.parametrize(("page", "tab"), [one for one in TABS if one[0] in OF_TOKENS])
def test_it_draws_of_sequences_without_trouble(run_app, page, tab):
    app = run_app(f"pages/{page}.py", address={"tab": tab, "data": "utterance"})
    assert not app.exception
    assert not [*app.error, *app.warning]


@pytest.mark.parametrize("page", ["latents", "attention", *OF_TOKENS])
def test_it_says_what_to_do_where_there_is_no_checkpoint(run_app, page, tmp_path):
    app = run_app(f"pages/{page}.py", checkpoints=tmp_path)
    assert not app.exception
    assert "fusionviz train" in app.info[0].value


def test_a_tab_is_opened_by_the_name_that_it_had(run_app):
    app = run_app("pages/inputs.py", address={"tab": "Likelihood"})
    assert app.session_state["tab"] == "Likelihood and round trip"
    assert not any("In the address" in one.value for one in app.caption)

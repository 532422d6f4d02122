"""The pair of the sidebar as the picked AlignMamba reads it."""

from typing import Any

import streamlit as st

from fusionviz.analysis.shared.alignmamba_subject import AlignMambaSubject
from fusionviz.analysis.shared.token_subject import Kin
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.tokens import kin_of
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.choice import Chosen
from fusionviz.ui.shared.readings import how_to_get, trouble_with
from fusionviz.ui.shared.sidebar import picked_checkpoint
from fusionviz.ui.shared.tokens.picked import PickedTokens


def pick_pair(chosen: Chosen) -> PickedTokens | None:
    """Return a pair as the picked AlignMamba reads it, or say what to do."""
    card = picked_checkpoint("alignmamba")
    if card is None:
        st.info(f"**AlignMamba**: {how_to_get('alignmamba')}", icon=":material/info:")
        return None
    try:
        model = cache.model(card)
    except FusionvizError as error:
        st.error(f"**AlignMamba**: {trouble_with(card, error)}")
        return None
    key = f"{card.sha256}-{chosen.key}"
    name = SubjectName(
        checkpoint=card.name, weights_sha256=card.sha256, sample=chosen.recipe
    )
    subject = read_by(key, kin_of(card), model, chosen.sample)
    return PickedTokens(
        subject=subject, key=key, name=name, title=chosen.title, card=card
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def read_by(
    key: str,
    kin: Kin | None,
    _model: Any,  # noqa: ANN401 - an AlignMamba
    _sample: Any,  # noqa: ANN401 - of its kind
) -> AlignMambaSubject:
    """Return a sample as a model reads it.

    Args:
        key: Names both.
        kin: The data set that has more samples like it.
    """
    return AlignMambaSubject(_model, _sample, kin)

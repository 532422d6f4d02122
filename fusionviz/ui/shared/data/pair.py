"""The pair of the sidebar as the picked AlignMamba reads it."""

from typing import Any

import streamlit as st

from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import Kin
from fusionviz.errors import FusionvizError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.explain.tokens import kin_of
from fusionviz.ui.shared import cache
from fusionviz.ui.shared.checkpoints import how_to_get, picked_checkpoint, trouble_with
from fusionviz.ui.shared.notices import say_error
from fusionviz.ui.shared.sample.choice import SampleChoice
from fusionviz.ui.shared.subjects import TokenChoice


def choose_pair(sample: SampleChoice) -> TokenChoice[AlignMambaSubject] | None:
    """Return a pair as the picked AlignMamba reads it, or say what to do."""
    card = picked_checkpoint("alignmamba")
    if card is None:
        st.info(f"**AlignMamba**: {how_to_get('alignmamba')}", icon=":material/info:")
        return None
    try:
        model = cache.model(card)
    except FusionvizError as error:
        say_error(f"**AlignMamba**: {trouble_with(card, error)}")
        return None
    key = f"{card.sha256}-{sample.key}"
    name = SubjectName(
        checkpoint=card.name, weights_sha256=card.sha256, sample=sample.named
    )
    subject = read_by(key, kin_of(card), model, sample.rgbd)
    return TokenChoice(
        subject=subject, key=key, name=name, title=sample.title, card=card
    )


@st.cache_resource(max_entries=8, show_spinner=False)
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

"""What went into a model of one's own, and what it says."""

import streamlit as st

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.exhibits.inputs.pair import PAIR, POINTS
from fusionviz.exhibits.inputs.prediction import PREDICTION
from fusionviz.exhibits.shared.exhibit import Controls
from fusionviz.ui.shared.data.arrays import ArraysChoice
from fusionviz.ui.shared.exhibits import show_exhibit
from fusionviz.ui.shared.notices import says_why


def draw_arrays(choice: ArraysChoice) -> None:
    """Draw the page for arrays.

    Raises:
        InputError: There are neither pictures nor a prediction among them.
    """
    arrays = choice.subject.arrays
    has_pictures = arrays.rgb is not None or arrays.depth_m is not None
    if not has_pictures and arrays.prediction is None:
        raise choice.subject.absent("Inputs")
    if has_pictures:
        _draw_pair(choice)
    with says_why():
        show_exhibit(PREDICTION, choice, Controls())


def _draw_pair(choice: ArraysChoice) -> None:
    pair = choice.of(PairSubject(sample=choice.subject.sample), "pair")
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_exhibit(PAIR, pair, Controls(), key="pair")
    with right:
        if choice.subject.arrays.depth_m is None:
            st.info("A point cloud needs depth.", icon=":material/view_in_ar:")
        else:
            show_exhibit(POINTS, pair, Controls(), key="points")

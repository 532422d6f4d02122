"""What the paths of centres and the distances between them look like."""

import numpy as np
import pytest

from fusionviz.analysis.distributions.movement import Movement
from fusionviz.analysis.distributions.stage_tokens import Separation
from fusionviz.views.distributions.movement import describe_movement, draw_movement


@pytest.fixture
def movement():
    def apart(centres, partners):
        return (
            Separation(
                first="depth",
                second="rgb",
                centres=10 * centres,
                spreads=centres,
                partners=partners,
                anyone=2.0,
            ),
        )

    return Movement(
        stages=("encoded", "aligned", "fused"),
        paths={
            "depth": np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]),
            "rgb": np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]),
        },
        explained=np.array([0.8, 0.15]),
        separations=(apart(0.2, 0.9), apart(0.2, 1.1), apart(0.5, 1.0)),
        moved={"depth": np.array([0.0, 1.0]), "rgb": np.zeros(2)},
        anchor="rgb",
    )


def test_a_path_has_an_arrow_where_it_moves_and_one_label_where_it_does_not(movement):
    figure = draw_movement(movement)
    depth, rgb = figure.data[:2]
    assert list(depth.text) == ["1, 2", "", "3"]
    assert list(rgb.text) == ["1, 2, 3", "", ""]
    arrows = [one for one in figure.layout.annotations if one.showarrow is not False]
    assert [(one.ax, one.x) for one in arrows] == [(0.0, 1.0)]


def test_distances_are_drawn_from_zero_stage_by_stage(movement):
    figure = draw_movement(movement)
    drawn = {t.line.dash: list(t.y) for t in figure.data if t.customdata is not None}
    assert drawn == {
        "solid": [0.2, 0.2, 0.5],
        "dash": [0.9, 1.1, 1.0],
        "dot": [2.0, 2.0, 2.0],
    }
    assert list(figure.select_yaxes())[1].rangemode == "tozero"
    assert "after the backbone: depth ↔ rgb 0.500" in describe_movement(movement)

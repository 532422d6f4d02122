"""Sheets of faults: every fault, and the right sample first in each row."""

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.faults.depth import DEPTH_FAULTS
from fusionviz.data.faults.rgb import RGB_FAULTS
from fusionviz.data.faults.steps import STEP_FAULTS
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.explain.fault_pictures import (
    GAP,
    HEAD,
    LABEL,
    LOST,
    SEVERITIES,
    SIDE,
    picture_sheet,
    step_sheet,
)
from tests.helpers.app.pages import ROOT


def cell(sheet, row, column, height=SIDE, width=SIDE):
    top, left = HEAD + row * (height + GAP), LABEL + column * (width + GAP)
    return sheet[top : top + height, left : left + width].astype(int)


def test_each_row_begins_right_and_ends_wrong():
    room = render_room(3, (64, 64))
    sheet = picture_sheet(room, "rgb")
    right = cv2.resize(room.rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    last = len(SEVERITIES) - 1
    for row in range(len(RGB_FAULTS)):
        np.testing.assert_array_equal(cell(sheet, row, 0), right)
        assert np.abs(cell(sheet, row, last) - right).mean() > 2
    dark = next(i for i, one in enumerate(RGB_FAULTS) if one.name == "darkness")
    assert cell(sheet, dark, last).mean() < 0.4 * right.mean()


def test_unmeasured_depth_is_grey():
    sheet = picture_sheet(render_room(3, (64, 64)), "depth")
    nothing = next(i for i, one in enumerate(DEPTH_FAULTS) if one.name == "nothing")
    assert (cell(sheet, nothing, len(SEVERITIES) - 1) == 128).all()


def test_lost_steps_are_grey():
    sheet = step_sheet(render_utterance(12), "audio")
    dropped = next(i for i, o in enumerate(STEP_FAULTS) if o.name == "frames-dropped")
    found = cell(sheet, dropped, len(SEVERITIES) - 1, SIDE // 2, round(1.5 * SIDE))
    assert (found == LOST).all(axis=(0, 2)).mean() == pytest.approx(0.85, abs=0.03)


def test_the_page_in_docs_names_every_fault_and_its_pictures_are_there(tmp_path):
    text = (ROOT / "docs" / "faults.md").read_text("utf-8")
    for fault in (*RGB_FAULTS, *DEPTH_FAULTS, *STEP_FAULTS):
        assert f"| {fault.title} | `{fault.name}` | {fault.imitates} |" in text
    done = CliRunner().invoke(cli.app, ["data", "faults", "--out", str(tmp_path)])
    assert done.exit_code == 0
    for path in tmp_path.iterdir():
        assert f"images/{path.name}" in text
        shown = (ROOT / "docs" / "images" / path.name).stat().st_size
        assert shown == pytest.approx(path.stat().st_size, rel=0.02)
        assert shown < 300_000
    assert len(list(tmp_path.iterdir())) == 3

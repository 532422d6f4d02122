"""Sheets of faults before and after, as picture files: a row a fault."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.fault import Fault
from fusionviz.data.faults.samples import FaultChoice, faults_of, put_fault
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.views.shared.scale import Scale, depth_scale
from fusionviz.whole_files import replace_file

SEVERITIES = (0, 1, 3, 5)
SIDE = 112
"""Pixels of a picture, and the height of a sequence is half of it."""

LABEL, HEAD, GAP = 176, 26, 4
"""Pixels of a row's title, of the head, and between pictures."""

QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 85]

INK, PAPER = (60, 60, 60), 255
LOST = 224
"""Grey of steps that are no longer there."""

Pixels = NDArray[np.uint8]


def write_fault_sheets(
    folder: Path, *, room: int = 45, utterance: int = 12
) -> list[Path]:
    """Write `faults-rgb.jpg`, `faults-depth.jpg` and `faults-steps.jpg`.

    Args:
        folder: Where to; made where it is not there.
        room: Seed of the room that has the faults.
        utterance: Seed of the utterance whose audio has them.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pair, spoken = render_room(room), render_utterance(utterance)
    sheets = {
        "faults-rgb.jpg": picture_sheet(pair, "rgb"),
        "faults-depth.jpg": picture_sheet(pair, "depth"),
        "faults-steps.jpg": step_sheet(spoken, "audio"),
    }
    paths = []
    for name, sheet in sheets.items():
        paths.append(folder / name)
        _, encoded = cv2.imencode(".jpg", sheet[..., ::-1], QUALITY)
        replace_file(paths[-1], encoded.tobytes())
    return paths


def picture_sheet(sample: RGBDSample, modality: str) -> Pixels:
    """Return every fault of a picture at some severities, (height, width, 3)."""
    faults = faults_of(modality, is_image=True)
    rows = [
        [_spoil(sample, modality, fault, severity) for severity in SEVERITIES]
        for fault in faults
    ]
    if modality == "rgb":
        painted = [
            [_shrink(one.rgb) for one in row if one.rgb is not None] for row in rows
        ]
    else:
        right = rows[0][0].depth_m
        maps = [] if right is None else [right]
        scale = depth_scale(maps)
        painted = [
            [
                _shrink(scale.paint(one.depth_m))
                for one in row
                if one.depth_m is not None
            ]
            for row in rows
        ]
    return _sheet(faults, painted)


def step_sheet(sample: SequenceSample, modality: str) -> Pixels:
    """Return every fault of a sequence: a column a step, a row a feature.

    Steps that are lost leave grey at the end.
    """
    faults = faults_of(modality, is_image=False)
    whole = sample.modalities[modality]
    low, high = np.quantile(whole, (0.02, 0.98)).tolist()
    scale = Scale(title="", low=low, high=high)
    painted = []
    for fault in faults:
        row = []
        for severity in SEVERITIES:
            choice = FaultChoice(modality=modality, fault=fault.name, severity=severity)
            spoiled = put_fault(sample, choice)
            assert isinstance(spoiled, SequenceSample)  # noqa: S101 - for the checker
            left = scale.paint(spoiled.modalities[modality].T)
            canvas = np.full((left.shape[0], len(whole), 3), LOST, np.uint8)
            canvas[:, : left.shape[1]] = left
            row.append(_resize(canvas, SIDE // 2, round(1.5 * SIDE)))
        painted.append(row)
    return _sheet(faults, painted)


def _spoil(
    sample: RGBDSample, modality: str, fault: Fault, severity: float
) -> RGBDSample:
    choice = FaultChoice(modality=modality, fault=fault.name, severity=severity)
    spoiled = put_fault(sample, choice)
    assert isinstance(spoiled, RGBDSample)  # noqa: S101 - for the checker
    return spoiled


def _sheet(faults: Sequence[Fault], rows: Sequence[Sequence[Pixels]]) -> Pixels:
    """Return pictures in rows and columns with their titles."""
    height, width = rows[0][0].shape[:2]
    sheet = np.full(
        (
            HEAD + len(rows) * (height + GAP),
            LABEL + len(SEVERITIES) * (width + GAP),
            3,
        ),
        PAPER,
        np.uint8,
    )
    for column, severity in enumerate(SEVERITIES):
        left = LABEL + column * (width + GAP)
        _write(sheet, f"severity {severity}", left + 4, HEAD - 8)
    for row, (fault, pictures) in enumerate(zip(faults, rows, strict=True)):
        top = HEAD + row * (height + GAP)
        _write(sheet, fault.title, 4, top + height // 2)
        for column, picture in enumerate(pictures):
            left = LABEL + column * (width + GAP)
            sheet[top : top + height, left : left + width] = picture
    return sheet


def _write(sheet: Pixels, text: str, left: int, bottom: int) -> None:
    cv2.putText(
        sheet,
        text,
        (left, bottom),
        cv2.FONT_HERSHEY_SIMPLEX,
        0.5,
        INK,
        1,
        cv2.LINE_AA,
    )


def _shrink(pixels: Pixels) -> Pixels:
    return np.asarray(
        cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )


def _resize(pixels: Pixels, height: int, width: int) -> Pixels:
    return np.asarray(
        cv2.resize(pixels, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8
    )

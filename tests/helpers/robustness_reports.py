"""A report of made-up figures, whose every number is known."""

from fusionviz.models.cards import Estimate
from fusionviz.training.robustness.protocols import RATES
from fusionviz.training.robustness.report import (
    ModelResult,
    ProtocolResult,
    RobustnessReport,
    Row,
    Worth,
)
from fusionviz.training.robustness.summaries import OF_CURVES

FALL = {"learned": 0.5, "guess": 0.25, "zeros": 1.0}
"""How steeply each model's figure falls with the missing rate."""


def estimate(value):
    return Estimate(value=value, low=value - 0.05, high=value + 0.05, n=8)


def figures(value):
    return {"miou": estimate(value), "pixel_accuracy": estimate(value + 0.1)}


def curve(absence, **condition):
    return tuple(
        Row(
            condition={**condition, "rate": rate, "missing": rate - rate**2 / 2},
            metrics=figures(0.8 - FALL[absence] * rate),
        )
        for rate in RATES
    )


def model(checkpoint, absence, title):
    fall = FALL[absence]
    fixed = tuple(
        Row(condition={"present": list(subset)}, metrics=figures(value))
        for subset, value in (
            (("rgb",), 0.8 - fall / 2),
            (("depth",), 0.7 - fall / 2),
            (("rgb", "depth"), 0.8),
        )
    )
    faults = tuple(
        Row(
            condition={"modality": name, "fault": fault, "severity": severity},
            metrics=figures(0.8 - fall * severity / 10),
        )
        for name, fault in (("rgb", "darkness"), ("depth", "sparse"))
        for severity in (0, 3, 5)
    )
    summaries = {key: figures(fall) for key in (*OF_CURVES, "relative_robustness")}
    if absence != "zeros":
        summaries["effective_robustness"] = figures(1 - fall)
    return ModelResult(
        checkpoint=checkpoint,
        absence=absence,
        title=title,
        parameters=1000,
        missing_in_training=0.2,
        protocols={
            "fixed": ProtocolResult(rows=fixed),
            "random": ProtocolResult(rows=curve(absence), summaries=summaries),
            "imbalanced": ProtocolResult(
                rows=(
                    *curve(absence, modality="rgb"),
                    *curve(absence, modality="depth"),
                ),
                summaries={
                    f"{name}/{key}": figures(fall)
                    for name in ("rgb", "depth")
                    for key in OF_CURVES
                },
            ),
            "faults": ProtocolResult(
                rows=faults,
                summaries={
                    "rgb/darkness": figures(fall / 2),
                    "depth/sparse": figures(fall / 2),
                },
            ),
        },
        reliance=(
            Worth(
                figure="accuracy",
                shapley={"rgb": estimate(0.3), "depth": estimate(0.2)},
                perceptual={"rgb": estimate(0.5), "depth": estimate(0.1)},
            ),
            Worth(
                figure="bed",
                shapley={"rgb": estimate(0.1), "depth": estimate(0.4)},
                perceptual={"rgb": estimate(0.2), "depth": estimate(0.3)},
            ),
        ),
    )


def tiny_report(data="rooms"):
    return RobustnessReport(
        data=data,
        samples=8,
        unit="room",
        units=8,
        modalities=("rgb", "depth"),
        classes=("bed", "books"),
        metric="miou",
        reference="mango-tiny:zeros",
        settings={"seed": 0, "draws": 25, "resamples": 20, "shuffles": 2},
        models=(
            model("alignmamba-tiny", "learned", "AlignMamba"),
            model("mango-tiny", "guess", "MANGO, guess"),
            model("mango-tiny", "zeros", "MANGO, zeros"),
        ),
        seconds=1.0,
        machine="a machine",
        versions={"python": "3", "torch": "2"},
        commit="abc",
        date="2026-11-28",
    )

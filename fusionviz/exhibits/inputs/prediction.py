"""What a model of one's own says of a sample."""

import cv2
import numpy as np

from fusionviz.analysis.shared.pictures import Pictures
from fusionviz.analysis.shared.subjects.arrays import ArraysSubject
from fusionviz.data.arrays.record import ModelArrays, Prediction
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.inputs.prediction import (
    class_shares,
    describe_prediction,
    draw_prediction,
)
from fusionviz.views.shared.plain import in_markdown
from fusionviz.views.shared.style import in_percent, three_digits


def make_prediction(request: Request[Controls, ArraysSubject]) -> Exhibit:
    """Return what the model says of the sample: scores, classes, or a map.

    Raises:
        InputError: There is no prediction.
    """
    subject = request.subject
    prediction = subject.arrays.prediction
    if prediction is None:
        raise InputError(
            "What the model says would stand here: bring a key prediction, of scores "
            "(class,), of classes (height, width), or of both."
        )
    notes = subject.arrays.notes.get("prediction", ())
    confidence = prediction.confidence
    sure = {} if confidence is None else {"confidence": confidence}
    return Exhibit(
        draw=lambda: draw_prediction(prediction, _ground(prediction, subject.arrays)),
        alt=describe_prediction(prediction),
        caption="\n\n".join([_explain(prediction), *map(in_markdown, notes)]),
        numbers=_numbers(prediction),
        arrays={"prediction": prediction.values, **sure},
        table=_table(prediction),
    )


def _ground(prediction: Prediction, arrays: ModelArrays) -> Pictures | None:
    """Return what classes are drawn upon: the pictures, of the classes' size."""
    if prediction.kind != "classes":
        return None
    size = prediction.values.shape[::-1]
    if arrays.rgb is not None:
        rgb = cv2.resize(arrays.rgb, size, interpolation=cv2.INTER_AREA)
        return Pictures(rgb=np.asarray(rgb, np.uint8), depth_m=None)
    if arrays.depth_m is not None:
        depth_m = cv2.resize(arrays.depth_m, size, interpolation=cv2.INTER_NEAREST)
        return Pictures(rgb=None, depth_m=np.asarray(depth_m, np.float32))
    return None


def _numbers(prediction: Prediction) -> dict[str, float | int | str]:
    if prediction.kind == "map":
        values = prediction.values
        return {"lowest": float(values.min()), "highest": float(values.max())}
    if prediction.kind == "scores":
        first = int(np.argmax(prediction.values))
        return {
            "first": prediction.classes[first],
            "first_score": float(prediction.values[first]),
        }
    shares = class_shares(prediction)
    numbers: dict[str, float | int | str] = {"classes_found": len(shares)}
    if prediction.confidence is not None:
        numbers["mean_confidence"] = float(prediction.confidence.mean(dtype=float))
    return numbers


def _table(prediction: Prediction) -> dict[str, list] | None:
    if prediction.kind == "map":
        return None
    if prediction.kind == "scores":
        return {
            "class": list(prediction.classes),
            "score": prediction.values.tolist(),
        }
    shares = class_shares(prediction)
    return {
        "class": [name for name, _ in shares],
        "share_of_the_picture": [share for _, share in shares],
    }


def _explain(prediction: Prediction) -> str:
    if prediction.kind == "map":
        values = prediction.values
        return (
            "What the model says at each place, a number a pixel, as the numbers came: "
            f"from {three_digits(float(values.min()))} to "
            f"{three_digits(float(values.max()))}. Hover for the number of a place."
        )
    if prediction.kind == "scores":
        return _explain_scores(prediction)
    shares = ", ".join(
        f"{in_markdown(name)} {in_percent(share)}"
        for name, share in class_shares(prediction)[:3]
    )
    text = (
        "Each pixel has the colour of its class; hovering names it. Largest are "
        f"{shares or 'none'}."
    )
    if prediction.confidence is not None:
        mean = float(prediction.confidence.mean(dtype=float))
        text += f" On average the model gives a pixel's class {in_percent(mean)}."
    return text


def _explain_scores(prediction: Prediction) -> str:
    first, count = int(np.argmax(prediction.values)), len(prediction.values)
    name, score = prediction.classes[first], float(prediction.values[first])
    if prediction.are_probabilities:
        return (
            "What the model says of the whole sample: probabilities, the largest "
            f"first. Here it is **{in_markdown(name)}** with {in_percent(score)}; "
            f"guessing among {count} classes would give {in_percent(1 / count)}."
        )
    return (
        "What the model says of the whole sample: scores as they came, the largest "
        f"first. Here it is **{in_markdown(name)}** with {three_digits(score)}, which "
        "has no unit that is known."
    )


PREDICTION = ExhibitKind(
    name="inputs-prediction",
    title="What another model says",
    controls=Controls,
    make=make_prediction,
    reads="arrays",
    height=380,
)

import numpy as np
import pytest
import torch

from fusionviz.analysis.shared.segmentation import Segmentation, segmentation_of
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import CLASS_NAMES
from fusionviz.training.metrics.intervals import estimate
from fusionviz.training.metrics.segmentation import (
    confusion_matrix,
    segmentation_measurements,
)


def segmentation(labels: list, truth: list | None) -> Segmentation:
    return Segmentation(
        labels=np.array(labels),
        confidence=np.ones((2, 2), np.float32),
        classes=("a", "b", "c"),
        truth=None if truth is None else np.array(truth),
    )


def test_scores_leave_out_what_is_unlabelled():
    one = segmentation([[0, 1], [1, 2]], [[0, 1], [0, -1]])
    assert one.pixel_accuracy == pytest.approx(2 / 3)
    # class a: 1 of 2, class b: 1 of 2; class c is neither true nor found there
    assert one.mean_iou == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_a_class_that_is_found_and_not_there_counts_as_in_evaluations():
    random = np.random.default_rng(0)
    labels, truth = random.integers(0, 3, (2, 2)), np.array([[0, 1], [1, 0]])
    labels[0, 0] = 2
    one = segmentation(labels.tolist(), truth.tolist())
    unions = [
        ((labels == c) & (truth == c)).sum() / ((labels == c) | (truth == c)).sum()
        for c in range(3)
    ]
    assert one.mean_iou == pytest.approx(np.mean(unions))
    measured = segmentation_measurements(confusion_matrix(labels, truth, 3)[None])
    assert one.mean_iou == estimate(measured["miou"], resamples=1).value
    assert one.pixel_accuracy == estimate(measured["pixel_accuracy"], resamples=1).value


def test_without_labels_there_are_no_scores():
    for truth in (None, [[-1, -1], [-1, -1]]):
        one = segmentation([[0, 1], [1, 2]], truth)
        assert one.pixel_accuracy is None
        assert one.mean_iou is None


def test_shares_are_largest_first():
    one = segmentation([[1, 1], [1, 2]], None)
    assert one.shares == {"b": 0.75, "c": 0.25}
    assert list(one.shares) == ["b", "c"]


def test_classes_have_names_where_there_are_thirteen():
    sample = RGBDSample(rgb=np.zeros((4, 4, 3), np.uint8), depth_m=None)
    logits = torch.randn(1, 13, 4, 4, generator=torch.Generator().manual_seed(0))
    named = segmentation_of(logits, sample, 4)
    assert named.classes == tuple(CLASS_NAMES)
    np.testing.assert_allclose(
        named.confidence, logits[0].softmax(0).amax(0).numpy(), rtol=1e-6
    )
    assert segmentation_of(logits[:, :5], sample, 4).classes[4] == "class 4"

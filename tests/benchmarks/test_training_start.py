"""The set that a training's start is timed on is one that is read."""

from benchmarks.training_start import TEST, make_set
from fusionviz.data.sets.registry import load_set


def test_the_simulated_set_has_as_many_pairs_as_it_says(tmp_path):
    folder = tmp_path / "set"
    assert make_set(folder, 200) == 3 * (200 + TEST)
    parts = {
        split: load_set("nyuv2", split, folder=folder)
        for split in ("train", "validation", "test")
    }
    assert len(parts["train"]) + len(parts["validation"]) == 200
    assert len(parts["test"]) == TEST
    for part in parts.values():
        sample = part[-1]
        assert sample.rgb.shape == (128, 128, 3)
        assert 0.5 <= sample.depth_m.min() <= sample.depth_m.max() < 5
        assert -1 <= sample.label.min() <= sample.label.max() == 12

import numpy as np
import pytest

from fusionviz.data.rooms import CLASS_NAMES
from fusionviz.views.shared.pixels import grey_depth, hatching, picture_address
from fusionviz.views.shared.style import (
    CLASS_COLOURS,
    MARK,
    MODALITY_COLOURS,
    OTHER_COLOURS,
    class_colours,
    modality_colour,
    modality_title,
    three_digits,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1.2345, "1.23"),
        (123.4, "123"),
        (1234.5, "1234"),
        (-0.0512, "−0.0512"),
        (4.553e-6, "4.55 × 10⁻⁶"),
        (-7.1e9, "−7.10 × 10⁹"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert three_digits(value) == text


def test_the_thirteen_classes_have_colours_of_their_own():
    assert set(CLASS_COLOURS) == set(CLASS_NAMES)
    assert len(set(class_colours(CLASS_NAMES))) == 13


def test_other_classes_differ_too():
    colours = class_colours([f"class {n}" for n in range(40)])
    assert len(set(colours)) == 40


def test_known_modalities_keep_their_colours_and_others_get_a_lasting_one():
    assert {name: modality_colour(name) for name in MODALITY_COLOURS} == (
        MODALITY_COLOURS
    )
    others = [modality_colour(f"sensor {n}") for n in range(60)]
    assert set(others) == set(OTHER_COLOURS)
    assert not {*others} & {*MODALITY_COLOURS.values(), MARK}
    # As in another process: Python's own hash of text changes with each.
    assert modality_colour("sensor") == "#B43C28"


def test_sensors_that_are_often_there_together_differ():
    for names in (("eeg", "ecg", "emg", "imu", "gaze", "eda"), ("lidar", "radar")):
        assert len({modality_colour(name) for name in names}) == len(names)


def test_a_title_takes_any_name_as_text():
    assert modality_title("depth", "256").endswith("<b>depth</b>  256")
    title = modality_title("<b>lidar&")
    assert "&lt;b&gt;lidar&amp;" in title
    assert modality_colour("<b>lidar&") in title


def test_hatching_covers_the_mask_and_nothing_else():
    where = np.zeros((20, 30), bool)
    where[5:10, 3:20] = True
    picture = hatching(where)
    grow = picture.shape[0] // 20
    np.testing.assert_array_equal(picture[::grow, ::grow, 3] > 0, where)
    assert {0, 70, 255} == set(np.unique(picture[..., 3]))


def test_near_is_bright_in_grey_depth():
    grey = grey_depth(np.array([[1.0, 2.0, 3.0, np.nan]], np.float32))
    assert grey[0, 0, 0] > grey[0, 1, 0] > grey[0, 2, 0] == grey[0, 3, 0]


def test_a_picture_survives_its_address():
    import base64

    import cv2

    rng = np.random.default_rng(0)
    for channels in (3, 4):
        pixels = rng.integers(0, 255, (5, 7, channels), dtype=np.uint8)
        data = base64.b64decode(picture_address(pixels).split(",", 1)[1])
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        back = decoded[..., [2, 1, 0, 3][:channels]]
        np.testing.assert_array_equal(back, pixels)

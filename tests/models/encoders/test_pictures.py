"""Images as an encoder of photographs takes them: planes have known slopes."""

import math

import pytest
import torch

from fusionviz.data.rooms import render_room
from fusionviz.models.encoders.pictures import (
    FOCAL_LENGTH,
    depth_picture,
    to_picture,
)
from fusionviz.models.inputs import to_batch
from tests.helpers.tiny_models import SIDE


def plane(tilt, size=(48, 64), axis=-1, distance=2.0):
    """Depth of a plane that turns away sideways (axis -1) or upwards by `tilt`."""
    height, width = size
    focal = FOCAL_LENGTH * width
    place = torch.arange(float(size[axis])) - (size[axis] - 1) / 2
    line = distance / (1 - math.tan(tilt) * place / focal)
    image = line.expand(size) if axis == -1 else line[:, None].expand(size)
    return image[None, None].clone()


@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("tilt", [-0.6, 0.0, 0.3, 0.9])
def test_slopes_of_a_plane_are_sines_of_its_tilt_in_the_middle(tilt, axis):
    picture = depth_picture(plane(tilt, axis=axis))[0, :, 24, 32]
    along, across = (1, 2) if axis == -1 else (2, 1)
    assert picture[along].item() / 127.5 - 1 == pytest.approx(math.sin(tilt), abs=0.02)
    assert picture[across].item() == pytest.approx(127.5, abs=0.01)


def test_slopes_do_not_depend_on_the_unit_and_depth_does():
    depth_m = plane(0.4)
    one, other = depth_picture(depth_m), depth_picture(2.5 * depth_m)
    assert torch.allclose(one[:, 1:], other[:, 1:], atol=1e-2)
    assert torch.allclose(2.5 * one[:, 0], other[:, 0], rtol=1e-5)
    assert one[0, 0, 24, 32].item() == pytest.approx(
        depth_m[0, 0, 24, 32].item() * 25.5, rel=1e-5
    )


def test_pictures_of_a_room_lie_in_0_to_255_and_colours_come_back():
    room = render_room(3, (SIDE, SIDE))
    batch = to_batch([room], SIDE, ("rgb", "depth", "normal", "edge"))
    pictures = {name: to_picture(batch[name], name) for name in batch.names}
    for picture in pictures.values():
        assert picture.shape == (1, 3, SIDE, SIDE)
        assert picture.min() >= 0
        assert picture.max() <= 255
    colours = pictures["rgb"][0].permute(1, 2, 0).round().byte().numpy()
    assert (colours == room.rgb).all()

import pytest

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.models.alignmamba import AlignMamba
from fusionviz.models.mango import Mango
from tests.helpers.tiny_models import tiny_alignmamba, tiny_mango


@pytest.fixture(scope="session")
def mango() -> Mango:
    return tiny_mango()


@pytest.fixture(scope="session")
def alignmamba() -> AlignMamba:
    return tiny_alignmamba()


@pytest.fixture(scope="session")
def room() -> RGBDSample:
    return render_room(3, (48, 64))


@pytest.fixture(scope="session")
def rgb_only(room: RGBDSample) -> RGBDSample:
    return RGBDSample(rgb=room.rgb, depth_m=None)


@pytest.fixture(scope="session")
def depth_only(room: RGBDSample) -> RGBDSample:
    return RGBDSample(rgb=None, depth_m=room.depth_m)

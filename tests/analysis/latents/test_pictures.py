"""Many samples' tokens as pictures."""

import numpy as np

from fusionviz.analysis.latents.pictures import decode_each
from fusionviz.analysis.shared.subjects.mango import decode
from fusionviz.data.rooms import render_room


def test_each_sample_is_decoded_as_it_is_alone(mango):
    x = mango.encode([render_room(seed, (32, 32)) for seed in (3, 4, 5)])
    together = decode_each(mango, x)
    assert len(together) == 3
    for index, pictures in enumerate(together):
        alone = decode(mango, x[index : index + 1])
        off = abs(pictures.rgb.astype(int) - alone.rgb)
        assert off.max() <= 1  # a rounding, where batches are worked on otherwise
        np.testing.assert_allclose(pictures.depth_m, alone.depth_m, atol=1e-5)

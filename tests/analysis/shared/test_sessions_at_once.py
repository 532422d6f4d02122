"""Sessions are threads over one model: each must get its own sample's numbers."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from fusionviz.analysis.inputs.alignmamba_reading import measure_alignmamba
from fusionviz.analysis.inputs.mango_reading import measure_mango
from fusionviz.analysis.shared.attention.mango import (
    attention_layers,
    measure_attention,
)
from fusionviz.data.rooms import render_room


def test_four_sessions_see_their_own_sample(mango, alignmamba):
    rooms = [render_room(seed, (32, 32)) for seed in range(4)]
    layer = attention_layers(mango)[0].index

    def arrays(sample):
        said, sent = (
            measure_mango(mango, sample),
            measure_alignmamba(alignmamba, sample),
        )
        return (
            said.segmentation.confidence,
            said.likelihood.token_error["rgb"],
            np.array(said.likelihood.bits_per_dim),
            measure_attention(mango, sample, layer=layer).weights,
            sent.transport.cost,
            sent.segmentation.confidence,
        )

    alone = [arrays(sample) for sample in rooms]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(arrays, rooms * 6))
    for i, got in enumerate(together):
        for one, expected in zip(got, alone[i % 4], strict=True):
            np.testing.assert_allclose(one, expected, rtol=1e-5, atol=1e-6)

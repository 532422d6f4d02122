"""Hidden attention over interleaved sequences, against the block's own scan."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from fusionviz.analysis.shared.attention.alignmamba import hidden_stack
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.utterances.generator import render_utterance
from tests.helpers.tiny_models import tiny_sentiment


@pytest.fixture(scope="module")
def subject():
    return AlignMambaSubject(tiny_sentiment(), render_utterance(12), "sentiment")


def scan_of(subject):
    """What the first block's scan reads, and what it puts out before the gate."""
    layer = subject.model.backbone.layers[0]
    normed = layer.norm(torch.from_numpy(subject.trace.hidden[0]))
    trace = layer.block.trace(normed)
    state = torch.zeros(*trace.u.shape[:2], trace.A.shape[1])
    out = []
    for t in range(trace.u.shape[-1]):
        decay = torch.exp(trace.delta[:, :, t, None] * trace.A)
        drive = (trace.delta[:, :, t] * trace.u[:, :, t])[..., None]
        state = decay * state + drive * trace.B[:, None, :, t]
        out.append((state * trace.C[:, None, :, t]).sum(dim=-1))
    return trace, torch.stack(out, dim=-1), layer.block


def test_it_times_the_scans_inputs_is_the_scans_output(subject):
    trace, states, block = scan_of(subject)
    y = np.stack(
        [
            np.nan_to_num(hidden_stack(subject, channel, True).weights[0, 0])
            @ trace.u[0, channel].numpy()
            for channel in range(subject.channels)
        ]
    )
    expected = states + trace.D[:, None] * trace.u
    np.testing.assert_allclose(y, expected[0], rtol=1e-4, atol=1e-6)
    # And through gate and projection it is what the block returns.
    gated = torch.from_numpy(y)[None] * trace.gate
    output = functional.linear(gated.transpose(1, 2), block.out_proj.weight)
    torch.testing.assert_close(output, trace.output, rtol=1e-4, atol=1e-6)


def test_positions_are_named_by_moment_and_modality(subject):
    keys = hidden_stack(subject).keys
    words = subject.sample.words
    assert keys.modality[:6] == ("video", "audio", "text") * 2
    assert keys.names[3:6] == (
        f"video at {words[1]}",
        f"audio at {words[1]}",
        words[1],
    )
    assert keys.count == 3 * len(words)


def test_learned_tokens_stand_for_a_missing_anchor_and_have_numbers():
    sample = render_utterance(12).only(("video", "audio"))
    stack = hidden_stack(AlignMambaSubject(tiny_sentiment(), sample))
    assert stack.missing == "text"
    assert stack.keys.names[2] == "text token 2"
    lower = np.tril_indices(stack.keys.count)
    assert np.isfinite(stack.weights[0, 0][lower]).all()

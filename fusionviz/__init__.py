"""fusionviz: see inside two multimodal-fusion models, on your own data.

Axis glossary. Axes are words in every annotation and docstring:

    batch    independent samples
    source   tokens that mass or attention starts from
    target   tokens that mass or attention goes to
    token    positions of one sequence; a modality has N, a joint sequence 2N
    channel  features of a token (the width of a model)
    head     attention heads
    state    the hidden state of a state-space model, per channel

Letters, kept where an equation is cited:

    N                 tokens of one modality
    d                 width of a token
    X, Z              joint tokens and their latents, (batch, 2N, d)
    Q, K, V, S        queries, keys, values, softmax weights of one head
    A                 in MANGO: the matrix that a head applies, (N, N);
                      in Mamba: the state matrix, (channel, state)
    B, C, D, delta    Mamba's input, output, skip and step parameters
    L                 length of a sequence
    T                 temperature: standard deviation of latents that are drawn; T = 0
                      gives z = 0, the mode of the prior p(z), not of the density p(x)

Bits of MANGO:

    bits per dimension    -log2 p(x) / (2 N d) of the codec's tokens, in their unit: of
                          clean ones, or with the noise that the flow was trained with
                          (which draws from it carry too); compares within one codec
    bits per pixel value  what codec and flow together need for a value of the pictures;
                          compares between codecs (models/mango/code_length.py)

MANGO is Truong et al., NeurIPS 2025 (arXiv 2508.10133); AlignMamba is Li et al.,
CVPR 2025 (arXiv 2412.00833).
"""

import os

__version__ = "0.1.0"

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Before torch is imported: threads that have nothing to do sleep. On a machine that is
# busy, threads that spin keep those that compute from the cores, and a picture of a
# second takes up to a minute (`python -m benchmarks.busy`).

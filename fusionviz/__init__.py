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

MANGO is Truong et al., NeurIPS 2025 (arXiv 2508.10133); AlignMamba is Li et al.,
CVPR 2025 (arXiv 2412.00833).
"""

__version__ = "0.1.0"

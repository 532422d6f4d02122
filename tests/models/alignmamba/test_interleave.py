import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fusionviz.models.alignmamba.interleave import (
    interleave,
    modality_of,
    separate,
    token_of,
)


def test_one_moment_after_the_other():
    video = torch.tensor([[1.0, 2.0, 3.0]]).unsqueeze(-1)
    audio, text = video + 10, video + 20
    sequence = interleave([video, audio, text])
    assert sequence.flatten().tolist() == [1, 11, 21, 2, 12, 22, 3, 13, 23]


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3))
def test_separate_inverts_interleave(modalities, tokens, batch):
    sequences = [torch.randn(batch, tokens, 2) for _ in range(modalities)]
    back = separate(interleave(sequences), modalities)
    assert len(back) == modalities
    for sequence, again in zip(sequences, back, strict=True):
        assert torch.equal(sequence, again)


def test_positions_say_which_modality_they_belong_to():
    marks = [torch.full((1, 4), float(number)) for number in range(3)]
    assert interleave(marks)[0].long().tolist() == modality_of(4, 3).tolist()


def test_sequences_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="equal shape"):
        interleave([torch.zeros(1, 2, 3), torch.zeros(1, 4, 3)])


def test_a_length_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="3 modalities, got 4"):
        separate(torch.zeros(1, 4, 2), 3)


def test_one_modality_after_the_other():
    video = torch.tensor([[1.0, 2.0, 3.0]]).unsqueeze(-1)
    sequence = interleave([video, video + 10], "modalities")
    assert sequence.flatten().tolist() == [1, 2, 3, 11, 12, 13]


@pytest.mark.parametrize("order", ["moments", "modalities"])
def test_each_order_is_undone_and_says_what_stands_where(order):
    parts = [torch.randn(2, 5, 3) for _ in range(3)]
    sequence = interleave(parts, order)
    back = separate(sequence, 3, order)
    assert all(torch.equal(a, b) for a, b in zip(parts, back, strict=True))
    modality, token = modality_of(5, 3, order), token_of(5, 3, order)
    for place in range(15):
        assert torch.equal(sequence[:, place], parts[modality[place]][:, token[place]])

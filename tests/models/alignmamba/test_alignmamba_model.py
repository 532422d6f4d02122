import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from fusionviz.models.alignmamba import AlignMambaConfig
from fusionviz.models.alignmamba import AlignMambaInputs as Inputs
from tests.helpers.alignmamba_models import (
    TEXT,
    VIDEO,
    make_model,
    rgbd_config,
    rgbd_images,
    sentiment_config,
    sentiment_inputs,
)

NAMES = ("video", "audio", "text")
SENTIMENT = make_model(sentiment_config(bidirectional=True))
DENSE = make_model(rgbd_config())


def assert_same(output, other):
    torch.testing.assert_close(output.logits, other.logits)
    torch.testing.assert_close(output.align_loss, other.align_loss)


def other_content(x):
    return torch.full_like(x, 3) if not x.is_floating_point() else x * float("nan")


@pytest.mark.parametrize("head", ["regression", "classification"])
def test_pooled_heads_give_one_row_a_sample(head):
    output = make_model(sentiment_config(head=head))(Inputs(sentiment_inputs()))
    assert output.logits.shape == (3, 2)
    assert output.align_loss.shape == (3,)
    assert set(output.mmd) == {"video", "audio"}
    torch.testing.assert_close(output.align_loss, sum(output.mmd.values()))


def test_dense_heads_give_one_score_a_pixel():
    assert DENSE(Inputs(rgbd_images())).logits.shape == (2, 3, 16, 16)


@pytest.mark.parametrize("alignment", ["relaxed", "sinkhorn", "exact", "clock"])
def test_every_alignment_runs_through(alignment):
    output = make_model(sentiment_config(alignment=alignment))(
        Inputs(sentiment_inputs())
    )
    assert output.logits.isfinite().all()
    assert (output.align_loss > 0).all()


@pytest.mark.parametrize("kernel", ["mixture", "rational", "linear"])
def test_the_kernel_moves_the_alignment_loss_alone(kernel):
    inputs = Inputs(sentiment_inputs())
    usual = make_model(sentiment_config())(inputs)
    other = make_model(sentiment_config(kernel=kernel))(inputs)
    torch.testing.assert_close(other.logits, usual.logits)
    assert not torch.allclose(other.align_loss, usual.align_loss)
    assert (other.align_loss > 0).all()


def test_the_order_of_modalities_is_that_of_the_trace():
    inputs, config = Inputs(sentiment_inputs()), sentiment_config(layers=1)
    usual = make_model(config).trace(inputs, hidden=True)
    model = make_model(replace(config, order="modalities"))
    trace = model.trace(inputs, hidden=True)
    assert trace.interleaved_modality.tolist() == [0] * TEXT + [1] * TEXT + [2] * TEXT
    assert trace.interleaved_token.tolist() == [*range(TEXT)] * 3
    # The same tokens enter, at other places; a causal scan says something else of them.
    place = usual.interleaved_modality * TEXT + usual.interleaved_token
    np.testing.assert_array_equal(trace.hidden[0][:, place], usual.hidden[0])
    assert not np.allclose(trace.logits, usual.logits)
    np.testing.assert_array_equal(trace.align_loss, usual.align_loss)


def test_one_modality_alone_is_a_model_too():
    config = rgbd_config()
    config = rgbd_config(modalities=config.modalities[:1])
    output = make_model(config)(Inputs({"rgb": rgbd_images()["rgb"]}))
    assert output.logits.shape == (2, 3, 16, 16)
    assert (output.align_loss == 0).all()


@settings(max_examples=12)
@given(
    lengths=st.tuples(
        st.lists(st.integers(1, VIDEO), min_size=3, max_size=3),
        st.lists(st.integers(1, TEXT), min_size=3, max_size=3),
    )
)
def test_padding_changes_nothing(lengths):
    inputs = sentiment_inputs()
    mask = {
        name: torch.arange(inputs[name].shape[1]) < torch.tensor(length).unsqueeze(1)
        for name, length in zip(("video", "text"), lengths, strict=True)
    }
    output = SENTIMENT(Inputs(inputs, mask=mask))
    changed = dict(inputs)
    for name, there in mask.items():
        kept = there.reshape(*there.shape, *(1,) * (inputs[name].ndim - 2))
        changed[name] = torch.where(kept, inputs[name], other_content(inputs[name]))
    assert_same(output, SENTIMENT(Inputs(changed, mask=mask)))
    for item in range(3):
        cut = {
            name: x[item : item + 1, : int(mask[name][item].sum())]
            if name in mask
            else x[item : item + 1]
            for name, x in inputs.items()
        }
        alone = SENTIMENT(Inputs(cut))
        torch.testing.assert_close(
            output.logits[item], alone.logits[0], atol=1e-4, rtol=1e-4
        )
        torch.testing.assert_close(
            output.align_loss[item], alone.align_loss[0], atol=1e-4, rtol=1e-4
        )


@pytest.mark.parametrize(
    "missing", [("video",), ("text",), ("audio", "text"), ("video", "audio")]
)
def test_what_stands_in_for_a_missing_modality_is_not_looked_at(missing):
    inputs = sentiment_inputs()
    present = {name: torch.tensor([True, False, True]) for name in missing}
    output = SENTIMENT(Inputs(inputs, present))
    changed = {
        name: torch.where(
            present.get(name, torch.ones(3, dtype=torch.bool)).reshape(
                3, *(1,) * (x.ndim - 1)
            ),
            x,
            other_content(x),
        )
        for name, x in inputs.items()
    }
    assert_same(output, SENTIMENT(Inputs(changed, present)))
    complete = SENTIMENT(Inputs(inputs))
    assert not torch.allclose(output.logits[1], complete.logits[1])
    torch.testing.assert_close(output.logits[0], complete.logits[0])


@pytest.mark.parametrize("missing", ["video", "text"])
def test_leaving_a_name_out_is_missing_it_everywhere(missing):
    inputs = sentiment_inputs()
    present = {missing: torch.zeros(3, dtype=torch.bool)}
    # Without its mask, a missing anchor is as long as the longest of the others.
    length = max(x.shape[1] for name, x in inputs.items() if name != missing)
    if missing == "text":
        inputs["text"] = torch.zeros(3, length, dtype=torch.int64)
    named = SENTIMENT(Inputs(inputs, present))
    left_out = SENTIMENT(Inputs({k: v for k, v in inputs.items() if k != missing}))
    assert_same(named, left_out)
    if missing == "text":
        assert (left_out.align_loss == 0).all()
    else:
        assert (left_out.mmd["video"] == 0).all()
        assert (left_out.mmd["audio"] > 0).all()


def test_a_masked_out_sequence_is_a_missing_one():
    inputs = sentiment_inputs()
    nothing = torch.ones(3, VIDEO, dtype=torch.bool)
    nothing[1] = False
    masked = SENTIMENT(Inputs(inputs, mask={"video": nothing}))
    missing = SENTIMENT(Inputs(inputs, {"video": torch.tensor([True, False, True])}))
    assert_same(masked, missing)


@pytest.mark.parametrize("missing", ["rgb", "depth"])
def test_dense_labels_from_one_of_two(missing):
    images = rgbd_images()
    present = {missing: torch.tensor([False, True])}
    output = DENSE(Inputs(images, present))
    assert output.logits.isfinite().all()
    assert output.align_loss[0] == 0 < output.align_loss[1]
    alone = DENSE(Inputs({name: x for name, x in images.items() if name != missing}))
    torch.testing.assert_close(output.logits[0], alone.logits[0])


def test_nothing_at_all_is_refused():
    present = {name: torch.tensor([True, False, True]) for name in NAMES}
    with pytest.raises(ValueError, match="needs at least one of .* got none in 1"):
        SENTIMENT(Inputs(sentiment_inputs(), present))
    with pytest.raises(ValueError, match="at least one of .* got none"):
        SENTIMENT(Inputs({}))


@pytest.mark.usefixtures("unchecked_shapes")
@pytest.mark.parametrize(
    ("batch", "plan", "message"),
    [
        ({"inputs": {"sound": torch.zeros(3, 2)}}, None, "got .'sound'."),
        ({"present": {"video": torch.ones(2) > 0}}, None, "present of video"),
        ({"present": {"video": torch.ones(3)}}, None, "must be bool"),
        ({"mask": {"text": torch.ones(3, 9) > 0}}, None, "mask of text"),
        ({}, {"text": torch.ones(3, 4, 4)}, "plans are of"),
        ({}, {"video": torch.ones(3, 4, 4)}, "the plan of video must have"),
    ],
)
def test_what_does_not_fit_is_refused(batch, plan, message):
    with pytest.raises(ValueError, match=message):
        SENTIMENT(Inputs(**{"inputs": sentiment_inputs()} | batch), plan)


def test_batches_of_different_sizes_are_refused():
    inputs = sentiment_inputs() | {"audio": torch.zeros(2, 5, 3)}
    with pytest.raises(ValueError, match="3 samples, audio has 2"):
        SENTIMENT(Inputs(inputs))


def test_a_plan_can_be_put_in_place_of_the_computed_one():
    inputs = sentiment_inputs()
    trace = SENTIMENT.trace(Inputs(inputs))
    computed = {name: torch.from_numpy(plan) for name, plan in trace.plans.items()}
    assert_same(SENTIMENT(Inputs(inputs), computed), SENTIMENT(Inputs(inputs)))
    to_first = torch.zeros(VIDEO, TEXT)
    to_first[:, 0] = 1 / VIDEO
    moved = SENTIMENT.trace(Inputs(inputs), plan={"video": to_first})
    after = moved.alignments["video"].after
    mean = moved.tokens["video"].mean(axis=1)
    np.testing.assert_allclose(after[:, 0], TEXT * mean, atol=1e-5)
    assert (after[:, 1:] == 0).all()
    assert moved.alignments["video"].converged is None
    assert not np.allclose(moved.logits, trace.logits)
    np.testing.assert_array_equal(moved.plans["audio"], trace.plans["audio"])


def test_a_trace_holds_what_forward_did():
    inputs = sentiment_inputs()
    present = {"audio": torch.tensor([True, False, True])}
    trace = SENTIMENT.trace(Inputs(inputs, present), hidden=True)
    with torch.inference_mode():
        output = SENTIMENT(Inputs(inputs, present))
    np.testing.assert_array_equal(trace.logits, output.logits.numpy())
    np.testing.assert_array_equal(trace.align_loss, output.align_loss.numpy())
    assert trace.modalities == ("video", "audio", "text")
    video = trace.alignments["video"]
    assert video.cost.shape == video.coupling.shape == (3, VIDEO, TEXT)
    np.testing.assert_allclose(video.received.sum(axis=1), 1, rtol=1e-5)
    assert (trace.alignments["audio"].coupling[1] == 0).all()
    assert trace.interleaved_modality.tolist() == [0, 1, 2] * TEXT
    assert trace.interleaved_token.tolist() == [t for t in range(TEXT) for _ in "vat"]
    assert [state.shape for state in trace.hidden] == [(3, 3 * TEXT, 8)] * 3
    code = SENTIMENT.modality_code["video"].detach().numpy()
    np.testing.assert_allclose(
        trace.hidden[0][:, trace.interleaved_modality == 0],
        video.after + code,
        rtol=1e-5,
        atol=1e-6,
    )
    missing = SENTIMENT.missing_token["audio"] + SENTIMENT.modality_code["audio"]
    row = trace.hidden[0][1, trace.interleaved_modality == 1]
    np.testing.assert_allclose(row, np.tile(missing.detach(), (TEXT, 1)), rtol=1e-5)


def test_a_pass_leaves_nothing_on_the_model():
    model = make_model(sentiment_config())
    before = {k: set(vars(m)) for k, m in model.named_modules()}
    model(Inputs(sentiment_inputs()))
    model.trace(Inputs(sentiment_inputs()), hidden=True)
    assert {k: set(vars(m)) for k, m in model.named_modules()} == before


def test_four_threads_get_what_one_gets():
    batches = [Inputs(sentiment_inputs(seed=seed)) for seed in range(12)]
    alone = [SENTIMENT.trace(batch, hidden=True) for batch in batches]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda b: SENTIMENT.trace(b, hidden=True), batches))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.logits, other.logits)
        np.testing.assert_array_equal(one.hidden[-1], other.hidden[-1])
        np.testing.assert_array_equal(one.plans["video"], other.plans["video"])


@pytest.mark.parametrize(
    ("config", "inputs", "missing"),
    [
        (sentiment_config(bidirectional=True), sentiment_inputs(), NAMES),
        (rgbd_config(), rgbd_images(3), ("rgb", "depth")),
    ],
)
def test_gradients_reach_every_parameter(config, inputs, missing):
    model = make_model(config)
    present = {
        name: torch.arange(3) != index for index, name in enumerate(missing)
    }  # each of them missing once, so that its learned token is used
    output = model(Inputs(inputs, present))
    (output.logits.square().mean() + output.align_loss.mean()).backward()
    without = [
        name
        for name, weight in model.named_parameters()
        if weight.grad is None or not (weight.grad != 0).any()
    ]
    assert without == []


def test_float64_agrees_with_float32():
    model = copy.deepcopy(DENSE).double()
    images = rgbd_images()
    exact = model(Inputs({name: x.double() for name, x in images.items()}))
    assert exact.logits.dtype == torch.float64
    torch.testing.assert_close(
        exact.logits.float(), DENSE(Inputs(images)).logits, atol=1e-3, rtol=1e-3
    )


@pytest.mark.parametrize("dense", [False, True])
def test_training_in_mixed_precision_gives_finite_gradients(dense):
    model = copy.deepcopy(DENSE if dense else SENTIMENT)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(Inputs(rgbd_images() if dense else sentiment_inputs()))
        loss = output.logits.float().square().mean() + output.align_loss.mean()
    loss.backward()
    assert output.align_loss.dtype == torch.float32
    gradients = [w.grad for w in model.parameters() if w.grad is not None]
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_inputs_move_together():
    batch = Inputs(rgbd_images(), {"rgb": torch.tensor([True, True])})
    moved = batch.to("cpu")
    assert moved.mask is None
    assert_same(DENSE(moved), DENSE(batch))


def test_a_handful_of_samples_is_learnt_by_heart():
    model = make_model(rgbd_config()).train()
    images, labels = (
        rgbd_images(4),
        torch.randint(3, (4, 4, 4))
        .repeat_interleave(4, dim=1)
        .repeat_interleave(4, dim=2),
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        output = model(Inputs(images))
        loss = functional.cross_entropy(output.logits, labels)
        loss = loss + 0.1 * output.align_loss.mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    right = (model.eval()(Inputs(images)).logits.argmax(dim=1) == labels).float().mean()
    assert right > 0.95


def test_untrained_tokens_of_a_pair_are_aligned_near_their_own_place():
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, 4, 9, 9, generator=generator)
    image = functional.interpolate(coarse, size=128, mode="bilinear")
    model = make_model(AlignMambaConfig.rgbd(layers=1))
    trace = model.trace(Inputs({"rgb": image[:, :3], "depth": image[:, 3:]}))
    plan = trace.plans["depth"][0]
    assert (plan.argmax(axis=1) == np.arange(256)).mean() > 0.6
    assert (trace.alignments["depth"].received > 0).mean() > 0.6

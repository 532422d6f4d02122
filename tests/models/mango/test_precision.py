"""All digits of float32, whatever the process has asked for."""

import threading

import numpy as np
import pytest
import torch

from fusionviz.models.mango.precision import full_precision
from fusionviz.models.mango.trace import move_together, to_host
from tests.helpers.tiny_models import tiny_mango

CPU = torch.device("cpu")


def settings() -> tuple[str, str]:
    matmul, conv = torch.backends.cuda.matmul, torch.backends.cudnn.conv
    return matmul.fp32_precision, conv.fp32_precision


@pytest.fixture
def tf32():
    """A process that has asked for TF32 everywhere."""
    before = settings()
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    torch.backends.cudnn.conv.fp32_precision = "tf32"
    yield
    torch.backends.cuda.matmul.fp32_precision = before[0]
    torch.backends.cudnn.conv.fp32_precision = before[1]


def test_every_layer_runs_without_tf32_and_the_choice_is_put_back(tf32):
    model, seen = tiny_mango(), []
    for layer in model.flow.layers:
        layer.register_forward_pre_hook(lambda *_: seen.append(settings()))
    x = torch.randn(1, 2 * model.config.tokens, model.config.width)
    model.flow(x)
    model.trace(x)
    assert set(seen) == {("ieee", "ieee")}
    assert len(seen) == 2 * len(model.flow.layers)
    assert settings() == ("tf32", "tf32")


def test_the_choice_is_put_back_after_an_error(tf32):
    with pytest.raises(RuntimeError, match="mistake"), full_precision(CPU):
        raise RuntimeError("mistake")
    assert settings() == ("tf32", "tf32")


def test_the_last_of_several_threads_puts_it_back(tf32):
    inside, leave, seen = threading.Event(), threading.Event(), []

    def hold() -> None:
        with full_precision(CPU):
            inside.set()
            leave.wait(10)
            seen.append(settings())

    worker = threading.Thread(target=hold)
    worker.start()
    inside.wait(10)
    with full_precision(CPU):
        seen.append(settings())
    seen.append(settings())  # the other one still needs it
    leave.set()
    worker.join(10)
    assert seen == [("ieee", "ieee")] * 3
    assert settings() == ("tf32", "tf32")


def test_autocast_changes_nothing_in_a_trace():
    model = tiny_mango()
    x = torch.randn(1, 2 * model.config.tokens, model.config.width)
    wanted = model.trace(x)
    way_back = model.flow.inverse(torch.from_numpy(wanted.z))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = model.trace(x)
        z, _ = model.flow(x)
        back = model.flow.inverse(z)
    np.testing.assert_array_equal(found.z, wanted.z)
    np.testing.assert_array_equal(found.log_det, wanted.log_det)
    for one, other in zip(found.layers, wanted.layers, strict=True):
        if one.attention is not None:
            np.testing.assert_array_equal(one.attention, other.attention)
    assert torch.equal(back, way_back)


def test_tensors_travel_in_one_transfer_a_dtype(monkeypatch):
    tensors = [
        torch.randn(2, 3),
        torch.tensor(7.0),
        torch.arange(4),
        torch.empty(0, 5),
        torch.randn(3, 1, 2),
        torch.tensor([[1], [2]]),
    ]
    transfers = []
    plain = torch.Tensor.cpu
    monkeypatch.setattr(
        torch.Tensor, "cpu", lambda self: transfers.append(1) or plain(self)
    )
    arrays = move_together(tensors)
    assert len(transfers) == 2
    for array, tensor in zip(arrays, tensors, strict=True):
        assert array.shape == tuple(tensor.shape)
        np.testing.assert_array_equal(array, tensor.numpy())


def test_tables_keep_their_names():
    tables = [{"a": torch.ones(2)}, {}, {"b": torch.zeros(1), "a": torch.arange(2)}]
    found = to_host(tables)
    assert [list(table) for table in found] == [["a"], [], ["b", "a"]]
    np.testing.assert_array_equal(found[2]["a"], [0, 1])

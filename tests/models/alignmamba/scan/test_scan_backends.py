"""Choice of the scan's backend, threads, and what needs a GPU."""

import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch

from fusionviz.models.alignmamba import auto_backend, scan_backends, selective_scan
from fusionviz.models.alignmamba.scan.cuda import scan_cuda
from fusionviz.models.alignmamba.scan.inputs import ScanInputs
from fusionviz.models.alignmamba.scan.reference import scan_reference

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def draw(batch, channels, length, state, dtype=torch.float32, device="cpu"):
    torch.manual_seed(batch + channels + length)
    per_step = torch.randn(5, batch, channels, length, dtype=torch.float64)
    parameter = torch.randn(2, batch, state, length, dtype=torch.float64)
    A = -torch.randn(channels, state, dtype=torch.float64).exp()
    D, bias = torch.randn(2, channels, dtype=torch.float64)
    tensors = (per_step[0], per_step[1], A, *parameter, D, per_step[2], bias)
    return [x.to(device, dtype) for x in tensors]


@pytest.fixture
def cpu_backend():
    pytest.importorskip("numba", reason="the cpu backend needs numba")
    from fusionviz.models.alignmamba.scan import cpu as scan_cpu

    return scan_cpu


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def fresh_backends():
    scan_backends.cache_clear()
    yield
    scan_backends.cache_clear()


def run_with_gradients(inputs, backend):
    leaves = [x.clone().requires_grad_() for x in inputs]
    y, last = selective_scan(*leaves, True, True, backend=backend)
    (y.square().sum() + last.sum()).backward()
    return [y.detach(), last.detach(), *(x.grad for x in leaves)]


def test_four_python_threads_at_once(cpu_backend, three_threads, monkeypatch):
    """Sessions of an app share the process; each scan is itself split in threads."""
    monkeypatch.setattr(cpu_backend, "_WORTH_A_THREAD", 0)
    problems = [draw(2, 16 * k + 5, 40 * k, 4, torch.float64) for k in (1, 2, 3, 4)]
    expected = [run_with_gradients(inputs, "reference") for inputs in problems]

    def session(k):
        return [run_with_gradients(problems[k], "cpu") for _ in range(10)]

    with ThreadPoolExecutor(4) as sessions:
        results = list(sessions.map(session, range(4)))
    for k in range(4):
        for result in results[k]:
            torch.testing.assert_close(result, expected[k], rtol=1e-9, atol=1e-9)


def test_as_many_tasks_as_torch_has_threads(cpu_backend, three_threads, monkeypatch):
    counts = []
    run = cpu_backend._run

    def counting(kernel, tasks):
        counts.append(len(tasks))
        run(kernel, tasks)

    monkeypatch.setattr(cpu_backend, "_run", counting)
    inputs = draw(1, 100, 20, 4)
    selective_scan(*inputs, backend="cpu")
    monkeypatch.setattr(cpu_backend, "_WORTH_A_THREAD", 0)
    selective_scan(*inputs, backend="cpu")
    assert counts == [1, 3]


def test_splits_do_not_change_the_numbers(cpu_backend, three_threads, monkeypatch):
    inputs = draw(1, 100, 70, 4, torch.float64)
    whole = run_with_gradients(inputs, "cpu")
    monkeypatch.setattr(cpu_backend, "_WORTH_A_THREAD", 0)
    torch.testing.assert_close(run_with_gradients(inputs, "cpu"), whole)


def test_memory_of_the_forward_pass_is_its_output(cpu_backend):
    """No tensor of (batch, channel, token, state) may appear."""
    inputs = draw(1, 64, 1000, 16)
    output_bytes = inputs[0].numel() * 4
    with torch.profiler.profile(profile_memory=True) as profile:
        selective_scan(*inputs, True, backend="cpu")
    allocated = sum(max(e.self_cpu_memory_usage, 0) for e in profile.key_averages())
    assert output_bytes <= allocated < 2 * output_bytes


def test_backward_twice_is_refused(cpu_backend):
    u, *rest = draw(1, 2, 3, 2)
    u.requires_grad_()
    y = selective_scan(u, *rest, backend="cpu")
    (gradient,) = torch.autograd.grad(y.square().sum(), u, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_without_numba_the_reference_is_taken(fresh_backends, monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    assert auto_backend(CPU, torch.float32) == "reference"
    (cpu,) = [backend for backend in scan_backends() if backend.name == "cpu"]
    assert not cpu.available
    assert "numba cannot be imported" in cpu.reason
    with pytest.raises(ValueError, match="'cpu' cannot run: numba cannot be imported"):
        selective_scan(*draw(1, 2, 3, 2), backend="cpu")


def test_without_the_extension_a_gpu_gets_plain_torch(fresh_backends, monkeypatch):
    found = {"selective_scan_cuda": None}
    monkeypatch.setattr(
        "fusionviz.models.alignmamba.scan.dispatch.find_spec", found.get
    )
    assert auto_backend(CUDA, torch.float32) == "torch"
    cuda = scan_backends()[0]
    assert (cuda.name, cuda.available) == ("cuda", False)
    assert "not installed" in cuda.reason


def test_with_the_extension_a_gpu_gets_it_but_for_float64(fresh_backends, monkeypatch):
    found = {"selective_scan_cuda": SimpleNamespace()}
    monkeypatch.setattr(
        "fusionviz.models.alignmamba.scan.dispatch.find_spec", found.get
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert auto_backend(CUDA, torch.float16) == "cuda"
    assert auto_backend(CUDA, torch.float64) == "torch"
    with pytest.raises(ValueError, match="'cuda' cannot take tensors on cpu"):
        selective_scan(*draw(1, 2, 3, 2), backend="cuda")


def test_call_of_mamba_ssm(monkeypatch):
    """What its kernel asks for: one dtype for what has tokens, float32 for the rest."""

    def selective_scan_fn(
        u, delta, A, B, C, D=None, z=None, delta_bias=None, delta_softplus=False,
        return_last_state=False,
    ):  # fmt: skip
        assert {x.dtype for x in (u, delta, B, C, z)} == {torch.float16}
        assert {x.dtype for x in (A, D, delta_bias)} == {torch.float32}
        assert return_last_state
        inputs = ScanInputs(u, delta, A, B, C, D, z, delta_bias, delta_softplus)
        return scan_reference(inputs)

    module = SimpleNamespace(selective_scan_fn=selective_scan_fn)
    monkeypatch.setitem(sys.modules, "mamba_ssm.ops.selective_scan_interface", module)
    inputs = draw(2, 6, 5, 3, torch.float16)
    inputs[3] = inputs[3].float()
    y, last = scan_cuda(ScanInputs(*inputs, True))
    expected = scan_reference(ScanInputs(*inputs, True))
    torch.testing.assert_close((y, last), expected, rtol=2e-3, atol=2e-3)


def test_what_mamba_ssm_cannot_do_is_refused():
    with pytest.raises(ValueError, match="no float64"):
        scan_cuda(ScanInputs(*draw(1, 2, 3, 2, torch.float64), True))
    with pytest.raises(ValueError, match="256 states, got 300"):
        scan_cuda(ScanInputs(*draw(1, 2, 3, 300), True))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("backend", ["torch", "cuda"])
def test_gpu_equals_the_reference(backend):
    available = {b.name: b for b in scan_backends()}[backend]
    if not available.available:
        pytest.skip(available.reason)
    inputs = draw(2, 48, 300, 16, device="cuda")
    result = run_with_gradients(inputs, backend)
    expected = run_with_gradients([x.cpu() for x in inputs], "reference")
    for got, wanted in zip(result, expected, strict=True):
        error = (got.cpu() - wanted).abs().max() / wanted.abs().max()
        assert error < 1e-4


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_gpu_memory_is_linear_in_the_length():
    """A (batch, channel, token, state) tensor would be 16 times the output."""
    inputs = draw(1, 256, 16384, 16, device="cuda")
    leaves = [x.requires_grad_() for x in inputs]
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    selective_scan(*leaves, True, backend="torch").sum().backward()
    peak = torch.cuda.max_memory_allocated() - before
    assert peak < 12 * leaves[0].numel() * 4

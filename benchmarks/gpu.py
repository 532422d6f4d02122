"""What this project does on a GPU: tests, exactness, scans, lengths, the app's slider.

Run `make gpu` or `python -m benchmarks.gpu` where PyTorch sees a CUDA device. It takes
at most eight minutes, leaves out what would take longer, and writes results/gpu.json.
It needs neither the app's packages nor mamba-ssm; where mamba-ssm is built, its scan is
measured too. Without a CUDA device it says so and ends with 1.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch

from benchmarks.side_by_side import RESULTS
from fusionviz.data.rooms import render_room
from fusionviz.models.alignmamba import scan_backends, selective_scan
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.models.mango import Mango
from fusionviz.scaling.cells import Limits
from fusionviz.scaling.runs import describe_machine, make_cells, run_cells
from fusionviz.whole_files import replace_file

MOST_SECONDS = 8 * 60
CHECKPOINT = "mango-rooms"
SCANS = ((1, 4096, 256, 16), (8, 1024, 256, 16))
LENGTHS = (256, 1024, 4096, 6400, 16_384)
MODELS = ("alignmamba", "single-stream-plain", "single-stream-fused")
RUNS = 20
FACTS = "name,driver_version,memory.total,compute_cap,clocks.sm,power.limit"


def run() -> dict[str, Any]:
    """Return everything that was measured within the time.

    Raises:
        RuntimeError: PyTorch sees no CUDA device.
    """
    if not torch.cuda.is_available():
        raise RuntimeError(
            "PyTorch sees no CUDA device here: run this on a machine with an NVIDIA "
            "GPU and a CUDA build of PyTorch"
        )
    began, found = time.monotonic(), {"name": "gpu", **facts()}
    parts: dict[str, Callable[[float], Any]] = {
        "exactness": lambda _: exactness(),
        "slider": lambda _: slider(),
        "scan": lambda _: scans(),
        "tests": gpu_tests,
        "rows": scaling,
    }
    for name, part in parts.items():
        left = MOST_SECONDS - (time.monotonic() - began)
        found[name] = part(left) if left > 20 else "left out: no time was left"
        print(f"{name}: {json.dumps(found[name])[:300]}", flush=True)
    found["seconds"] = round(time.monotonic() - began, 1)
    return found


def facts() -> dict[str, Any]:
    """Return what the machine is."""
    command = ["nvidia-smi", f"--query-gpu={FACTS}", "--format=csv,noheader"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30)
        smi = said.stdout.strip()
    except OSError as error:
        smi = f"nvidia-smi cannot be run: {error}"
    return {
        "machine": describe_machine("cuda"),
        "versions": {"torch": torch.__version__, "cuda": torch.version.cuda},
        "nvidia_smi": dict(zip(FACTS.split(","), smi.split(", "), strict=False)),
    }


@torch.inference_mode()
def exactness() -> dict[str, float]:
    """Return the largest error of the flow's round trip, with TF32 asked for."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    try:
        model: Mango = load_checkpoint(CHECKPOINT, "cuda")
        x = model.encode([render_room(seed) for seed in range(8)])
        errors = {}
        for dtype in (torch.float32, torch.float64):
            flow, tokens = model.flow.to(dtype), x.to(dtype)
            z, _ = flow(tokens)
            error = (flow.inverse(z) - tokens).abs().max().item()
            errors[f"round_trip_{str(dtype).removeprefix('torch.')}"] = error
    finally:
        torch.set_float32_matmul_precision(before)
    return errors


@torch.inference_mode()
def slider() -> dict[str, float]:
    """Return the seconds from a moved latent to decoded pictures on the host."""
    model: Mango = load_checkpoint(CHECKPOINT, "cuda")
    z, _ = model.flow(model.encode(render_room(45)))

    def move() -> None:
        for picture in model.decode(model.flow.inverse(z * 1.01)).values():
            picture.cpu()

    return _timed(move)


@torch.inference_mode()
def scans() -> list[dict[str, Any]]:
    """Return seconds and agreement of each scan backend that runs on a GPU."""
    rows = []
    for shape in SCANS:
        tensors = _scan_inputs(*shape)
        wanted = cast(torch.Tensor, selective_scan(*tensors, backend="reference"))
        for backend in scan_backends():
            row: dict[str, Any] = {"case": str(shape), "backend": backend.name}
            if backend.name == "cpu" or not backend.available:
                rows.append(row | {"left_out": backend.reason})
                continue

            def call(name: str = backend.name, inputs: list = tensors) -> torch.Tensor:
                return cast(torch.Tensor, selective_scan(*inputs, backend=name))

            difference = (call() - wanted).abs().max().item()
            runs = 3 if backend.name == "reference" else RUNS
            rows.append(row | _timed(call, runs) | {"largest_difference": difference})
    return rows


def gpu_tests(left: float) -> str:
    """Return the last line of `pytest -m gpu`."""
    if importlib.util.find_spec("pytest") is None:
        return "left out: pytest is not installed"
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/models"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=min(left, 150)
        )
    except subprocess.TimeoutExpired:
        return "left out: it took longer than there was time for"
    return (done.stdout.strip().splitlines() or ["no output"])[-1]


def scaling(left: float) -> list[dict[str, Any]]:
    """Return time and memory against length, as far as the time goes."""
    end, rows = time.monotonic() + left - 15, []
    cells = make_cells(MODELS, LENGTHS, device="cuda", width=256)
    for result in run_cells(cells, Limits(seconds=30.0)):
        rows.append(result.to_json())
        if time.monotonic() > end:
            break
    return rows


def _timed(call: Callable[[], Any], runs: int = RUNS) -> dict[str, float]:
    """Return the median seconds of runs, and the slowest."""
    call()
    torch.cuda.synchronize()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return {"median_seconds": statistics.median(seconds), "slowest": max(seconds)}


def _scan_inputs(batch: int, length: int, channels: int, state: int) -> list:
    """Return u, delta, A, B, C, D on the GPU."""
    generator = torch.Generator().manual_seed(0)

    def normal(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=generator).cuda()

    delta = torch.nn.functional.softplus(normal(batch, channels, length) - 3)
    A = -torch.arange(1.0, state + 1).repeat(channels, 1).cuda()
    B, C = normal(batch, state, length), normal(batch, state, length)
    return [normal(batch, channels, length), delta, A, B, C, normal(channels)]


def main() -> int:
    """Measure and write the results; return the exit status."""
    try:
        found = run()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    path = Path(RESULTS) / "gpu.json"
    path.parent.mkdir(exist_ok=True)
    replace_file(path, json.dumps(found, indent=1) + "\n")
    print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

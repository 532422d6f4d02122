"""Where a result comes from: commit, versions, hardware."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import torch

_PACKAGES = ("torch", "numpy", "accelerate", "safetensors")


def read_commit() -> str:
    """Return the commit of the code, `-dirty` if it was changed; empty if unknown."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def read_versions() -> dict[str, str]:
    """Return the versions of Python and of what trains."""
    packages = {name: metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **packages}


def describe_hardware(device: torch.device, processes: int = 1) -> str:
    """Return what the work is done on, in words."""
    if device.type == "cuda":
        unit = torch.cuda.get_device_name(device)
    else:
        unit = f"{_processor()}, {torch.get_num_threads()} of {os.cpu_count()} cores"
    return f"{processes} x {unit}" if processes > 1 else unit


def _processor() -> str:
    """Return the processor's name where Linux tells it, else the architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()

"""All digits of float32, whatever the process has asked for.

TF32 keeps 10 bits of a factor. In convolutions alone it takes a flow's round trip from
2e-5 to 2e-3, and autocast does worse, so the flow turns both off while it runs.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

FULL = "ieee"
"""PyTorch's name for products of float32 in float32."""


class _Settings:
    """The process's choice of TF32, put aside while anybody needs all digits.

    PyTorch has one for the whole process: of several threads that need all digits the
    first puts it aside, and the last puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._kept: tuple[str, str] = ("none", "none")

    def put_aside(self) -> None:
        """Turn TF32 off."""
        matmul, conv = _switches()
        with self._lock:
            if not self._users:
                self._kept = matmul.fp32_precision, conv.fp32_precision
                matmul.fp32_precision = conv.fp32_precision = FULL
            self._users += 1

    def put_back(self) -> None:
        """Undo one `put_aside`."""
        matmul, conv = _switches()
        with self._lock:
            self._users -= 1
            if not self._users:
                matmul.fp32_precision, conv.fp32_precision = self._kept


def _switches() -> tuple[Any, Any]:
    """Return where PyTorch keeps the choice: of matrix products, of convolutions."""
    cudnn: Any = torch.backends.cudnn  # its `conv` is made at run time
    return torch.backends.cuda.matmul, cudnn.conv


_SETTINGS = _Settings()


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Compute float32 in float32: neither autocast nor TF32.

    Args:
        device: Whose autocast is turned off.
    """
    _SETTINGS.put_aside()
    try:
        if torch.amp.is_autocast_available(device.type):
            with torch.autocast(device.type, enabled=False):
                yield
        else:
            yield
    finally:
        _SETTINGS.put_back()

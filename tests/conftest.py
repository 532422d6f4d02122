"""What holds for every test: a cache of its own, and one thread of work."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import HealthCheck, settings

from tests.helpers.shapes import check_shapes, unchecked

check_shapes()  # before anything imports what it checks

from tests.helpers.tiny_models import write_tiny_checkpoints  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How quick an example is depends on what else the machine does.
settings.register_profile(
    "fusionviz", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fusionviz")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is cached on disk out of the user's own cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUSIONVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def tiny_checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with small models of each kind. Nothing is written there."""
    folder = tmp_path_factory.mktemp("checkpoints")
    write_tiny_checkpoints(folder)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., "Browser"]]:
    """Start a browser: `chromium("--an-argument")`. A process has one Playwright."""
    from playwright.sync_api import expect, sync_playwright

    from tests.helpers.browser.find_chromium import NONE_FOUND, find
    from tests.helpers.browser.window import ARGUMENTS, PATIENCE_MS

    path = find()
    if path is None:
        pytest.fail(NONE_FOUND)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:

        def chromium_(*arguments: str) -> "Browser":
            return playwright.chromium.launch(
                executable_path=path, args=[*ARGUMENTS, *arguments]
            )

        yield chromium_


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Small tensors are quicker on one thread, and workers leave each other cores."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Draw the same weights in every order of the tests."""
    torch.manual_seed(0)


@pytest.fixture
def unchecked_shapes() -> Iterator[None]:
    """Hand on arguments of wrong shapes, to see what the code says of them."""
    with unchecked():
        yield


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip what needs a GPU where there is none, and what takes long unless named."""
    if "fuzz" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("fuzz"):
                item.add_marker(pytest.mark.skip(reason="runs with `-m fuzz` alone"))
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="there is no CUDA device here"))

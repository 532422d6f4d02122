"""Pages of the app, run without a browser."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def run_page(script: str, address: Mapping[str, str | Sequence[str]]) -> AppTest:
    """Return a script of the project, run: `run_page("app.py", {"seed": "3"})`."""
    app = AppTest.from_file(ROOT / script, default_timeout=120)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def open_link(link: str) -> AppTest:
    """Return the page that a link such as `/latents?seed=7` leads to."""
    parts = urlsplit(link)
    said = parse_qs(parts.query)
    address = {k: v if len(v) > 1 else v[0] for k, v in said.items()}
    return run_page(f"pages{parts.path}.py", address)

"""Pages of the app, run without a browser."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[3]


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


def alts(app: AppTest) -> list[str]:
    """Return what each chart says to those who do not see it."""
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def specs(app: AppTest) -> dict[str, dict]:
    """Return what the browser gets of each chart, by what it says."""
    charts = app.get("plotly_chart")
    return {chart.proto.alt: json.loads(chart.proto.spec) for chart in charts}


def words(app: AppTest) -> str:
    """Return the words beside the charts."""
    return " ".join(one.value for one in [*app.markdown, *app.caption])


def address_of(app: AppTest) -> dict[str, str]:
    """Return what the address says, a word a name."""
    values = ((name, app.query_params[name]) for name in app.query_params)
    return {k: v if isinstance(v, str) else v[0] for k, v in values}

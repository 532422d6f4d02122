"""`python -m fusionviz`."""

from fusionviz.cli import app

app(prog_name="python -m fusionviz")

"""The app: `python -m fusionviz app` serves it."""

from fusionviz.ui.frame import route

route()

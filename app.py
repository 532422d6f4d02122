"""The app: `python -m fusionviz app` serves it."""

from fusionviz.ui.shared.frame import route

route()

"""The app: `python -m fusionviz app` serves it."""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.shared.frame.navigation import route

route()

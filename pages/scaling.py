"""Scaling: what does length cost?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.scaling.page import draw_scaling
from fusionviz.ui.scaling.runs import choose_run
from fusionviz.ui.shared.frame.navigation import ask, frame

frame()
ask("What does length cost?", lesson="cost")
draw_scaling(choose_run())

"""Distributions: how far apart are the modalities, and where do they meet?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.distributions.arrays import draw_arrays
from fusionviz.ui.distributions.page import draw_distributions
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.data.choice import choose_tokens
from fusionviz.ui.shared.frame.navigation import ask, frame

frame()
ask("How far apart are the modalities, and where do they meet?", lesson="distance")
if not show_arrays(draw_arrays):
    choice = choose_tokens()
    if choice is not None:
        draw_distributions(choice)

"""Transport: where does each token go, and what does it cost?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.data.choice import choose_tokens
from fusionviz.ui.shared.frame.navigation import ask, frame
from fusionviz.ui.transport.arrays import draw_arrays
from fusionviz.ui.transport.page import draw_transport

frame()
ask("Where is each token sent, and at what cost?", lesson="transport")
if not show_arrays(draw_arrays):
    choice = choose_tokens()
    if choice is not None:
        draw_transport(choice)

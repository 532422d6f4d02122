"""Transport: where does each token go, and what does it cost?"""

from fusionviz.ui.shared.frame import ask, frame
from fusionviz.ui.shared.tokens.choice import picked_tokens
from fusionviz.ui.transport.page import draw_transport

frame()
ask("Where is each token sent, and at what cost?")
picked = picked_tokens()
if picked is not None:
    draw_transport(picked)

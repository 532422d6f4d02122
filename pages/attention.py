"""Attention: what does each of MANGO's heads read, and does it matter?"""

from fusionviz.ui.attention.page import draw_attention
from fusionviz.ui.shared.frame import ask, frame
from fusionviz.ui.shared.subjects import picked_subject

frame()
ask("What does each head read, and does it matter?")
picked = picked_subject()
if picked is not None:
    draw_attention(picked)

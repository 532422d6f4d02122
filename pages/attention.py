"""Attention: what does each head read, and does it matter?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.attention.arrays import draw_arrays
from fusionviz.ui.attention.film import draw_film
from fusionviz.ui.attention.page import draw_attention
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.films.subject import show_film
from fusionviz.ui.shared.frame.navigation import ask, frame
from fusionviz.ui.shared.subjects import current_subject

frame()
ask("What does each head read, and does it matter?", lesson="attention")
if not show_arrays(draw_arrays) and not show_film(draw_film):
    choice = current_subject()
    if choice is not None:
        draw_attention(choice)

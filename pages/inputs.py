"""Inputs: what is in this pair, and what do two fusion models make of it?"""

from fusionviz.ui.inputs.page import draw_input, draw_readings
from fusionviz.ui.shared.choice import chosen_sample
from fusionviz.ui.shared.frame import ask, frame
from fusionviz.ui.shared.gallery import draw_gallery
from fusionviz.ui.shared.readings import measure

frame()
ask("What is in this pair, and what do two fusion models make of it?")
draw_gallery()
chosen = chosen_sample()
if chosen is not None:
    draw_input(chosen)
    draw_readings(measure(chosen))

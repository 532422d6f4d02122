"""Inputs: what is in this pair, and what do two fusion models make of it?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.inputs.arrays import draw_arrays
from fusionviz.ui.inputs.film import draw_film
from fusionviz.ui.inputs.page import draw_input, draw_readings
from fusionviz.ui.inputs.readings import measure
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.films.subject import show_film
from fusionviz.ui.shared.frame.navigation import ask, frame
from fusionviz.ui.shared.sample.choice import current_sample
from fusionviz.ui.shared.sample.gallery import draw_gallery

frame()
ask(
    "What is in this pair, and what do two fusion models make of it?",
    lesson="likelihood",
)
if not show_arrays(draw_arrays) and not show_film(draw_film):
    draw_gallery()
    sample = current_sample()
    if sample is not None:
        draw_input(sample)
        draw_readings(measure(sample))

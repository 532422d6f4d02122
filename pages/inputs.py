"""Inputs: what is in this pair, and what do two fusion models make of it?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.inputs.arrays import draw_arrays
from fusionviz.ui.inputs.film import draw_film
from fusionviz.ui.inputs.page import draw_input, draw_readings
from fusionviz.ui.inputs.readings import measure
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.films.choice import FILMS
from fusionviz.ui.shared.films.subject import show_film
from fusionviz.ui.shared.frame.navigation import ask, frame
from fusionviz.ui.shared.sample.choice import ARRAYS, current_sample
from fusionviz.ui.shared.sample.gallery import draw_gallery

frame()
ask(
    "What is in this pair, and what do two fusion models make of it?",
    lesson="likelihood",
    instead={
        ARRAYS: "What is in this sample, and what does your model make of it?",
        FILMS: "What film is this, and what does a fusion model make of it?",
    },
)
if not show_arrays(draw_arrays) and not show_film(draw_film):
    draw_gallery()
    sample = current_sample()
    if sample is not None:
        draw_input(sample)
        draw_readings(measure(sample))

"""Latents: what changes in the pictures when a latent does?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.latents.arrays import draw_arrays
from fusionviz.ui.latents.page import draw_latents
from fusionviz.ui.shared.data.arrays import show_arrays
from fusionviz.ui.shared.frame.navigation import ask, frame
from fusionviz.ui.shared.sample.choice import ARRAYS
from fusionviz.ui.shared.subjects import current_subject

frame()
ask(
    "What changes in the pictures when a latent does?",
    lesson="invertible",
    instead={ARRAYS: "How far are these latents from N(0, 1)?"},
)
if not show_arrays(draw_arrays):
    choice = current_subject()
    if choice is not None:
        draw_latents(choice)

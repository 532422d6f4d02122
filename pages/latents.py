"""Latents: what do MANGO's latents hold, and can they be trusted?"""

from fusionviz.ui.latents.page import draw_latents
from fusionviz.ui.shared.frame import ask, frame
from fusionviz.ui.shared.subjects import picked_subject

frame()
ask("What changes in the pictures when a latent does?")
picked = picked_subject()
if picked is not None:
    draw_latents(picked)

"""Distributions: how far apart are the modalities, and where do they meet?"""

from fusionviz.ui.distributions.page import draw_distributions
from fusionviz.ui.shared.frame import ask, frame
from fusionviz.ui.shared.tokens.choice import picked_tokens

frame()
ask("How far apart are the modalities, and where do they meet?")
picked = picked_tokens()
if picked is not None:
    draw_distributions(picked)

"""Robustness: what is lost when a modality fails?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.robustness.choice import choose_failing
from fusionviz.ui.robustness.film import draw_film
from fusionviz.ui.robustness.page import draw_robustness
from fusionviz.ui.shared.films.subject import show_film
from fusionviz.ui.shared.frame.navigation import ask, frame

frame()
ask("What is lost when a modality fails?", lesson="missing")
if not show_film(draw_film):
    choice = choose_failing()
    if choice is not None:
        draw_robustness(choice)

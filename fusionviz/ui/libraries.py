"""Libraries that a page may come to need, imported before the first page is drawn.

Each browser session runs in a thread of its own, so what is imported where it is needed
may be imported by one session while another looks: plotly, for one, takes `pandas` from
`sys.modules` as it finds it there, half of it or all. So `app.py` and every page import
this module first of all: one session imports everything, and Python lets the others
wait. POT and scikit-learn take seconds: they come later by one door
(`fusionviz.alignment.late`), at the latest when `fusionviz.ui.warm_up` has got to them.
For `fusionviz.ui.transport.page` alone it would not let them wait until
`fusionviz.ui`, which imports this too, is done.
"""

# ruff: noqa: F401

import cv2
import jaxtyping
import markdown_it
import narwhals.stable.v1
import numba
import pandas
import PIL.Image
import plotly.graph_objects
import plotly.io
import plotly.offline
import safetensors.numpy
import safetensors.torch
import scipy.optimize
import scipy.sparse.linalg
import torch

# Packages of ours that import their own modules: a thread that imports such a package
# and one that imports a module of it wait for each other.
import fusionviz.data.films
import fusionviz.lessons.library

PIL.Image.init()
for _name in plotly.graph_objects.__all__:
    getattr(plotly.graph_objects, _name)

"""Exhibits: what a model does with a sample, as a picture with its numbers and words.

An exhibit is measured by `analysis` and drawn by `views`; here the two meet. The pages
show exhibits, `python -m fusionviz explain` writes them, and both call the same pure
function with the same controls, so that they say the same.
"""

"""Films: their genres, and values over the patches of a poster and words of a plot."""

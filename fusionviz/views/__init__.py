"""Record in, plotly Figure out."""

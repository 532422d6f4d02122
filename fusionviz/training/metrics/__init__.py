"""Metrics with confidence intervals, one file a kind of task."""

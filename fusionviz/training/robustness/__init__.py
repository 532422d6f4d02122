"""What is lost when modalities fail: protocols, summaries with bands, reliance.

A model reads each sample once under every subset of its modalities (`readers`). All
protocols that take whole modalities away choose among those answers (`protocols`), so
random and imbalanced rates, draws and Shapley values cost no further pass. Bands draw
what belongs together again, the same draws everywhere (`figures`): so means, drops and
differences are of paired figures (`summaries`, `reliance`). `study` puts it together,
`report` keeps it.
"""

"""Model and sample in, frozen record of numpy arrays out. Enters inference mode itself.

One module a noun: `points`, `segmentation`, `likelihood`, `attention`, `transport`; and
one a model, for what a single pass of it gives: `mango`, `alignmamba`.
"""

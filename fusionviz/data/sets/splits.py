"""The splits of data sets, and which generated rooms belong to which."""

SPLITS = ("train", "validation", "test")

ROOM_SEEDS = {"test": range(5000), "validation": range(5000, 10_000)}
"""Seeds of the rooms of each split; those from 10000 on are for training."""

FIRST_TRAINING_ROOM = 10_000

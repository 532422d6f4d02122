"""The tasks: one file each, found by its name (see `fusionviz.training.task`)."""

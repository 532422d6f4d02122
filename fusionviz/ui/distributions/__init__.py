"""The Distributions page: how far apart modalities are, stage by stage."""

"""Which data the Transport and Distributions pages are of."""

"""What the Transport and Distributions pages share: which data they are of."""

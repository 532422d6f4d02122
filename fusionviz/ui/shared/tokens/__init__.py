"""Which sample's tokens the Transport and Distributions pages show."""

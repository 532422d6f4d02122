"""The analysis of `explain` over many pairs: in processes here, or by Ray elsewhere."""

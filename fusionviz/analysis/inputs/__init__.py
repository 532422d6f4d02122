"""What both models make of a pair."""

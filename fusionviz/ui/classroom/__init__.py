"""The Classroom page: lessons, card by card, for one reader or before a class."""

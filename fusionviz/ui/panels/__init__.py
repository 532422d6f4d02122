"""What each page draws: one module a page, and the parts that pages share."""

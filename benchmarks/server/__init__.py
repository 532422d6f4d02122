"""What the server holds and stands: many sessions, and memory."""

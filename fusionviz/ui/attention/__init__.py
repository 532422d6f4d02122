"""The Attention page, a module a tab."""

"""Clauses from Markdown as the site publishes it, their index, and the search by words and by meaning."""

"""The desk's queue: which requests a list shows, in which order, and how it leaves as a table. Pure."""

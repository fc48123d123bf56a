"""The wiki's build: what MkDocs calls (`hooks`), and what it puts into pages or refuses.

`facts` and `figure` render support.yml, so that page and rule cannot differ; `clauses` gives every
clause its citation and its link; `lint` holds the spec to its form. All logic is free of MkDocs,
which only `hooks` knows.
"""

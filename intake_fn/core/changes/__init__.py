"""The way of a change request: owner, Board, design, development, release (docs/process/changes.md). Pure."""

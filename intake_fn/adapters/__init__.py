"""One file for each thing outside. They translate and hold no rules."""

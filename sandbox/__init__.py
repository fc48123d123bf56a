"""The whole application on one machine, for people and for tests; never packaged."""

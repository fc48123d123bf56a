"""The whole house on one machine, for people and for tests; never packaged."""

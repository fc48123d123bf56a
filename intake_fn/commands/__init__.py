"""The clock's commands, one module each: `add` puts a command and its options on `specdesk`'s command line."""

"""How good search and judge are, and what they are made from: never in the function's package, imported by nobody."""

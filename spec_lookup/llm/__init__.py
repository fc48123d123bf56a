"""The judge that asks a language model: what it is asked, how its response is checked, what it may cost."""

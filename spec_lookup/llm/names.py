"""What the settings of a language model may say. Importing it brings nothing else."""

from __future__ import annotations

BEDROCK, OPENAI = "bedrock", "openai"
PROVIDERS = (BEDROCK, OPENAI)
"""How a language model is called: `converse` of Amazon Bedrock, or chat completions; first in the judge's name."""

RECORDED = "recorded"
"""In their place where no model is called: readings that were recorded before (readings.py), for a sandbox only."""

AUTHORIZATION = "Authorization"
"""The header that a key stands in unless another one is named."""
NO_KEY = "none"
"""In place of the header's name where the endpoint wants no key."""

WAYS = ("tool", "schema", "object", "text")
"""How a server of chat completions is made to fill in the form, the most certain first."""

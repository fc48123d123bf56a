"""Whether a language model answers at all, and fills in a form: one tiny prompt."""

from __future__ import annotations

from spec_lookup.errors import NoResponse
from spec_lookup.llm.budget import Usage
from spec_lookup.llm.cassettes import LanguageModel

FORM = "answer"
TINY = {
    "system": [{"text": f'Answer by calling the tool "{FORM}", once.'}],
    "messages": [{"role": "user", "content": [{"text": "How many legs do two dogs have?"}]}],
    "inferenceConfig": {"temperature": 0, "maxTokens": 300},
    "toolConfig": {
        "tools": [
            {
                "toolSpec": {
                    "name": FORM,
                    "description": "Give the answer.",
                    "inputSchema": {
                        "json": {
                            "type": "object",
                            "properties": {"number": {"type": "integer"}},
                            "required": ["number"],
                        }
                    },
                }
            }
        ],
        "toolChoice": {"tool": {"name": FORM}},
    },
}


def connected(model: str, language_model: LanguageModel) -> Usage:
    """What the tiny prompt used. Raises NoResponse when there is no answer, or the form is not filled in."""
    response = language_model({"modelId": model, **TINY})
    try:
        blocks = response["output"]["message"]["content"]
        filled = any("number" in block["toolUse"]["input"] for block in blocks if "toolUse" in block)
    except (KeyError, TypeError):
        filled = False
    if not filled:
        raise NoResponse(f"The model answers and does not fill in a form ({response.get('stopReason', 'no reason')}).")
    return Usage.of(response)

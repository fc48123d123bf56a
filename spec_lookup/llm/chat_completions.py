"""The language of chat completions: a prompt of `converse` as a request's body, an answer as a response of `converse`.

Pure. What an answer lacks is said in the response's `stopReason`, so that its tokens are counted all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from spec_lookup.llm.names import WAYS

Plain = dict[str, Any]

TOOL, SCHEMA, OBJECT, TEXT = WAYS

FORM_ALONE = (
    "Where these rules say to call a tool, you have none: answer with its input instead, as one JSON object and "
    "nothing else, of this JSON schema:\n"
)

WRONG_TOOL, HALF, REFUSAL, FILTERED, NO_JSON, CUT = (
    "another tool was called",
    "its JSON is broken off",
    "refusal",
    "content filter",
    "no JSON object",
    "max_tokens",
)
"""What a response without a filled form says instead of `tool_use`."""

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)

FINISHED = {"length": CUT, "content_filter": FILTERED}


def body_of(prompt: Plain, way: str, left_out: frozenset[str] = frozenset()) -> Plain:
    """The body of the request, with the form enforced in one of WAYS, without the parameters that are left out."""
    form = prompt["toolConfig"]["tools"][0]["toolSpec"]
    schema = form["inputSchema"]["json"]
    system = "\n\n".join(block["text"] for block in prompt["system"])
    if way != TOOL:
        system = f"{system}\n\n{FORM_ALONE}{json.dumps(schema, ensure_ascii=False)}"
    body: Plain = {
        "model": prompt["modelId"],
        "messages": [{"role": "system", "content": system}],
        "stream": False,
    }
    for message in prompt["messages"]:
        body["messages"] += _messages(message, way)
    config = prompt["inferenceConfig"]
    if "temperature" in config and "temperature" not in left_out:
        body["temperature"] = config["temperature"]
    body["max_completion_tokens" if "max_tokens" in left_out else "max_tokens"] = config["maxTokens"]
    if way == TOOL:
        function = {"name": form["name"], "description": form["description"], "parameters": schema}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": form["name"]}}
    elif way == SCHEMA:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": form["name"], "schema": schema}}
    elif way == OBJECT:
        body["response_format"] = {"type": "json_object"}
    return body


def _messages(message: Plain, way: str) -> Iterator[Plain]:
    """A message of `converse` as one or several of chat completions."""
    role = message["role"]
    for block in message["content"]:
        if "text" in block:
            yield {"role": role, "content": block["text"]}
        elif "toolUse" in block:
            call = block["toolUse"]
            filled = json.dumps(call["input"], ensure_ascii=False)
            function = {"name": call["name"], "arguments": filled}
            called = {"id": call["toolUseId"], "type": "function", "function": function}
            yield (
                {"role": role, "content": None, "tool_calls": [called]}
                if way == TOOL
                else {"role": role, "content": filled}
            )
        else:
            result = block["toolResult"]
            text = "\n".join(part["text"] for part in result["content"])
            yield (
                {"role": "tool", "tool_call_id": result["toolUseId"], "content": text}
                if way == TOOL
                else {"role": "user", "content": text}
            )


def response_of(answer: Plain, prompt: Plain, way: str) -> tuple[Plain, bool]:
    """The response of `converse` that an answer is, and whether the form is filled in as far as this way demands.

    A server that takes a tool and answers with a text has filled it in when the text is a JSON object.
    """
    form = prompt["toolConfig"]["tools"][0]["toolSpec"]
    choice = _first(answer.get("choices"))
    message = _object(choice.get("message"))
    finished = str(choice.get("finish_reason") or "")
    call, why = _call(message, form["name"])
    if call is None and finished in FINISHED:
        why = FINISHED[finished]
    text = message.get("content")
    content: list[Plain] = [{"toolUse": call}] if call else [{"text": text if isinstance(text, str) else ""}]
    response = {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "tool_use" if call else why,
        "usage": _usage(answer.get("usage")),
    }
    return response, call is not None or why != NO_JSON or way != TOOL


def _call(message: Plain, name: str) -> tuple[Plain | None, str]:
    """The filled form as a toolUse; None and why there is none."""
    called = _first(message.get("tool_calls"))
    if called:
        function = _object(called.get("function"))
        if function.get("name") != name:
            return None, WRONG_TOOL
        filled = function.get("arguments")
        filled = first_object(filled) if isinstance(filled, str) else filled
        if not isinstance(filled, dict):
            return None, HALF
        return {"toolUseId": str(called.get("id") or "call_1"), "name": name, "input": filled}, ""
    if message.get("refusal"):
        return None, REFUSAL
    text = message.get("content")
    filled = first_object(text) if isinstance(text, str) else None
    if filled is None:
        return None, HALF if isinstance(text, str) and "{" in text else NO_JSON
    return {"toolUseId": "call_1", "name": name, "input": filled}, ""


def first_object(text: str) -> Plain | None:
    """The first JSON object in a text, fenced or not; None where there is none, or a broken one before it.

    What stands inside a broken object is no answer. What a model thinks aloud first is left out.
    """
    text = _THOUGHTS.sub("", text)
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _usage(usage: Any) -> Plain:
    given = _object(usage)
    names = {"inputTokens": "prompt_tokens", "outputTokens": "completion_tokens"}
    counts = {name: given.get(theirs) for name, theirs in names.items()}
    return {name: count if type(count) is int and count >= 0 else 0 for name, count in counts.items()}


def _first(items: Any) -> Plain:
    """The first object of a list; an empty one where there is none."""
    return _object(items[0]) if isinstance(items, list) and items else {}


def _object(given: Any) -> Plain:
    return given if isinstance(given, dict) else {}

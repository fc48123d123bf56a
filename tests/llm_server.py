"""A small server that speaks chat completions, with every fault of a real one on demand.

    python -m tests.llm_server --port 11434 [--fault no-tools]

`make run LLM_URL=http://127.0.0.1:11434/v1 LLM_MODEL=stub` then has a language model. Its reading is crude and real: it
takes the clause that shares the most words with the report and cites a sentence of it, as a change where the report
wishes something, else as a bug. Tests give it a reading of their own.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Plain = dict[str, Any]
Reading = Callable[[str], Plain]
"""From the text of the prompt to the input of the tool."""

ASKS_FOR_SEARCHES = "Give the searches."
"""The end of a prompt for the other tool."""

FAULTS = (
    "slow",
    "trickle",
    "half-json",
    "half-body",
    "refusal",
    "wrong-tool",
    "busy",
    "rate-limit",
    "too-long",
    "error",
    "no-tools",
    "no-schema",
    "no-object",
    "ignores-tools",
    "dropped",
    "redirect",
    "huge",
    "cut",
    "filtered",
    "no-max-tokens",
    "html",
    "echo",
)
BAD, OK = 400, 200


def first_clause(text: str) -> Plain:
    """A crude reading: the clause with the most words of the report, and its first sentence of some length."""
    clauses = [json.loads(line) for line in text.splitlines() if line.startswith('{"id":')]
    report = set(re.findall(r"\w{4,}", text[text.rindex("<report-") :].lower())) if "<report-" in text else set()
    best = max(clauses, key=lambda clause: len(report & set(re.findall(r"\w{4,}", clause["text"].lower()))))
    quote = next((line.strip() for line in best["text"].splitlines() if len(line.split()) >= 4), best["text"])
    wishes = bool(re.search(r"\b(wish|would like|please add|instead)\b", text[text.rindex("<report-") :].lower()))
    return judgement("change" if wishes else "bug", best["id"], quote)


def summary_alone(text: str) -> Plain:
    """A crude search: the report's summary."""
    found = re.search(r'"summary": "([^"]+)"', text)
    return {"searches": [found[1]] if found else []}


def judgement(verdict: str, clause: str | None = None, quote: str | None = None, confidence: float = 0.95) -> Plain:
    """A filled form that agrees with itself."""
    ground = "clause" if clause else {"bug": "failure", "change": "new"}.get(verdict, "none")
    stance = {"bug": "supports-expected", "change": "supports-observed"}[verdict] if clause else "none"
    return {
        "observed": "What was observed.",
        "expected": "What was expected.",
        "clause": clause,
        "quote": quote,
        "verdict": verdict,
        "ground": ground,
        "stance": stance,
        "confidence": confidence,
        "reason": "This is what the clause says about it.",
    }


@dataclass
class LlmServer:
    """The server; `faults` are given in turn, the last one for ever, "" is none. `asked` holds what came in."""

    reading: Reading = first_clause
    searching: Reading = summary_alone
    faults: list[str] = field(default_factory=list)
    key: str = ""
    retry_after: str = "0"
    slow_seconds: float = 5.0
    asked: list[Plain] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            self.asked.append(body)
            self.headers.append(dict(handler.headers))
            self.paths.append(handler.path)
            fault = (self.faults.pop(0) if len(self.faults) > 1 else self.faults[0]) if self.faults else ""
        if fault == "slow":
            time.sleep(self.slow_seconds)
        if fault == "dropped":
            handler.close_connection = True
            return
        status, answer, more = self._answer(body, fault, dict(handler.headers))
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        handler.send_response(status)
        length = len(data) * (2 if fault == "half-body" else 1)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(length), **more}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if fault == "half-body":
            handler.close_connection = True
        if fault == "trickle":
            for sign in data:
                handler.wfile.write(bytes([sign]))
                handler.wfile.flush()
                time.sleep(0.05)
        else:
            handler.wfile.write(data)

    def _answer(self, body: Plain, fault: str, headers: dict[str, str]) -> tuple[int, Plain | bytes, dict[str, str]]:
        if self.key and headers.get("Authorization") != f"Bearer {self.key}":
            return 401, _error("Incorrect API key provided.", "invalid_api_key"), {}
        refused = _refused(body, fault)
        if refused:
            return BAD, _error(refused), {}
        wait = {"Retry-After": self.retry_after}
        answers: dict[str, tuple[int, Plain | bytes, dict[str, str]]] = {
            "busy": (503, _error("Loading model"), wait),
            "rate-limit": (429, _error("Rate limit reached", "rate_limit_exceeded"), wait),
            "too-long": (BAD, _error("The maximum context length is 4096 tokens.", "context_length_exceeded"), {}),
            "error": (500, _error("boom"), {}),
            "redirect": (307, b"", {"Location": f"{self.url}/elsewhere"}),
            "huge": (OK, b'{"x": "' + b"x" * 1_100_000 + b'"}', {}),
            "html": (OK, b"<html>It works</html>", {}),
            "echo": (500, f"<html>{headers}</html>".encode(), {}),
        }
        return answers[fault] if fault in answers else (OK, self._completion(body, fault), {})

    def _completion(self, body: Plain, fault: str) -> Plain:
        text = "\n".join(str(message["content"]) for message in body["messages"][1:] if message.get("content"))
        fill = self.searching if text.rstrip().endswith(ASKS_FOR_SEARCHES) else self.reading
        filled = json.dumps(fill(text), ensure_ascii=False)
        message: Plain = {"role": "assistant", "content": None}
        finish = "stop"
        if fault in ("half-json", "cut"):
            filled = filled[: len(filled) // 2]
        if fault == "cut":
            finish = "length"
        if fault == "filtered":
            message["content"], finish = "", "content_filter"
        elif fault == "refusal":
            message["refusal"] = "I can't help with that."
        elif "tools" in body and fault != "ignores-tools":
            name = "other" if fault == "wrong-tool" else body["tools"][0]["function"]["name"]
            function = {"name": name, "arguments": filled}
            message["tool_calls"] = [{"id": "call_7", "type": "function", "function": function}]
            finish = finish if finish == "length" else "tool_calls"
        elif "tools" in body:
            message["content"] = "The report seems to be about a defect."
        else:
            structured = "response_format" in body
            message["content"] = filled if structured else f"Here it is:\n```json\n{filled}\n```\nI hope this helps."
        usage = {"prompt_tokens": len(json.dumps(body)) // 4, "completion_tokens": len(filled) // 4 + 1}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {"id": "c", "object": "chat.completion", "model": body["model"], "choices": [choice], "usage": usage}


def _refused(body: Plain, fault: str) -> str:
    """Why a server that cannot do something refuses; "" when it does not."""
    form = body.get("response_format", {}).get("type")
    if fault in ("no-tools", "no-schema", "no-object") and "tools" in body:
        return f"registry/library/{body['model']} does not support tools"
    if fault in ("no-schema", "no-object") and form == "json_schema":
        return "Invalid value for 'response_format': json_schema is not supported"
    if fault == "no-object" and form == "json_object":
        return "Unknown parameter: 'response_format'"
    if fault == "no-max-tokens" and "max_tokens" in body:
        return "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
    return ""


def _error(message: str, code: str = "") -> Plain:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code or None}}


@contextmanager
def running(port: int = 0, **more: Any) -> Iterator[LlmServer]:
    """The server on a port of the loopback; any free one for 0."""
    model = LlmServer(**more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            model.serve(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:  # the client did not wait
                self.close_connection = True

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        model.url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield model
        finally:
            server.shutdown()
            serving.join()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.llm_server")
    parser.add_argument("--port", type=int, default=11434)
    parser.add_argument("--fault", choices=FAULTS, default="")
    args = parser.parse_args()
    with running(args.port, faults=[args.fault]) as server:
        print(f"Chat completions at {server.url}; Ctrl-C ends it.", flush=True)  # noqa: T201
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

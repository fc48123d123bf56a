"""Forms as they really arrive: names of files in any encoding and with the paths of any system.

Werkzeug gives up a whole form for one header line that is no UTF-8, and takes the backslashes of a Windows path for
escapes. Its decoder is used with such lines made good first; the bytes of the files are never touched. A form that
can't be read all the same is a 400, never an empty form; one with more fields than any of ours a 413.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Request
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import (
    NEED_DATA,
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

from intake_fn.web.file_names import decoded

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

CHUNK = 64 * 1024

BACKSLASH = re.compile(r"\\(.?)")
"""Programs escape quotes and backslashes in names; browsers send a backslash as it is."""

MOST_FIELDS = 1000
"""The most fields of a form; ours have some twenty, and a list of the desk a hundred."""

LONGEST_HEAD = 64 * 1024
"""Bytes of the header lines of a part; those of browsers have some hundred."""

DEEPEST = 10
"""Levels of JSON in JSON; a request has three."""

TOO_DEEP = "The JSON is nested too deep."
TWICE = "A member stands twice in one object of the JSON."

Parts = MultiDict[str, Any]


class _Decoder(MultipartDecoder):
    """Reads the headers of a part in whatever encoding they are; a part without a name is one nobody asks for."""

    languages = ""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        if len(data) > LONGEST_HEAD:
            raise RequestEntityTooLarge
        lines = bytes(data).split(b"\r\n")
        headers = super()._parse_headers(b"\r\n".join(_repaired(line, self.languages) for line in lines))
        headers.setdefault("Content-Disposition", 'form-data; name=""')
        return headers


def _repaired(line: bytes, languages: str) -> bytes:
    text = decoded(line, languages)
    if text.lower().startswith("content-disposition"):
        text = BACKSLASH.sub(lambda match: match[0] if match[1] in ('"', "\\") else "\\\\" + match[1], text)
    return text.encode()


class _Parts:
    """The texts and files of a form while it is read."""

    def __init__(self, longest: int, room_for: Callable[[str], IO[bytes]]) -> None:
        self.texts: list[tuple[str, str]] = []
        self.files: list[tuple[str, FileStorage]] = []
        self._longest, self._room_for = longest, room_for
        self._part: Field | File
        self._content: IO[bytes]

    def take(self, event: Event) -> None:
        """Take an event of the decoder. Raises RequestEntityTooLarge for a text that is too long."""
        if isinstance(event, Field):
            self._part, self._content, self._room = event, BytesIO(), self._longest
        elif isinstance(event, File):
            self._part, self._content, self._room = event, self._room_for(event.filename), sys.maxsize
        elif isinstance(event, Data):
            self._room -= len(event.data)
            if self._room < 0:
                raise RequestEntityTooLarge
            self._content.write(event.data)
            if not event.more_data:
                self._end(self._part)

    def _end(self, part: Field | File) -> None:
        self._content.seek(0)
        if isinstance(part, File):
            self.files.append((part.name, FileStorage(self._content, part.filename, part.name, headers=part.headers)))
        else:
            self.texts.append((part.name, self._content.read().decode(errors="replace")))


class _Parser(FormDataParser):
    """Werkzeug's, with the decoder above."""

    languages = ""

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: Mapping[str, str]
    ) -> tuple[IO[bytes], Parts, Parts]:
        del mimetype
        longest = self.max_form_memory_size or sys.maxsize
        decoder = _Decoder(options["boundary"].encode("ascii"), longest, max_parts=MOST_FIELDS)
        decoder.languages = self.languages
        parts = _Parts(longest, lambda name: self.stream_factory(content_length, None, name))
        event: Event = NEED_DATA
        while not isinstance(event, Epilogue):
            decoder.receive_data(stream.read(CHUNK) or None)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                parts.take(event)
        return stream, self.cls(parts.texts), self.cls(parts.files)

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: Mapping[str, str]
    ) -> tuple[IO[bytes], Parts, Parts]:
        del mimetype, content_length, options
        raw = stream.read()
        if raw.count(b"&") >= MOST_FIELDS:
            raise RequestEntityTooLarge
        return stream, self.cls(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)), self.cls()


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether JSON is nested deeper than that. Looked at level by level, so that no depth is too much."""
    layer = [value]
    for _ in range(levels):
        inner = (node.values() if isinstance(node, dict) else node for node in layer if isinstance(node, dict | list))
        layer = [item for items in inner for item in items if isinstance(item, dict | list)]
    return bool(layer)


class JsonOnce(DefaultJSONProvider):
    """Flask's JSON, but no object in which a member stands twice: one of its values would be lost."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError for what is no JSON, BadRequest for a member that stands twice."""
        return super().loads(s, object_pairs_hook=_once, **kwargs)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise BadRequest(TWICE)
    return read


class Posted(Request):
    """A request whose forms are read by the parser above."""

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        """The JSON of the request, as Flask reads it. Raises BadRequest, also for JSON that is nested too deep."""
        try:
            value = super().get_json(*args, **kwargs)
        except RecursionError as error:
            raise BadRequest(TOO_DEEP) from error
        if _is_deeper(value, DEEPEST):
            raise BadRequest(TOO_DEEP)
        return value

    def make_form_data_parser(self) -> FormDataParser:
        """The parser of Werkzeug with the browser's language as a hint; it raises what Werkzeug would swallow."""
        parser = _Parser(
            self._get_file_stream,
            self.max_form_memory_size,
            self.max_content_length,
            self.parameter_storage_class,
            silent=False,
        )
        parser.languages = self.headers.get("Accept-Language", "")
        return parser

    def _load_form_data(self) -> None:
        """Raises BadRequest for a form that can't be read, and every time that it is asked for."""
        try:
            super()._load_form_data()
        except (ValueError, KeyError, AttributeError, AssertionError) as error:
            raise BadRequest("The form can't be read.") from error

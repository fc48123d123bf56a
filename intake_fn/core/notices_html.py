"""A notice as HTML, for mail programs: from the rows and fields of core/notices.py, everything escaped. Pure.

Mail programs drop style sheets, scripts and what has to be fetched, so styles stand at each element and
nothing is loaded from anywhere. What people wrote reads in its own direction (`dir="auto"`). A line of a
template that is one field alone may become a block of its own: a quotation, the verdict, a link that looks
like a button. All other lines are text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup, escape

_PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n</head>\n'
    '<body style="margin:0;padding:16px">\n'
    '<div style="max-width:600px;margin:0 auto;overflow-wrap:anywhere;'
    'font:16px/1.5 -apple-system,BlinkMacSystemFont,Roboto,Helvetica,Arial,sans-serif">\n'
    "{body}\n</div>\n</body>\n</html>\n"
)
_PARAGRAPH = Markup('<p style="margin:0 0 16px">{}</p>')
_QUOTE = Markup(
    '<blockquote dir="auto" style="margin:0 0 16px;padding:4px 0 4px 12px;border-left:4px solid #8a94a6">'
    "{}</blockquote>"
)
_LIST = Markup('<ul style="margin:0 0 16px;padding-left:24px">{}</ul>')
_ITEM = Markup("<li>{}</li>")
_BUTTON = Markup(
    '<p style="margin:0 0 16px"><a href="{}" style="display:inline-block;padding:10px 18px;border-radius:6px;'
    'background:#1f4e8c;color:#ffffff;text-decoration:none;font-weight:bold">{}</a></p>'
)
_FOOT = Markup(
    '<p style="margin:24px 0 0;padding-top:8px;border-top:1px solid #8a94a6;font-size:14px">'
    '{} <span dir="auto">{}</span><br>{}</p>'
)
_BREAK = Markup("<br>")


def page(title: str, parts: Iterable[Markup]) -> str:
    """The whole of it."""
    return str(_PAGE.format(title=title, body=Markup("\n").join(parts)))


def paragraph(lines: Iterable[str]) -> Markup:
    """Lines of text that belong together."""
    return _PARAGRAPH.format(_BREAK.join(lines))


def quote(lines: Sequence[str]) -> Markup:
    """What somebody else said, marked as theirs; nothing for nothing."""
    return _QUOTE.format(_BREAK.join(lines)) if lines else Markup()


def bullets(items: Sequence[str]) -> Markup:
    """A list; nothing for nothing."""
    return _LIST.format(Markup().join(_ITEM.format(item) for item in items)) if items else Markup()


def button(address: str, words: str) -> Markup:
    """A link that is easily hit on a phone."""
    return _BUTTON.format(address, words)


def foot(about: str, summary: str, sender: str) -> Markup:
    """What it is about and whom it is from."""
    return _FOOT.format(about, summary, sender)


def filled(template: str, fields: Mapping[str, str], blocks: Mapping[str, Markup]) -> Iterator[Markup]:
    """The paragraphs of a template; a line that is a field with a block, and nothing else, becomes the block."""
    for part in template.split("\n\n"):
        lines: list[str] = []
        for line in part.split("\n"):
            if line[1:-1] not in blocks:
                text = escape(line).format_map(fields).strip()
                lines += [text] if text else []
                continue
            yield from _closed(lines)
            lines = []
            if block := blocks[line[1:-1]]:
                yield block
        yield from _closed(lines)


def _closed(lines: Sequence[str]) -> Iterator[Markup]:
    """The lines so far as a paragraph, if there are some."""
    if lines:
        yield paragraph(lines)

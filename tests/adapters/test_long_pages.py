"""Pages of mails that are long, or made to take long: they are read in seconds, and what was left out is said."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest

from intake_fn.adapters.mail_in import html, read

LONG = {
    "tables within each other": "<table><tr><td>x" * 250_000,
    "quotations within each other": "<blockquote>x" * 300_000,
    "replies within each other": "<div class=gmail_quote>x" * 150_000,
    "links within each other": "<a href=https://example.com>x" * 130_000,
    "comments": "<!-- x --" * 49_000,
    "tags without an end": "<a href='" * 49_000,
}
"""Megabytes of each; the standard library's parser alone takes minutes for some."""


def page(body: str, plain: str = "") -> bytes:
    """A mail with a page, and a plain text beside it if one is given."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ann@example.com", "A page"
    if plain:
        message.set_content(plain)
        message.add_alternative(body, subtype="html")
    else:
        message.set_content(body, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize("kind", LONG)
def test_a_page_takes_seconds_at_most(kind: str) -> None:
    """Whatever it is made of; what stands first is there."""
    began = time.process_time()
    text, _ = html.text_of(f"<p>Good morning.</p>{LONG[kind]}")

    assert 6 > time.process_time() - began
    assert text.startswith("Good morning.")


def test_what_is_left_out_of_a_page_is_said() -> None:
    """Once, and only where the page is what is read; where nothing can be, a person looks."""
    long = "<p>Good morning.</p>" + "<br>" * html.MOST_TAGS
    found = read(page(long))

    assert ((html.TOO_LONG,), "Good morning.") == (found.losses, found.text)
    assert () == read(page(long, "Good morning.")).losses
    assert (html.TOO_LONG,) == read(page(f"{'<br>' * html.MOST_TAGS}<b>Hello")).problems


def test_all_pages_of_a_mail_have_one_budget() -> None:
    """However many there are; what has as many tags as are read is whole."""
    budget = html.Budget(tags=4)

    assert ("a", False) == html.text_of("<p>a</p>", budget)
    assert ("b", False) == html.text_of("<p>b</p>", budget)
    assert ("c", True) == html.text_of("c<p>d</p>", budget)
    assert ("e", False) == html.text_of("e", budget)


def test_what_a_page_does_not_show_is_left_out_as_before() -> None:
    """Comments, also conditional ones, declarations, and what never ends."""
    assert "a b c" == html.text_of("<!DOCTYPE html>a<!-- x > y --> b<![if !mso]> c<![endif]><?xml x?><!-- d")[0]
    assert "1 < 2 & 3 > 2" == html.text_of("1 < 2 &amp; 3 > 2")[0]
    assert "so 1 < 2" == html.text_of("<b>so</b> 1 < 2")[0]
    assert "so" == html.text_of("<b>so</b> <a href='x")[0]
    assert "a\nb" == html.text_of("<pre>a\nb</pre>")[0]
    assert "a b" == html.text_of("a\nb")[0]
    assert "here <https://x.example>" == html.text_of("<a href=https://x.example>here</a>")[0]

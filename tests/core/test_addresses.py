"""Which addresses mail can be sent to, and what a person is told of the others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from intake_fn.core.addresses import PLAINEST, sendable, wrong_with
from intake_fn.core.errors import Refused

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("camille@example.com", "camille@example.com"),
        ("Camille.Laurent+ct2@Mail.Example.COM", "Camille.Laurent+ct2@mail.example.com"),
        ("o'neill_1@example.co.uk", "o'neill_1@example.co.uk"),
        ("info@faß.example", "info@xn--fa-hia.example"),
        ("info@fass.example", "info@fass.example"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
        ("a@" + "x" * 63 + ".example", "a@" + "x" * 63 + ".example"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
    ],
)
def test_a_good_address_is_sent_to_in_ascii(address: str, sent_to: str) -> None:
    """By IDNA 2008: a sharp s is a letter of its own and not two."""
    assert sent_to == sendable(address)
    assert "" == wrong_with(address)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "@-sign"),
        ("camille", "@-sign"),
        ("kim@example..com", "two periods in a row"),
        ("kim..lee@example.com", "two periods in a row"),
        (".kim@example.com", "cannot start with a period"),
        ("kim.@example.com", "period immediately before the @-sign"),
        ("kim@example.com.", "cannot end with a period"),
        ("kim@.example.com", "period immediately after the @-sign"),
        ("kim@-example.com", "hyphen"),
        ("kim@example-.com", "hyphen"),
        ("kim@example", "should have a period"),
        ("josé@example.com", "before the @-sign are not supported: 'é'"),
        ('"kim lee"@example.com', "Quoting the part before the @-sign is not allowed"),
        ("kim@" + "x" * 64 + ".com", "too many"),
        ("x" * 65 + "@example.com", "too long before the @-sign"),
        ("kim@" + ".".join(["x" * 60] * 5), "at most 254"),
        ("kim@[192.0.2.1]", "IP address"),
        ("kim@192.0.2.1", "top-level domain"),
        ("kim@exam_ple.com", "invalid characters"),
        ("kim@ex ample.com", "invalid characters"),
        ("kim@a@b.com", "@-sign"),
        ("Kim <kim@example.com>", "display name"),
        ("kim@example.com, lee@example.com", "invalid characters"),
        ("kim@exam\u202eple.com", "unsafe"),
        ("kim@exam\ud800ple.com", ""),
        ("kim\x00@example.com", ""),
    ],
)
def test_an_address_that_takes_no_mail_is_told_with_its_reason(address: str, why: str) -> None:
    """At the field, before anything is sent there in vain; what is said can be shown and mailed itself."""
    told = wrong_with(address)

    assert told.startswith("This doesn't look like an e-mail address: ")
    assert why in told
    assert told.endswith("It should read like name@company.com.")
    assert told.isprintable()
    with pytest.raises(Refused, match="is not an address that mail can be sent to"):
        sendable(address)


LOCAL = st.from_regex(r"[A-Za-z0-9]{1,30}([._+-]{1,2}[A-Za-z0-9]{1,30}){0,3}", fullmatch=True)
LABEL = st.from_regex(r"(xn--)?[a-z0-9]([a-z0-9-]{0,63}[a-z0-9])?", fullmatch=True)
LAST = st.from_regex(r"[a-z]{2,22}", fullmatch=True) | st.sampled_from(["com", "test", "local", "invalid", "arpa"])


@settings(max_examples=500)
@given(LOCAL, st.lists(LABEL, min_size=1, max_size=5), LAST)
def test_what_is_plainly_good_is_what_the_library_takes_unchanged(local: str, labels: list[str], last: str) -> None:
    """So the short way says nothing that the long one would not."""
    address = f"{local}@{'.'.join((*labels, last))}"
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True).ascii_email
    except EmailNotValidError:
        found = ""

    assert PLAINEST.fullmatch(address) is None or len(address) > 254 or address == found
    assert PLAINEST.fullmatch("Camille.Laurent+ct2@mail-1.example.com")


def test_support_yml_needs_no_library_for_its_addresses() -> None:
    """It is read at every cold start."""
    program = (
        "import sys; from pathlib import Path; from intake_fn.core.process_file import parse; "
        "parse(Path('support.yml').read_text()); print({'email_validator', 'idna'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert "set()\n" == done.stdout


@given(st.text(st.characters(exclude_categories=()), max_size=80) | st.emails())
def test_every_text_is_an_address_in_ascii_or_refused(text: str) -> None:
    """Nothing else is raised, and nothing leaves in another form than SES takes."""
    try:
        address = sendable(text)
    except Refused:
        assert wrong_with(text)
    else:
        assert address.isascii()
        assert 1 == address.count("@")
        assert not any(sign in address for sign in ' ,;<>()"\r\n')

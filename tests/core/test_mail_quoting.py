"""What somebody wrote this time is found in a time that grows with a mail, whatever lines it repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.inbound import quoting
from intake_fn.core.inbound.quoting import written_now

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = "-----Original Message-----"
CONFIDENTIAL = (
    "This e-mail is confidential and intended only for the addressee. If you are not the intended recipient, please "
    "notify the sender and delete it; disclosure is prohibited."
)


@pytest.mark.parametrize("above", [" \n-- ", f"______\n\n{CONFIDENTIAL}"], ids=["signature", "disclaimer"])
def test_heads_below_nothing_said_are_looked_at_in_proportion(above: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each asks whether something stands above it; the lines that this reads are counted."""
    read, without = list[int](), quoting._without_signature

    def counted(lines: Sequence[str], name: str = "") -> list[str]:
        read.append(len(lines))
        return without(lines, name)

    monkeypatch.setattr(quoting, "_without_signature", counted)
    text = "\n".join([above, *[HEAD] * 5_000])

    assert written_now(text, "Menu", is_reply=True)
    assert sum(read) < 4 * 5_000 + quoting.ALWAYS_ASKED**2


def test_disclaimers_below_greetings_are_looked_at_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each asks whether something but a greeting stands above it."""
    asked, greets_not = list[str](), quoting._greets_not

    def counted(line: str) -> bool:
        asked.append(line)
        return greets_not(line)

    monkeypatch.setattr(quoting, "_greets_not", counted)
    text = "\n".join([*["Hello"] * 500, "It is wrong.", *["", CONFIDENTIAL] * 500])

    assert written_now(text, "Menu", is_reply=False).endswith("It is wrong.")
    assert len(asked) < 2_000


@pytest.mark.parametrize(
    "verb",
    """wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|kirjoitti|napisał|napisał(a)|napsala|napsal(a)
    írta|yazdı|пишет|писал|писала|написал(а)|schrieb folgendes|SCHRIEB|写道|寫道|のメッセージ|님이 작성|さんは書きました
    schrieb Dana Cy|wrote Dana Cy|пишет Dana Cy""".replace("\n", "|").split("|"),
)
def test_who_wrote_is_known_by_every_verb(verb: str) -> None:
    """The quick question, whether a part of a verb is there at all, loses none of them."""
    text = f"It is the first page.\n\n01.05.2026 10:00 Dana {verb.strip()}:\nWhich page is it?"

    assert "It is the first page." == written_now(text, "Re: Menu", is_reply=True)


@pytest.mark.parametrize("mark", ["", "*", "_", "*_" * 40])
def test_the_head_of_a_quotation_is_known_behind_marks(mark: str) -> None:
    """Bold type; a line of nothing but such marks is read once, not once for each of them."""
    lines = ("From: dana@marlow.example.org", "Sent: 1 May", "To: helpdesk", "Subject: Menu")
    head = "\n".join(f"{mark}{line}" for line in lines)

    assert "It is wrong." == written_now(f"It is wrong.\n\n{head}\n\nWhich page?", "Re: Menu", is_reply=True)
    assert quoting._header("*_ " * 100_000) is None

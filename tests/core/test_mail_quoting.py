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


PRINT = "Please do not print this e-mail"


@pytest.mark.parametrize("above", ["It is wrong.\n", "It is wrong.\n\nSee:\n"])
@pytest.mark.parametrize("notice", [PRINT, CONFIDENTIAL])
def test_notices_in_one_paragraph_are_looked_at_in_proportion(
    above: str, notice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may begin below something else; the lines that this reads are counted."""
    read, is_notice = list[int](), quoting._is_notice

    def counted(lines: Sequence[str]) -> bool:
        read.append(len(lines))
        return is_notice(lines)

    monkeypatch.setattr(quoting, "_is_notice", counted)

    assert written_now(above + "\n".join([notice] * 300), "Menu", is_reply=False).startswith("It is wrong.")
    assert sum(read) < 10 * 300


def test_several_notices_below_a_name_are_left_out() -> None:
    """Companies put them into one paragraph."""
    assert "It is wrong.\n\nIda" == written_now(
        f"It is wrong.\n\nIda\n{PRINT}\n{CONFIDENTIAL}\n{PRINT}", "Menu", is_reply=False
    )


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


@pytest.mark.parametrize("text", ["La risposta alla domanda \u00e8 7.", "Alla fakturor saknas."])
def test_a_word_that_means_below_in_another_language_keeps_no_history(text: str) -> None:
    """Finnish has it for below, Italian for to the, Swedish for all."""
    assert text == written_now(f"{text}\n\n{HEAD}\nIt is 3.", "Re: Menu", is_reply=True)
    finnish = f"Vastaukset alla.\n\n{HEAD}\nIt is 3."
    assert finnish == written_now(finnish, "Re: Menu", is_reply=True)


def test_what_stands_below_a_notice_in_a_paragraph_is_kept() -> None:
    """A notice begins within a paragraph only below a card, not below what somebody says."""
    text = f"It is wrong.\n{CONFIDENTIAL}\nThe second invoice is wrong, too."

    assert text == written_now(text, "Menu", is_reply=False)

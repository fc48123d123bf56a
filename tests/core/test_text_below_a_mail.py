"""Cards, notices of companies and lines of telephones are left out below a mail, and no sentence of a person is."""

from __future__ import annotations

import pytest

from intake_fn.core.inbound.quoting import written_now

BELOW = "The export fails.\n\nKind regards\nMax Bell\n"
NOTICE = (
    "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the "
    "intended recipient, please notify us."
)
HINWEIS = (
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte "
    "den Absender und löschen Sie diese Mail."
)


def reply(text: str, *, is_reply: bool = False) -> str:
    """What Max Bell wrote in a mail of this text."""
    return written_now(text, "Export", is_reply=is_reply, name="Max Bell max.bell")


@pytest.mark.parametrize(
    "text",
    [
        "I see a window.\n\nThis message is wrong: it was intended for administrators, not for planners.",
        "The export fails.\n\nThis message contains a confidential name, please mask it. Order 4711 fails, too.",
        "您好\n\n获取 Outlook 日历失败",
        "您好\n\n取得 Outlook for Mac 失敗",
        "予定表\n\nOutlook の予定表を取得する",
        "The note shows the date.\n\nPlease don't print the invoice date on the delivery note.",
        "The window forgets it.\n\nSave paper size per user, please.",
        "Everybody sees the button.\n\nIf you are not the named approver, it should be hidden.",
        "Ein Fenster erscheint.\n\nDiese Nachricht ist falsch, denn sie soll ausschließlich für Admins erscheinen.",
        "El pie está mal.\n\nAviso legal: falta la empresa nueva.",
        "Il y a un bug.\n\nPensez à l'environnement de test : il manque le module 4.",
        "Look at it.\n\nPlease consider the environment before printing this e-mail\nPS: order 4711 is wrong, too.",
        "Look at the footer.\n\nDisclaimer:\nThe text of it is wrong on page 2.",
        f"{BELOW}Please call me on 0170 1234567 after four",
        f"{BELOW}Order number 4500012345",
        f"{BELOW}\nError text: https://app.example.org/orders/17",
        f"{BELOW}Another thing\nThe page www.example.org does not load",
        "Please correct my phone number.\n\nThanks\nMax Bell\nTel. +44 20 7946 0999",
        "The user should be named as below.\n\nThanks\nMax Bell\nmax.bell@new.example.org",
        "Steps:\n1. open\n\n------\nMax\nhttps://app.example.org/y shows nothing",
        "One part.\n—\nThe other part is about the second depot, which is closed.",
        "The status is wrong, it says\nSent with DHL",
        "The status should not be this one.\nSent via DHL, since we use UPS now.",
        "The label says\n\nSent from the warehouse",
        "Look at the log.\n10:15 client <m@example.org> wrote:  could not connect\nNothing else happens.",
        "The mail came back to max@example.org:\n> Undelivered\nWhy?",
        "It fails.\n\nOn 12 May the carrier wrote:\nPlease correct the code.\n\nWhat shall we do?",
        "Es geht nicht.\n\nAm 3. Mai um 10:15 schrieb der Spediteur:\nBitte den Code ändern.\n\nWas nun?",
        "Explain this:\n\n-----Original Message-----\nFrom: ops@carrier.example\n\nThe cut-off has passed.",
        f"Your mails end so, please change it:\n\n{NOTICE}",
        f"The page says:\n{NOTICE}\nWe want another text.",
        "First the label.\n\n__________\nThe second is that +44 20 7946 0997 of the depot is wrong.",
        "Please add this user:\n__________\nJo Wu\nWu Ltd\n+44 20 7946 0996",
    ],
)
def test_no_sentence_of_a_person_is_left_out(text: str) -> None:
    """What only looks like a card, a notice or a quotation stays."""
    assert reply(text) == text


@pytest.mark.parametrize(
    ("below", "left"),
    [
        ("Max Bell\nHead of Sales\nSaltmarsh Group | 1 Dock Road\nT: +44 20 7946 0999 | www.example.org", "Max Bell"),
        ("Max Bell\n\nRosenpapier GmbH\nGartenstraße 12\n50667 Köln\nTel.: 0221/123456-7\nm@rosen.example", "Max Bell"),
        ("Max\nDirecteur des ventes\nTél. : +33 1 23 45 67 89", "Max"),
        (f"Max\n\n{NOTICE}\n\nPlease consider the environment before printing this mail.", "Max"),
        (f"Max\n\n{HINWEIS}", "Max"),
        ("Max\nSent from my iPhone", "Max"),
        ("Max\n\n获取 Outlook for iOS", "Max"),
        ("Max\n\nOutlook for Android を入手", "Max"),
        ("Max\n____________\nDr. Max Bell, Head of Sales\nSaltmarsh Group\nTel. +44 20 7946 0999", "Max"),
        ("Max\n___\nSaltmarsh Group Ltd\n1 Dock Road\n+44 20 7946 0998 | www.saltmarsh.example", "Max"),
        ("Max\n________\nMax Bell | 物流部\n电话\uff1a+86 21 1234 5678", "Max"),
        (f"Max\nHead of Sales\nSaltmarsh Group\nT: +44 20 7946 0999\n{NOTICE}", "Max"),
    ],
)
def test_what_programs_and_companies_write_is_left_out(below: str, left: str) -> None:
    """A true card and a true notice."""
    assert reply(f"The third one.\n\nKind regards\n{below}") == f"The third one.\n\nKind regards\n{left}"


HEAD = (
    "From: Help Desk <helpdesk@example.com>\nSent: Thursday\nTo: Max\nSubject: A question\n\nWhich?\nThe weekly one.\n"
)


@pytest.mark.parametrize(
    "above",
    [
        "see my answers below in red.",
        "Antworten unten.",
        "voir ci-dessous.",
        "请见下面的回复。",
        "Ver abajo.",
        "下記の通りです。",
    ],
)
def test_who_says_that_they_answer_below_is_read_below(above: str) -> None:
    """Their answers stand in what is quoted; without such words it is history."""
    assert "The weekly one." in reply(f"{above}\n\n{HEAD}", is_reply=True)
    assert reply(f"The monthly one.\n\n{HEAD}", is_reply=True) == "The monthly one."


def test_answers_below_a_signature_that_stands_above_the_quotation_stay() -> None:
    """The signature ends where the quotation begins, or at a postscript."""
    text = "Hi.\n\n-- \nMax Bell\n\nOn 26 Nov 2026, Help Desk <h@example.com> wrote:\n\n> Which?\n\nThe weekly.\n"

    assert reply(text, is_reply=True) == "Hi.\n\nThe weekly."
    assert reply("Hi.\n-- \nMax Bell\n\nPS: since Monday.") == "Hi.\nPS: since Monday."


def test_what_somebody_else_wrote_stays_in_an_answer() -> None:
    """A program writes a date with its year, or an address, where a person says who wrote what they quote."""
    said = "It is this.\n\nAt 10:15 our agent wrote:\nNo such container.\n\nSo we cannot load."

    assert reply(f"{said}\n\nOn 26/11/2026 09:12, Help Desk wrote:\nWhich?", is_reply=True) == said


@pytest.mark.parametrize(
    ("said", "head"),
    [
        ("Seit Juni, 1012.", "Am 26.11.26, 09:12 schrieb Help Desk <helpdesk@example.com>:"),
        ("Since 12 May", "On Thu, Nov 26, 2026 at 9:12 AM Help Desk <\nhelpdesk@example.com> wrote:"),
        ("It is rate 7.", "On Thu, Nov 26, 2026 at 9:12 AM Help Desk\n<helpdesk@example.com> wrote:"),
    ],
)
def test_a_sentence_right_above_who_wrote_is_none_of_it(said: str, head: str) -> None:
    """Also where it holds a number or a date, and no empty line follows it."""
    assert reply(f"{said}\n{head}\n\n> Since when?\n", is_reply=True) == said

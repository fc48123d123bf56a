"""Rules between the people of support.yml: addresses, who has left, accounts in Mantis."""

from __future__ import annotations

from collections.abc import Iterator

from intake_fn.core.mail_throttle import mailbox
from intake_fn.core.process_file.problems import Line, Problem, Raw


def addresses_are_different(p: Raw, line: Line) -> Iterator[Problem]:
    """Whoever signs in by mail is one person."""
    seen: dict[str, str] = {}
    for name, person in p["people"].items():
        address = mailbox(person["address"] or "")
        if address in seen:
            path = f"people.{name}.address"
            message = f"{path}: {name} and {seen[address]} share the address {address}"
            yield Problem(line(path), message, "Give each an address of their own: it is what they sign in with")
        elif address:
            seen[address] = name


def who_left_is_not_here(p: Raw, line: Line) -> Iterator[Problem]:
    """Somebody is here or has left, and an address tells one person from another in both lists together."""
    here = {mailbox(person["address"] or ""): name for name, person in p["people"].items()}
    for name, person in p["former"].items():
        address = mailbox(person["address"] or "")
        if name in p["people"]:
            message = f"former.{name}: {name} is also one of the people who are here"
            yield Problem(line(f"former.{name}"), message, "Delete one of the two, or give the new one another name")
        elif address and address in here:
            message = f"former.{name}.address: {address} is that of {here[address]} now"
            yield Problem(line(f"former.{name}.address"), message, "Delete it: what came from it counts as theirs then")


def accounts_stand_for_one(p: Raw, line: Line) -> Iterator[Problem]:
    """An account behind a group mailbox is that of nobody else, or nobody could tell who held an issue."""
    owners: dict[str, set[str]] = {}
    for name, person in p["people"].items():
        for account in (person["mantis"] or "", *(person["mantis_accounts"] or ())):
            owners.setdefault(account.casefold(), set()).add(name)
    for name, person in p["people"].items():
        for place, account in enumerate(person["mantis_accounts"] or ()):
            path = f"people.{name}.mantis_accounts.{place}"
            others = sorted(owners[account.casefold()] - {name})
            if others:
                message = f"{path}: the account {account!r} stands for {others[0]}, too"
                yield Problem(line(path), message, "Let it stand for one of the two")
            elif account.casefold() == (person["mantis"] or "").casefold():
                message = f"{path}: {account!r} is people.{name}.mantis already"
                yield Problem(line(path), message, "Delete it: name here only the others")

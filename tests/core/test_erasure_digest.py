"""The digests by which the record of an erasure knows an address again."""

from __future__ import annotations

import hashlib

import pytest

from intake_fn.core.erasure_digest import KIND, salt_of, sealed
from intake_fn.core.errors import Refused

SALT = salt_of("5f" * 16)


def test_an_address_is_known_by_its_salt_alone() -> None:
    """It is scrypt of RFC 7914 by the numbers that stand in the salt, so that later versions may take others."""
    made = hashlib.scrypt(b"ann@example.com", salt=("5f" * 16).encode(), n=16384, r=8, p=1, maxmem=2**26, dklen=32)

    assert made.hex() == sealed("ann@example.com", SALT)
    assert sealed("bob@example.com", SALT) != sealed("ann@example.com", SALT)
    assert sealed("ann@example.com", salt_of("60" * 16)) != sealed("ann@example.com", SALT)
    assert 64 == len(sealed("ann@example.com", "scrypt-1024-8-1$aa"))


@pytest.mark.parametrize(
    "salt",
    ["", "aa", "argon2-1-1-1$aa", f"{KIND}$", "scrypt-16384-8$aa", "scrypt-1000-8-1$aa", "scrypt-9999999-8-1$aa"],
)
def test_a_record_of_another_kind_is_refused_and_says_so(salt: str) -> None:
    """Nobody is taken for another one, and nothing is computed without a bound."""
    with pytest.raises(Refused, match="A record of an erasure"):
        sealed("ann@example.com", salt)

"""The digest by which the record of an erasure recognises an address, with a salt that the record holds. Pure.

No key of the stage is needed, so that a record is good after any rotation and in any stage that is restored. The digest
is slow on purpose (scrypt, RFC 7914): whoever has the records can try an address, and not a list of all addresses.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from intake_fn.core.errors import Refused

KIND = "scrypt-16384-8-1"
"""Cost, block size and parallelism of RFC 7914: some 40 ms and 16 MB for an address."""

LARGEST_COST = 2**17
MEMORY = 2**28
"""Bytes that a digest may take."""


def salt_of(random: str) -> str:
    """A salt that says how its digests are made."""
    return f"{KIND}${random}"


@lru_cache(maxsize=1024)
def sealed(address: str, salt: str) -> str:
    """The digest of a mailbox, or of an account of Mantis. Raises Refused for a salt of a kind that is not known."""
    kind, _, random = salt.partition("$")
    name, *numbers = kind.split("-")
    if name != "scrypt" or len(numbers) != 3 or not all(number.isdecimal() for number in numbers) or not random:  # noqa: PLR2004 - as in KIND
        raise Refused(
            f"A record of an erasure is of the kind {kind!r}, which this version does not know: run a newer one."
        )
    cost, block, parallel = map(int, numbers)
    if not 1 < cost <= LARGEST_COST or cost & (cost - 1) or block * parallel > 64 or not block * parallel:  # noqa: PLR2004 - bounded by MEMORY
        raise Refused(f"A record of an erasure says {kind!r}, which no version writes. Look where the file comes from.")
    digest = hashlib.scrypt(
        address.encode(), salt=random.encode(), n=cost, r=block, p=parallel, maxmem=MEMORY, dklen=32
    )
    return digest.hex()

"""Mail that comes in: bytes to an InboundMail, whatever the bytes are.

Nothing here raises: of a mail that is damaged, what can be read is read, and the rest is named in its problems. The
standard library's structured headers are not used, as they raise on some that real programs write.
"""

from __future__ import annotations

from intake_fn.adapters.mail_in.message import read

__all__ = ["read"]

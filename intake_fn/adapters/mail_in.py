"""Mail that comes in: bytes to an InboundMail, whatever the bytes are."""

from __future__ import annotations

from email import message_from_bytes, policy

from intake_fn.core.inbound.mail import InboundMail


def read(raw: bytes) -> InboundMail:
    """The mail that bytes hold; what cannot be read of it is named in its problems. Raises nothing."""
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        return InboundMail(subject=" ".join(str(message.get("Subject", "")).split()))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets the raw mail
        return InboundMail(problems=(f"It cannot be read ({type(error).__name__}).",))

"""Mail that comes in: what it says, who wrote it, whether a program did, and where it belongs. Pure.

Source: docs/process/mail.md. Bytes are parsed by adapters/mail_in/; desk/inbound_mail.py carries out what is decided.
"""

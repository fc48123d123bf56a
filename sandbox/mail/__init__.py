"""Mail that comes in, on one machine: a real SMTP server, a way to send files, and the check of a folder of mails."""

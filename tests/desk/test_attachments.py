"""Attachments in the file store, whatever the channel: a mail's files need no web server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from intake_fn.core.attachments import select
from intake_fn.core.errors import Refused
from intake_fn.desk.attachments import EXPIRED, collect, permit_upload, stage, store, unstage
from tests.fakes import MemoryFiles, PlainLinks
from tests.web.samples import PNG

if TYPE_CHECKING:
    from intake_fn.core.process import Process

LOG = b"2026-11-26 ERROR disk full\n"


def test_files_of_a_mail_are_selected_and_stored(process: Process) -> None:
    """Names and bytes are all that a channel hands in; sent again under the same key, they land in the same place."""
    files = MemoryFiles()
    selection = select((), [("screen.png", PNG), ("setup.exe", b"MZ\x90"), ("app.log", LOG)], process.intake)
    first = store(files, selection, "mail-1", keep_originals=False)
    again = store(files, selection, "mail-1", keep_originals=False)

    assert ["screen.png", "app.log"] == [attachment.name for attachment in first]
    assert [PNG, LOG] == [files.get(attachment.key) for attachment in first]
    assert first == again
    assert 1 == len(selection.problems)


def test_staged_files_come_back_by_their_tokens_and_no_other(process: Process) -> None:
    """A token that nobody signed brings a sentence, no file."""
    files, links = MemoryFiles(), PlainLinks()
    staged = stage(files, links, select((), [("screen.png", PNG)], process.intake))

    assert (tuple(staged.values()), ()) == unstage(links, staged)
    assert ((), (EXPIRED,)) == unstage(links, ["not-a-token", "nor-this"])


def test_an_uploaded_file_is_what_its_content_says(process: Process) -> None:
    """What a browser announced is no evidence: the content is looked at when the form comes."""
    files, links = MemoryFiles(), PlainLinks()
    token, upload = permit_upload(files, links, process.intake, "screen.png", len(PNG))
    files.put(upload.key, b"MZ\x90", "image/png")
    selection = collect(files, links, process.intake, staged=(), uploaded=[token], posted=())

    assert 0 == selection.count
    assert "a Windows program" in selection.problems[0]


def test_what_may_not_be_attached_gets_no_permission(process: Process) -> None:
    """Neither its type nor a size of zero."""
    for name, size in (("setup.exe", 10), ("screen.png", 0)):
        with pytest.raises(Refused):
            permit_upload(MemoryFiles(), PlainLinks(), process.intake, name, size)


def test_a_file_that_was_changed_in_the_store_is_looked_at_again(process: Process) -> None:
    """Between staging and storing anybody with rights on the bucket may have changed it."""
    files, links = MemoryFiles(), PlainLinks()
    staged = stage(files, links, select((), [("app.log", LOG)], process.intake))
    (attachment,) = staged.values()
    files.put(attachment.key, b"MZ\x90", attachment.content_type)
    selection = collect(files, links, process.intake, staged=staged, uploaded=(), posted=())

    with pytest.raises(Refused, match="a Windows program"):
        store(files, selection, "form-1", keep_originals=False)

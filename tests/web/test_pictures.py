"""Pictures that are sent: what a camera wrote into them reaches nobody, whichever way they come."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from intake_fn.core.request import Kind
from tests.core.test_pictures import PICTURES, SECRETS, drawing, exif, saved
from tests.web.conftest import application_of
from tests.web.test_api import body_of
from tests.web.test_status_pages import page_of

if TYPE_CHECKING:
    from intake_fn.core.case import Case
    from intake_fn.core.process import Process
    from spec_lookup import Spec
    from tests.web.conftest import Web

PHOTO = saved(drawing(), "JPEG", exif=exif(6))
NAMES = {"JPEG": "photo.jpg", "PNG": "photo.png", "WEBP": "photo.webp", "GIF": "photo.gif"}


def secrets_in(content: bytes) -> list[bytes]:
    """What a camera wrote."""
    return [secret for secret in SECRETS if secret in content]


def all_of(web: Web, case: Case) -> bytes:
    """All that anybody can get of a request's files: from its page, and in Mantis."""
    shown = [web.client.get(urlsplit(web.links.file(case.id, file)).path).data for file in case.request.attachments]
    filed = [content for files in web.tracker.files.values() for _, content in files]
    return b"".join((*shown, *filed))


@pytest.mark.parametrize("sample", PICTURES)
def test_of_a_picture_in_a_form_nothing_of_the_camera_is_left(web: Web, sample: str) -> None:
    """On the pages, in Mantis, in the store; its hash is that of what is kept."""
    kind, content = PICTURES[sample]
    case = web.sent(Kind.BUG, (NAMES[kind], content))
    (file,) = case.request.attachments

    assert [] == secrets_in(all_of(web, case))
    assert [] == secrets_in(b"".join(content for content, _ in web.files.kept.values()))
    assert hashlib.sha256(web.files.get(file.key)).hexdigest() == file.sha256
    assert len(web.files.get(file.key)) == file.size


def test_nor_of_one_in_the_api_in_an_upload_in_a_reply_or_in_a_form_that_was_shown_again(web: Web) -> None:
    """There is no other way in."""
    sent = {"name": "photo.jpg", "content": base64.b64encode(PHOTO).decode()}
    answer = web.client.post("/api/requests", json=body_of(Kind.QUESTION, files=[sent]))
    permission = web.client.post("/uploads", data={"name": "photo.jpg", "size": len(PHOTO)}).get_json()
    web.files.put(permission["fields"]["key"], PHOTO, "image/jpeg")
    uploaded = web.sent(Kind.QUESTION, uploaded=permission["token"], summary="Uploaded")
    page = page_of(web, uploaded)
    web.upload(f"{page}/reply", ("photo.jpg", PHOTO), text="Here it is.")
    again = web.send(Kind.QUESTION, ("photo.jpg", PHOTO), summary="")
    held = again.text.split('name="held" value="')[1].split('"')[0]
    web.sent(Kind.QUESTION, held=held, summary="Held")

    assert answer.status_code == 201
    kept = [content for key, (content, _) in web.files.kept.items() if key.startswith("files/")]
    assert 4 == len(kept)
    assert [] == secrets_in(b"".join(kept))
    assert [] == [key for key in web.files.kept if key.startswith("originals/")]


def test_where_support_yml_says_so_a_picture_is_kept_as_it_came_too(process: Process, spec: Spec) -> None:
    """Beside the other one, and where no page and no link leads."""
    web = application_of(replace(process, intake=replace(process.intake, keep_originals=True)), spec)
    case = web.sent(Kind.BUG, ("photo.jpg", PHOTO), ("plain.png", saved(drawing(), "PNG")))

    assert [PHOTO] == [content for key, (content, _) in web.files.kept.items() if key.startswith("originals/")]
    assert [] == secrets_in(all_of(web, case))

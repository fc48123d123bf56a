"""The real application with a desk made of fakes and a small real spec."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from intake_fn.adapters.mail_in import read
from intake_fn.core.request import Kind
from intake_fn.desk import Desk
from intake_fn.desk.sign_in import mail_links
from intake_fn.mail_templates import render
from intake_fn.ports import Purpose
from intake_fn.web import WebConfig, create_app
from spec_lookup import Spec
from tests.fakes import Clock, Ids, MemoryFiles, MemoryMailer, MemoryStore, MemoryTracker, PlainLinks, ports_of
from tests.web.samples import ANSWERS, PNG, SPEC

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from intake_fn.core.case import Case
    from intake_fn.core.process import Process


@pytest.fixture(scope="session")
def spec() -> Spec:
    """A small real index."""
    return Spec.of(list(SPEC.items()))


@dataclass
class Web:
    """The application, the outside world it talks to, and a browser without JavaScript."""

    client: FlaskClient
    desk: Desk
    clock: Clock
    store: MemoryStore
    tracker: MemoryTracker
    mailer: MemoryMailer
    files: MemoryFiles
    links: Links

    def send(
        self, kind: Kind = Kind.BUG, *files: tuple[str, bytes], follow: bool = False, **changed: Any
    ) -> TestResponse:
        """Send a form, complete unless `changed` (None takes an answer out); a bug with a picture unless given."""
        answers = {name: said for name, said in {**ANSWERS[kind], **changed}.items() if said is not None}
        given = files or ((("screen.png", PNG),) if kind is Kind.BUG and "no_screenshot" not in changed else ())
        return self.upload(f"/requests/{kind.value}", *given, follow=follow, **answers)

    def upload(self, path: str, *files: tuple[str, bytes], follow: bool = False, **answers: Any) -> TestResponse:
        """Send texts and files as a browser does; in memory, as the test client leaves large ones open on disk."""
        answers["files"] = [FileStorage(io.BytesIO(content), name) for name, content in files]
        boundary, body = encode_multipart(answers)
        return self.client.post(
            path, data=body, content_type=f"multipart/form-data; boundary={boundary}", follow_redirects=follow
        )

    def checked(self, kind: Kind = Kind.SETUP) -> TestResponse:
        """Fill in a form, and press Continue: the page with its answers."""
        return self.client.post(f"/requests/{kind.value}/check", data=ANSWERS[kind], follow_redirects=True)

    def sent(self, kind: Kind = Kind.BUG, *files: tuple[str, bytes], **changed: Any) -> Case:
        """Send a form that is taken in; its case."""
        answer = self.send(kind, *files, **changed)

        assert answer.status_code == 303, answer.text
        return self.desk.cases.load(self.links.status_case_id(answer.headers["Location"]))

    def sign_in(self, address: str = "liaison.paris@example.com") -> None:
        """Sign in by the mailed link, as a person does."""
        self.post("/desk/sign-in", on="/desk/sign-in", address=address)
        mail_links(self.desk)
        path = urlsplit(self.mailer.sent[-1].text.split("http", 1)[1].split()[0]).path
        answer = self.post(path, on=path)

        assert answer.status_code == 303

    def post(self, path: str, *, on: str, **answers: Any) -> TestResponse:
        """Press a button on the page `on`: with the session's token that stands there."""
        return self.client.post(path, data={"csrf_token": self.token_on(on), **answers})

    def token_on(self, page: str) -> str:
        """The session's token that stands on a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)

        assert token is not None
        return token[1]

    def act(self, case: Case, action: str, *, seen: int = 0, **answers: Any) -> TestResponse:
        """Do something with a request on its desk page; sure of it, whoever has the request, unless told otherwise."""
        page = f"/desk/requests/{case.id}"
        here = self.desk.cases.load(case.id)
        return self.post(f"{page}/{action}", on=page, **{"seen": seen or here.version, "sure": here.handler, **answers})


class Links(PlainLinks):
    """Tokens that anyone can read."""

    def status_case_id(self, location: str) -> str:
        """The case that the address of a status page opens."""
        return self.verify(Purpose.STATUS, urlsplit(location).path.rsplit("/", 1)[-1])


@pytest.fixture
def web(process: Process, spec: Spec) -> Web:
    """A fresh application."""
    return application_of(process, spec)


def application_of(process: Process, spec: Spec, stored: Any = None) -> Web:
    """The application and all around it, with nothing in it; on another store than one in memory where it is given."""
    clock = Clock()
    links = Links(clock)
    tracker, mailer, files = MemoryTracker(), MemoryMailer(), MemoryFiles()
    store: MemoryStore = stored or MemoryStore()
    desk = Desk(
        process=process,
        spec=lambda: spec,
        **ports_of(store),
        tracker=tracker,
        mailer=mailer,
        files=files,
        links=links,
        render_mail=render,
        read_mail=read,
        clock=clock,
        new_id=Ids(),
    )
    app = create_app(
        WebConfig(
            process=process,
            desk=lambda: desk,
            links=links,
            clock=clock,
            secret_key="only for tests",
            secure_cookies=False,
        )
    )
    return Web(app.test_client(), desk, clock, store, tracker, mailer, files, links)

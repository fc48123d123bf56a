"""Secrets are rotated while links and sessions stay good, and then the former one leaves; on the local AWS."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from intake_fn.adapters.provision import parameters
from intake_fn.adapters.provision.function import AS_OF
from intake_fn.commands.rotate import Rotation
from intake_fn.commands.stages import Stage
from intake_fn.core.erasure_digest import salt_of, sealed
from intake_fn.core.errors import Refused, Unknown
from intake_fn.ports import ErasureRecord, Purpose
from intake_fn.wiring import Application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.aws import LocalAws

pytestmark = pytest.mark.aws

PATH, FUNCTION = "/specdesk/rotated", "specdesk-rotated"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
TOKEN = "token-of-before-0123456789"


@pytest.fixture
def make(aws: LocalAws, clients: Callable[[str], Any]) -> Iterator[Callable[[], Application]]:
    """Makes the application as an instance of the function that starts now; its function is deployed."""
    environ = {
        **aws.environ(),
        "SPECDESK_TABLE": "none",
        "SPECDESK_BUCKET": "none",
        "SPECDESK_PARAMETERS": PATH,
        "SPECDESK_MANTIS_URL": "https://mantis.example.com",
        "SPECDESK_BASE_URL": "https://help.example.com",
    }
    ssm, functions = clients("ssm"), clients("lambda")
    parameters.keep_secret(ssm, PATH, parameters.SECRET_KEY)
    parameters.keep_secret(ssm, PATH, parameters.MANTIS_TOKEN, TOKEN)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("entry.py", "def handler(event, context): return 1")
    functions.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.12",
        Role="arn:aws:iam::123456789012:role/r",
        Handler="entry.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"SPECDESK_TABLE": "none"}},
    )
    yield lambda: Application.from_environ(environ)
    functions.delete_function(FunctionName=FUNCTION)
    for name in (parameters.SECRET_KEY, parameters.MANTIS_TOKEN):
        parameters.delete_secret(ssm, PATH, name)


def rotation(application: Application, name: str = parameters.SECRET_KEY) -> Rotation:
    """The rotation of a secret of the stage."""
    stage = Stage("rotated", {}, FUNCTION, "role", "eu-west-1", "packages")
    return Rotation(stage, application, name)


def opens(application: Application, token: str) -> bool:
    """Whether a link to a status page is good."""
    try:
        return application.links.verify(Purpose.STATUS, token) == "HD-0000-0001"
    except Unknown:
        return False


def test_links_stay_good_until_the_former_key_leaves(
    make: Callable[[], Application], clients: Callable[[str], Any]
) -> None:
    """Of either key, at each instance that starts later; forms and sessions, too. A second rotation waits."""
    before = make()
    old, front, cookie = before.links.sign(Purpose.STATUS, "HD-0000-0001"), before.front_token, session_of(before)
    told = rotation(make()).begin()
    between = make()
    new = between.links.sign(Purpose.STATUS, "HD-0000-0001")

    assert "The function was started anew." in told
    variables = clients("lambda").get_function_configuration(FunctionName=FUNCTION)["Environment"]["Variables"]
    assert {"SPECDESK_TABLE", AS_OF} == set(variables)
    assert [True, True] == [opens(between, token) for token in (old, new)]
    assert between.is_front(front)
    assert signed_in(between, cookie) == "paul"
    assert between.front_token != front
    with pytest.raises(Refused, match="under way"):
        rotation(make()).begin()
    with pytest.raises(Refused, match="--early"):
        rotation(make()).end(early=False)

    later = make()
    later.__dict__["clock"] = lambda: before.clock() + timedelta(days=401)
    rotation(later).end(early=False)
    after = make()
    assert [False, True] == [opens(after, token) for token in (old, new)]
    assert not after.is_front(front)
    assert signed_in(after, cookie) is None
    with pytest.raises(Refused, match="no former key"):
        rotation(make()).end(early=True)


def test_nothing_is_signed_by_a_key_before_every_instance_knows_it(
    make: Callable[[], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step all instances, of before and of after it, open each other's links."""
    instances = [make()]
    keep = parameters.replace_secret

    def kept(*args: Any) -> None:
        keep(*args)
        instances.append(make())
        _ = instances[-1].keys

    _ = instances[0].keys
    monkeypatch.setattr(parameters, "replace_secret", kept)
    rotation(make()).begin()

    assert len(instances) == 3
    for earlier, later in pairwise(instances):
        assert opens(later, earlier.links.sign(Purpose.STATUS, "HD-0000-0001"))
        assert opens(earlier, later.links.sign(Purpose.STATUS, "HD-0000-0001"))


def test_a_rotation_that_broke_off_goes_on(
    make: Callable[[], Application], monkeypatch: pytest.MonkeyPatch, clients: Callable[[str], Any]
) -> None:
    """With the key that was announced; ended at once, it would lose the new one and keep the former one that leaked."""
    with monkeypatch.context() as broken:
        broken.setattr(Rotation, "_restart", breaks)
        with pytest.raises(ConnectionError):
            rotation(make()).begin()
    old, new = parameters.kept(clients("ssm"), PATH, parameters.SECRET_KEY).values
    with pytest.raises(Refused, match=r"signs nothing yet.* without --end"):
        rotation(make()).end(early=True)
    rotation(make()).begin()

    assert (new, old) == parameters.kept(clients("ssm"), PATH, parameters.SECRET_KEY).values


def test_the_front_shows_the_new_key_before_the_former_one_leaves(
    make: Callable[[], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the command broke off at the front, which shows the former one's token until then."""
    with monkeypatch.context() as broken:
        broken.setattr(Rotation, "_front", lambda _, __: breaks(_))
        with pytest.raises(ConnectionError):
            rotation(make()).begin()
    shown: list[str] = []

    def front(_: Rotation, key: str) -> list[str]:
        shown.append(key)
        return []

    monkeypatch.setattr(Rotation, "_front", front)
    rotation(make()).end(early=True)

    assert [*make().keys] == shown


def test_an_address_that_was_erased_is_known_by_the_former_key(make: Callable[[], Application]) -> None:
    """A restored backup holds it again, and the record of its erasure is of before the rotation."""
    (before,) = (seal("ann@example.com") for seal in make().eraser.seals)
    record = ErasureRecord(before, NOW, "paul@example.com", {})
    rotation(make()).begin()

    assert make().eraser.is_of(record, "ann@example.com")
    assert not make().eraser.is_of(record, "bob@example.com")


def test_the_record_of_an_erasure_needs_no_key(make: Callable[[], Application]) -> None:
    """Whatever was rotated, and in any stage: its salt stands beside it. At the end it is said which do."""
    salt = salt_of("ab" * 16)
    record = ErasureRecord(sealed("ann@example.com", salt), NOW, "paul@example.com", {}, salt=salt)
    former = ErasureRecord(make().eraser.seals[0]("ann@example.com"), NOW, "paul@example.com", {})
    rotation(make()).begin()
    ending = rotation(make())
    ending.application.eraser.store.erasures = lambda: [record, former]  # type: ignore[method-assign]
    lines = ending.end(early=True)

    assert lines[-1].startswith("1 records of erasures are of a version in which the secret key made them.")
    assert make().eraser.is_of(record, "ann@example.com")
    assert not make().eraser.is_of(record, "bob@example.com")
    assert not make().eraser.is_of(former, "ann@example.com")


def breaks(_: Rotation) -> bool:
    """In the place of a start."""
    raise ConnectionError


def test_another_token_is_tried_before_it_is_used(
    make: Callable[[], Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one, the same and one that is refused change nothing."""
    monkeypatch.setattr(Rotation, "_tried", refuses)
    for given in ("", TOKEN, "refused"):
        with pytest.raises(Refused):
            rotation(make(), parameters.MANTIS_TOKEN).of_token(given)
        assert make().mantis(1).token == TOKEN
    rotation(make(), parameters.MANTIS_TOKEN).of_token(" another-token\n")

    assert "another-token" == make().mantis(1).token


def refuses(_: Rotation, new: str, __: str) -> list[str]:
    """What Mantis says of a token."""
    if new == "refused":
        raise Refused
    return []


def session_of(application: Application) -> str:
    """The cookie of somebody who signed in."""
    app = application.app
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"person": "paul"}))


def signed_in(application: Application, cookie: str) -> str | None:
    """The person whom a cookie names."""
    app = application.app
    with app.test_request_context(headers={"Cookie": f"specdesk={cookie}"}) as asked:
        session = app.session_interface.open_session(app, asked.request)
    return session.get("person") if session else None


def test_a_slow_restart_is_waited_for(make: Callable[[], Application], monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again after the five seconds of a page, Lambda would refuse a second change while the first one goes on."""
    waited: list[float] = []
    of_aws = Application.client

    def watched(self: Application, service: str, **more: Any) -> Any:
        if service == "lambda":
            waited.append(more.get("read_seconds", 5))
        return of_aws(self, service, **more)

    monkeypatch.setattr(Application, "client", watched)
    rotation(make()).begin()

    assert [60, 60] == waited

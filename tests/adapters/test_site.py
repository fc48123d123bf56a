"""The site's stack leads every address of the function there, and shows a version whole or not at all."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from intake_fn.adapters.provision import site
from intake_fn.adapters.provision.s3 import create_closed_bucket
from intake_fn.core.errors import Broken, Refused
from tests.web.conftest import application_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from intake_fn.core.process import Process

BUCKET, STACK = "stage-site", "specdesk-trial-site"
GIVEN = {
    "Bucket": BUCKET,
    "Api": "abc.execute-api.eu-west-1.amazonaws.com",
    "ApiPath": "/trial",
    "FrontToken": "t" * 64,
    "FilesAt": "https://stage-files.s3.eu-west-1.amazonaws.com",
}
PARAMETERS = [{"ParameterKey": "Version", "ParameterValue": "b" * 16}]
CONVERTED = re.compile(r"<[^>]*>")


def distribution() -> dict[str, Any]:
    """The distribution of the template."""
    found: dict[str, Any] = json.loads(site.template())["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    return found


def test_every_address_of_the_function_leads_to_it(process: Process) -> None:
    """A blueprint that is added under a new name has to be added to site.json; a pattern without a page leaves it."""
    web = application_of(process, None)  # type: ignore[arg-type]  # no page is asked for
    rules = {CONVERTED.sub("x", rule.rule) for rule in web.client.application.url_map.iter_rules()}
    patterns = site.patterns()

    assert [] == [rule for rule in rules if not any(fnmatchcase(rule, pattern) for pattern in patterns)]
    assert [] == [pattern for pattern in patterns if not any(fnmatchcase(rule, pattern) for rule in rules)]


def test_pages_of_the_function_are_never_kept_and_get_all_that_a_browser_sends() -> None:
    """Cookies, forms and queries pass; only files under /static/, whose addresses change with them, are kept."""
    config = distribution()
    to_function = [one for one in config["CacheBehaviors"] if one["TargetOriginId"] == "function"]
    disabled, all_but_host = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"

    assert ["/static/*"] == [one["PathPattern"] for one in to_function if one["CachePolicyId"] != disabled]
    for one in to_function:
        if one["PathPattern"] != "/static/*":
            assert "POST" in one["AllowedMethods"]
            assert all_but_host == one["OriginRequestPolicyId"]
    assert {"redirect-to-https"} == {
        one["ViewerProtocolPolicy"] for one in (*config["CacheBehaviors"], config["DefaultCacheBehavior"])
    }
    assert len(config["CacheBehaviors"]) <= 25, "CloudFront has a limit"


def test_each_name_in_the_template_is_declared() -> None:
    """Of references to parameters and resources, also within texts."""
    template = json.loads(site.template())
    names = {*template["Parameters"], *template["Resources"]}
    text = site.template()
    used = {*re.findall(r'"Ref": "(\w+)"', text), *re.findall(r"\$\{(\w+)[.}]", text)}
    used |= set(re.findall(r'"Fn::GetAtt": \[\s*"(\w+)"', text))

    assert set() == used - names
    assert set() == set(template["Parameters"]) - used
    assert set(site.PARAMETERS) == set(template["Parameters"])


@pytest.fixture
def built(tmp_path: Path) -> Callable[[str], Path]:
    """A built site with a text on its page."""

    def build(text: str) -> Path:
        folder = tmp_path / text
        (folder / "spec").mkdir(parents=True)
        (folder / "index.html").write_text(f"<p>{text}</p>", encoding="utf-8")
        (folder / "spec" / "index.html").write_text("<p>spec</p>", encoding="utf-8")
        (folder / "app.js").write_text("1", encoding="utf-8")
        (folder / site.STAMP).write_text(json.dumps({"content": "a" * 64}), encoding="utf-8")
        return folder

    return build


@pytest.fixture
def aws_of_site(clients: Callable[[str], Any]) -> tuple[Any, Any]:
    """S3 with the empty bucket, and CloudFormation without the stack."""
    s3, stacks = clients("s3"), clients("cloudformation")
    create_closed_bucket(s3, BUCKET)
    for row in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        s3.delete_object(Bucket=BUCKET, Key=row["Key"])
    if site.shown(stacks, STACK):
        site.delete(stacks, STACK)
    return s3, stacks


@pytest.mark.aws
def test_a_version_is_shown_by_one_pointer_and_taken_back_by_it(
    built: Callable[[str], Path], aws_of_site: tuple[Any, Any], clients: Callable[[str], Any]
) -> None:
    """The stack is made once, then only its parameter moves; files of both versions stay where they are."""
    s3, stacks = aws_of_site
    first = site.upload(s3, BUCKET, built("first"))
    shown = site.show(stacks, STACK, {**GIVEN, "Version": first.id}, {})
    second = site.upload(s3, BUCKET, built("second"))

    assert first.id == site.shown(stacks, STACK)["Version"], "an upload shows nothing"
    assert shown["Address"].startswith("https://")
    assert [second.id, first.id] == [version.id for version in site.versions(s3, BUCKET)]
    assert (2, 4, "a" * 64) == (second.pages, second.files, second.spec)

    site.show(stacks, STACK, {**GIVEN, "Version": second.id}, {})
    code = clients("cloudfront").get_function(Name=f"{STACK}-pages", Stage="LIVE")["FunctionCode"].read().decode()
    assert f'"/site/{second.id}"' in code
    site.show(stacks, STACK, {**GIVEN, "Version": second.id}, {})  # nothing to change is no error
    assert site.show(stacks, STACK, {**GIVEN, "Version": first.id}, {})["Version"] == first.id

    script = s3.get_object(Bucket=BUCKET, Key=f"site/{second.id}/app.js")
    assert ("text/javascript; charset=utf-8", site.CACHED) == (script["ContentType"], script["CacheControl"])
    site.delete(stacks, STACK)
    assert {} == site.shown(stacks, STACK)


@pytest.mark.aws
def test_an_upload_that_broke_off_is_no_version_and_goes_on(
    built: Callable[[str], Path], aws_of_site: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record is written last."""
    s3, _ = aws_of_site
    folder, put, keys = built("broken"), s3.put_object, list[str]()

    def breaks(**given: Any) -> Any:
        keys.append(given["Key"])
        if len(keys) == 3:
            raise ConnectionError
        return put(**given)

    monkeypatch.setattr(s3, "put_object", breaks)
    with pytest.raises(ConnectionError):
        site.upload(s3, BUCKET, folder)
    assert [] == site.versions(s3, BUCKET)
    sent = len(keys)
    version = site.upload(s3, BUCKET, folder)

    assert [version] == site.versions(s3, BUCKET)
    assert len(keys) - sent == 3, "two files were there already; two and the record follow"


@pytest.mark.aws
def test_old_versions_leave_but_never_the_one_that_is_shown(
    built: Callable[[str], Path], aws_of_site: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that was gone back to may be older than all that are kept."""
    s3, _ = aws_of_site
    monkeypatch.setattr(site, "KEPT", 2)
    uploaded = [site.upload(s3, BUCKET, built(f"v{number}")).id for number in range(4)]

    assert [uploaded[1]] == site.tidy(s3, BUCKET, shown=uploaded[0])
    assert {uploaded[0], *uploaded[2:]} == {version.id for version in site.versions(s3, BUCKET)}
    left = {row["Key"].split("/")[1].removesuffix(".json") for row in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert {uploaded[0], *uploaded[2:]} == left


@pytest.mark.aws
def test_a_stack_that_cannot_be_made_says_why(aws_of_site: tuple[Any, Any]) -> None:
    """And where the function is not deployed, that comes first."""
    _, stacks = aws_of_site
    with pytest.raises(Broken, match="CloudFormation"):
        site.show(stacks, STACK, {**GIVEN, "Version": "no version"}, {})


class NotVerified:
    """CloudFormation that cannot make a stack, and deletes what there is of it: then it is known by its id alone."""

    ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/specdesk-dev-site/1"
    WHY = "Your account must be verified before you can add new CloudFront resources."

    def create_stack(self, **_: Any) -> Any:
        """Begun."""
        return {"StackId": self.ID}

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - as botocore names it
        """Deleted again."""
        return {"Stacks": [{"StackStatus": "DELETE_COMPLETE"} for _ in self._known(StackName)]}

    def describe_stack_events(self, StackName: str) -> Any:  # noqa: N803 - as above
        """The latest first."""
        event = {"LogicalResourceId": "Distribution", "ResourceStatus": "CREATE_FAILED"}
        return {"StackEvents": [event | {"ResourceStatusReason": self.WHY} for _ in self._known(StackName)]}

    def _known(self, name: str) -> list[str]:
        if name != self.ID:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": f"{name} does not exist"}}, "Describe")
        return [name]


def test_a_stack_that_was_deleted_again_says_why() -> None:
    """So ends the first publication in an account that AWS has not verified."""
    with pytest.raises(Broken, match=f"Distribution: {NotVerified.WHY}"):
        site.show(NotVerified(), STACK, GIVEN, {})


class AtWork:
    """A stack that a command left at work when it was broken off."""

    def __init__(self) -> None:
        self.states = ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
        self.updated = False

    def describe_stacks(self, **_: Any) -> Any:
        """The stack as it stands."""
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"Stacks": [{"StackStatus": state, "Outputs": [], "Parameters": PARAMETERS}]}

    def update_stack(self, **_: Any) -> Any:
        """Refused while it is at work, as AWS does."""
        assert ["CREATE_COMPLETE"] == self.states
        self.updated = True
        return {"StackId": STACK}


def test_a_publication_that_was_broken_off_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudFront takes minutes for the first one, and CloudFormation refuses another change meanwhile."""
    monkeypatch.setattr(site, "PAUSE", 0)
    stacks = AtWork()
    site.show(stacks, STACK, GIVEN, {})

    assert stacks.updated


class WentBack:
    """A stack whose last update failed: it stands as before that, and AWS finds nothing to change."""

    def describe_stacks(self, **_: Any) -> Any:
        """The stack as it stands."""
        return {"Stacks": [{"StackStatus": "UPDATE_ROLLBACK_COMPLETE", "Outputs": [], "Parameters": PARAMETERS}]}

    def update_stack(self, **_: Any) -> None:
        """What AWS says."""
        raise ClientError({"Error": {"Code": "ValidationError", "Message": site.NOTHING_CHANGED}}, "UpdateStack")


def test_a_stack_that_went_back_after_a_failure_shows_what_it_is_asked_to_show() -> None:
    """To go back to that version, or to show the token of the key that it has, is no failure."""
    assert {"Version": "b" * 16} == site.show(WentBack(), STACK, {**GIVEN, "Version": "b" * 16}, {})


@pytest.mark.aws
def test_a_function_that_is_not_deployed_has_no_site(clients: Callable[[str], Any]) -> None:
    """The message says what comes first."""
    with pytest.raises(Refused, match="Deploy the function first"):
        site.api_host(clients("apigatewayv2"), "specdesk-nowhere", "eu-west-1")

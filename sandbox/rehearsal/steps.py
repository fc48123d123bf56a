"""The steps of a rehearsal, each with what has to come of it."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake_fn.desk.inbound_mail import ARRIVED
from intake_fn.settings import ROOT
from intake_fn.wiring import Application
from sandbox.demo import REQUESTS
from sandbox.mail.head import as_ses_stores
from sandbox.rehearsal import earlier, visitor
from sandbox.rehearsal.load import Sent, sending
from sandbox.rehearsal.stage import FUNCTION, PACKAGES, STAGE, RehearsalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.rehearsal.stage import RehearsedStage

MKDOCS = str(ROOT / "mkdocs.yml")
SCHEDULE_SECONDS = 150
ACCOUNTED_SECONDS = 180
"""A delivery that the update cut off is tried again once its lease is over."""
OLD_TABLE = f"{FUNCTION}-of-before"
OLD_REQUEST = "HD-0000-0027"
"""A request that waits for its requester, who answers `REPLY`."""
REPLY = "It is invoice 7."
REPLAYED = 4
"""Requests whose verdicts are given again, before the end of the stage and after it."""
CAMILLE = "camille@example.com"
MAIL = b"""From: Camille Laurent <camille@example.com>
To: ihelp@jaguarfreight.com
Subject: The tracking page shows another client's shipment
Message-ID: <rehearsal@example.com>
Date: Fri, 27 Nov 2026 10:00:00 +0000

I opened the tracking page of S-PAR-2024-003310 and saw a shipment of AVENIR.
I expect to see our own shipments only.
"""


@dataclass
class Rehearsal:
    """All steps on one stage, in the order of `steps`."""

    stage: RehearsedStage
    zips: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    """Requests that came by browser and mail."""
    sent: Sent = field(default_factory=Sent)
    ledger: dict[str, Any] = field(default_factory=dict)
    health: tuple[int, bytes] | None = None
    verdicts: dict[str, str] = field(default_factory=dict)
    status_link: str = ""

    @property
    def steps(self) -> dict[str, Callable[[], str]]:
        """The steps by their names in the table."""
        return {
            "provision": self.provision,
            "package": self.package,
            "zappa deploy": self.deploy,
            "the wiki": self.publish,
            "a browser, Mantis down": self.browse,
            "the schedule files it": self.schedule,
            "mail goes out": self.mail_out,
            "mail comes in": self.mail_in,
            "a canary": self.canary,
            "zappa update, under load": self.update,
            "roll back, under load": self.roll_back,
            "a table of before": self.migrate,
            "recompute and replay": self.recompute,
            "backup": self.back_up,
            "all is destroyed": self.destroy,
            "provision, deploy, restore": self.restore,
            "rotate the key": self.rotate,
            "undeploy and remove": self.undeploy,
            "nothing is left": self.nothing_left,
        }

    @property
    def folder(self) -> Path:
        """The folder of this rehearsal."""
        return self.stage.folder

    @property
    def all_ids(self) -> set[str]:
        """Every request that was acknowledged."""
        return {*self.by_hand, *self.sent.ids}

    # --- install ----------------------------------------------------------------------------------

    def provision(self) -> str:
        """Plan, make, and make again: the second time nothing is missing but what is for a person."""
        return f"{self._provisioned()} parts made, nothing left to make"

    def _provisioned(self) -> int:
        plan = self.stage.of_stage("provision", wrong=1)["steps"]
        self.stage.of_stage("provision", "--apply", wrong=1)
        left = [step for step in self.stage.of_stage("provision", wrong=1)["steps"] if step["by"] == "specdesk"]
        if not plan or left:
            raise RehearsalError(f"planned {len(plan)}; still to be made: {left}")
        return len(plan)

    def package(self) -> str:
        """Make the zip for this Python and put it into the bucket of packages."""
        made = self.stage.of_stage("package", "--upload", "--out", str(self.folder / "one.zip"))
        self.zips.append(made["at"])
        return f"{made['zipped'] / 1e6:.1f} MB zipped, {made['unzipped'] / 1e6:.1f} MB unzipped"

    def deploy(self) -> str:
        """Deploy the zip; S3 calls the function for mail from now on."""
        return f"/health answers 200; {self._deployed()} more part made: mail calls the function"

    def _deployed(self, health: tuple[int, bytes] | None = None) -> int:
        """Deploy the zip. `health` is what the function has to say then; that all is well if it is not given."""
        self.stage.zappa("deploy", STAGE, "-z", self.zips[0])
        self.stage.more["SPECDESK_FUNCTION"] = self.stage.arn
        self.stage.write_settings()
        made = self._provisioned()
        status, body = self.stage.ask("/health")
        if (status, body) != health and (health or status != 200):  # noqa: PLR2004 - OK
            raise RehearsalError(f"/health says {status}: {body[:300]!r}")
        return made

    def publish(self) -> str:
        """Publish the wiki, then another version, and go back; one that lost its pages is refused."""
        built = self._built()
        first = self.stage.of_stage("site publish", "--site", str(built))
        home = self._page("/")
        (built / "index.html").write_text(home.replace("</body>", "Another version.</body>"), encoding="utf-8")
        self.stage.of_stage("site publish", "--site", str(built))
        other = self._page("/")
        self.stage.of_stage("site roll-back")
        _, health = self.stage.ask("/health")
        if "Another version." not in other or self._page("/") != home or not json.loads(health)["spec"]["ok"]:
            raise RehearsalError(f"the wiki does not show what was published: {health[:300]!r}")
        for page in (built / "process").rglob("*.html"):
            page.unlink()
        try:
            self.stage.of_stage("site publish", "--site", str(built))
        except RehearsalError as error:
            if "The site was not published" not in str(error):
                raise
        else:
            raise RehearsalError("a wiki without its pages was published")
        return f"{first['pages']} pages; another version and back; one with lost pages refused; same stamp as the index"

    def _built(self) -> Path:
        """The wiki, built anew."""
        built = self.folder / "site"
        self.stage.run(str(Path(sys.executable).parent / "mkdocs"), "build", "-q", "-f", MKDOCS, "-d", str(built))
        return built

    def _page(self, path: str) -> str:
        status, page = self.stage.ask(path)
        if status != 200:  # noqa: PLR2004 - OK
            raise RehearsalError(f"{path} answers {status}: {page[:300]!r}")
        return page.decode()

    # --- requests ---------------------------------------------------------------------------------

    def browse(self) -> str:
        """Send a request with a browser while Mantis is down: it is received all the same."""
        self.stage.stop_mantis()
        number = visitor.submitted(self.stage.address, "Error page when a Paris shipment is opened")
        self.by_hand.append(number)
        if (ledger := self._ledger())["queued"] != 1:
            raise RehearsalError(f"Mantis is down, and the ledger says {ledger}")
        return f"{number} received; its filing waits"

    def schedule(self) -> str:
        """Wait for the rule of every minute: it files the request, since Mantis is back."""
        self.stage.start_mantis()
        waited = self._until(SCHEDULE_SECONDS, lambda: self.by_hand[0] in self.stage.filed(), "no issue")
        return f"filed by the schedule after {waited:.0f} s"

    def mail_out(self) -> str:
        """The requester is mailed, and the link of the mail opens the status page."""
        mails = [mail for mail in self.stage.aws.mails() if self.by_hand[0] in mail["subject"] + mail["text"]]
        own = [mail for mail in mails if mail["to"] == CAMILLE]
        found = re.search(rf"{re.escape(self.stage.address)}(/status/\S+)", own[0]["text"] if own else "")
        if found is None:
            raise RehearsalError(f"{len(mails)} mails, and none to {CAMILLE} with a link")
        self.status_link = found[1]
        self._opens_status()
        return f"{len(mails)} mails, the first: {mails[0]['subject']}; its link opens the status page"

    def _opens_status(self) -> None:
        status, page = self.stage.ask(self.status_link)
        if status != 200 or self.by_hand[0].encode() not in page:  # noqa: PLR2004 - OK
            raise RehearsalError(f"the status page of the first mail answers {status}: {page[:300]!r}")

    def mail_in(self) -> str:
        """A mail that SES puts into the bucket becomes a request, by S3's event, and an issue."""
        before = set(self.stage.filed())
        raw = as_ses_stores(MAIL, CAMILLE, "ihelp@jaguarfreight.com", datetime.now(UTC))
        self.stage.client("s3").put_object(Bucket=f"{FUNCTION}-files", Key=f"{ARRIVED}rehearsal", Body=raw)
        waited = self._until(30, lambda: bool(set(self.stage.filed()) - before), "no issue of the mail")
        (number,) = set(self.stage.filed()) - before
        self.by_hand.append(number)
        return f"{number} received and filed within {waited:.0f} s"

    def canary(self) -> str:
        """A made-up request goes through, and is counted nowhere."""
        before = self._ledger()
        found = self.stage.of_stage("canary", wrong=1)
        if not found["ok"] or self._ledger() != before:
            raise RehearsalError(f"{found}; ledger {before}, then {self._ledger()}")
        return ", ".join(f"{part['name']} {part['milliseconds']} ms" for part in found["parts"])

    # --- update and roll back ---------------------------------------------------------------------

    def update(self) -> str:
        """Update while requests keep coming; whether all of them are filed is seen after the roll-back."""
        other = self.folder / "two.zip"
        shutil.copyfile(self.folder / "one.zip", other)
        with zipfile.ZipFile(other, "a") as package:
            package.writestr("rehearsal.txt", "another version")
        self.stage.client("s3").put_object(Bucket=PACKAGES, Key="packages/two.zip", Body=other.read_bytes())
        self.zips.append(f"s3://{PACKAGES}/packages/two.zip")
        return self._replaced_by(self.zips[1])

    def roll_back(self) -> str:
        """Update to the former zip, while requests keep coming. Of both times, each is there once."""
        told = self._replaced_by(self.zips[0])
        self._account()
        return f"{told}; of all {len(self.all_ids)} requests 0 lost, 0 doubled"

    def _replaced_by(self, package: str) -> str:
        """Each request is acknowledged with one number, however often its sender had to send it."""
        before, refused = len(self.sent.numbers), self.sent.refused.total()
        with sending(self.stage.address, self.sent):
            self.stage.zappa("update", STAGE, "-z", package)
        wrong = {key: numbers for key, numbers in self.sent.numbers.items() if len(numbers) != 1}
        if wrong:
            raise RehearsalError(f"acknowledged never, or with two numbers: {wrong}; refused: {self.sent.refused}")
        new, again = len(self.sent.numbers) - before, self.sent.refused.total() - refused
        return f"{new} requests acknowledged, {again} times after an error and sent again"

    def _account(self) -> None:
        """Compare what was acknowledged with the ledger and with Mantis. Raises RehearsalError."""
        self._until(ACCOUNTED_SECONDS, self._all_filed, "not everything is filed")
        ledger, filed = self._ledger(), self.stage.filed()
        if ledger["received"] != len(self.all_ids) or not ledger["balanced"] or sorted(filed) != sorted(self.all_ids):
            raise RehearsalError(f"{len(self.all_ids)} requests, {len(filed)} issues, ledger {ledger}")

    def _all_filed(self) -> bool:
        """Whether each request has its issue; what waits is swept, as the schedule does every minute."""
        if set(self.stage.filed()) == self.all_ids:
            return True
        self.stage.specdesk("sweep")
        return set(self.stage.filed()) == self.all_ids

    def _ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stage.specdesk("ledger", "--json", wrong=1))
        return found

    # --- a table that an earlier version wrote ----------------------------------------------------

    def migrate(self) -> str:
        """The present version opens it: no state differs, and its requester answers at the deployed function."""
        dynamodb, more = self.stage.client("dynamodb"), {"SPECDESK_TABLE": OLD_TABLE}
        earlier.make(dynamodb, OLD_TABLE)
        self.stage.specdesk("provision", "--apply", "--json", more=more, wrong=1)
        items = earlier.fill(dynamodb, OLD_TABLE)
        first = json.loads(self.stage.specdesk("recompute", "--all", "--json", more=more, wrong=1))
        self._serve_from(OLD_TABLE)
        link = Application.from_environ(self.stage.variables(more)).links.status(OLD_REQUEST)
        page = link.removeprefix(self.stage.address)
        status, shown = self.stage.ask(page)
        seen = re.search(rb'name="seen" value="(\d+)"', shown)
        if status != 200 or seen is None:  # noqa: PLR2004 - OK
            raise RehearsalError(f"the status page of {OLD_REQUEST} answers {status}: {shown[:300]!r}")
        status, answer = self.stage.ask(f"{page}/reply", b"text=It+is+invoice+7.&seen=" + seen[1])
        _, shown = self.stage.ask(page)
        if REPLY.encode() not in shown:
            raise RehearsalError(f"the reply to {OLD_REQUEST} is not there: {status} {answer[:300]!r}")
        last = json.loads(self.stage.specdesk("recompute", "--all", "--json", more=more, wrong=1))
        self._serve_from(FUNCTION)
        dynamodb.delete_table(TableName=OLD_TABLE)
        if first["differences"] or last["differences"]:
            raise RehearsalError(f"states differ from their logs: {first['differences']} {last['differences']}")
        return f"{items} items, {first['requests']} requests, 0 differences; {OLD_REQUEST} takes an answer"

    def _serve_from(self, table: str) -> None:
        """Let the function use another table."""
        function = self.stage.client("lambda")
        variables = function.get_function_configuration(FunctionName=FUNCTION)["Environment"]["Variables"]
        function.update_function_configuration(
            FunctionName=FUNCTION, Environment={"Variables": {**variables, "SPECDESK_TABLE": table}}
        )

    # --- backup, the end, and the return ----------------------------------------------------------

    def recompute(self) -> str:
        """Every request is as its log says, and verdicts are given again, byte for byte."""
        found = json.loads(self.stage.specdesk("recompute", "--all", "--json"))
        self.verdicts = self._replayed()
        return f"{found['requests']} requests, 0 differences; {len(self.verdicts)} verdicts given again"

    def _replayed(self) -> dict[str, str]:
        chosen = [*self.by_hand, *sorted(self.sent.ids)][:REPLAYED]
        return {number: self.stage.specdesk("replay", number) for number in chosen}

    def back_up(self) -> str:
        """Copy all, and check the copy."""
        told = self.stage.specdesk("backup", str(self.folder / "backup"))
        self.stage.specdesk("backup", "--check", str(self.folder / "backup"))
        self.ledger, self.health = self._ledger(), self.stage.ask("/health")
        return told.strip()

    def destroy(self) -> str:
        """Function, table, files, secrets, zips: all of the stage is deleted. Its key of links is kept elsewhere."""
        ssm = self.stage.client("ssm")
        key = ssm.get_parameter(Name=f"/specdesk/{STAGE}/secret-key", WithDecryption=True)
        self.stage.secrets["SPECDESK_SECRET_KEY"] = key["Parameter"]["Value"]
        parts = self._taken_away()
        self.nothing_left()
        return f"the function and {parts} parts deleted; nothing is left but the backup, the zip and the key of links"

    def _taken_away(self) -> int:
        """Undeploy, and remove the stage with its data."""
        self.stage.zappa("undeploy", STAGE, "-y", "--remove-logs")
        plan = self.stage.of_stage("provision", "--remove", "--with-data", wrong=1)["steps"]
        self.stage.of_stage("provision", "--remove", "--with-data", "--confirm", FUNCTION)
        return len(plan)

    def restore(self) -> str:
        """Make the stage anew and fill it: the same ledger, the same verdicts, the same links, and it goes on."""
        self.stage.more.clear()
        self.stage.write_settings()
        self._provisioned()
        key = self.zips[0].removeprefix(f"s3://{PACKAGES}/")
        self.stage.client("s3").put_object(Bucket=PACKAGES, Key=key, Body=(self.folder / "one.zip").read_bytes())
        told = self.stage.specdesk("restore", str(self.folder / "backup")).splitlines()[0]
        for command in ("recompute --all --fix", "reindex", "reports recompute --fix"):
            self.stage.specdesk(*command.split())
        ledger, verdicts = self._ledger(), self._replayed()
        if ledger != self.ledger or verdicts != self.verdicts:
            raise RehearsalError(f"the ledger was {self.ledger} and is {ledger}; verdicts: {verdicts}")
        self._deployed(self.health)  # a mail that an update cut off is a dead letter, before and after
        self.stage.of_stage("site publish", "--site", str(self._built()))
        self._opens_status()
        self.sent.send(self.stage.address, "after the restoration", json.loads(REQUESTS.read_text().splitlines()[0]))
        self._account()
        return f"{told} The same ledger, {len(verdicts)} verdicts and status page; another request is filed"

    def rotate(self) -> str:
        """Another key signs: the link of before opens its page until the former key leaves."""
        self.stage.of_stage("rotate secret-key")
        self._opens_status()
        self.stage.of_stage("rotate secret-key", "--end", "--early")
        status, _ = self.stage.ask(self.status_link)
        if status == 200:  # noqa: PLR2004 - OK
            raise RehearsalError("a link of a key that has left opens its page")
        return f"the link of before opened its page; once its key had left, it answered {status}"

    # --- the end ----------------------------------------------------------------------------------

    def undeploy(self) -> str:
        """Take the stage away for good."""
        return f"{self._taken_away()} parts removed"

    def nothing_left(self) -> str:
        """Look through the account."""
        left = {
            "functions": self.stage.client("lambda").list_functions()["Functions"],
            "roles": self.stage.client("iam").list_roles()["Roles"],
            "tables": self.stage.client("dynamodb").list_tables()["TableNames"],
            "buckets": self.stage.client("s3").list_buckets()["Buckets"],
            "alarms": self.stage.client("cloudwatch").describe_alarms()["MetricAlarms"],
            "dashboards": self.stage.client("cloudwatch").list_dashboards()["DashboardEntries"],
            "log groups": self.stage.client("logs").describe_log_groups()["logGroups"],
            "topics": self.stage.client("sns").list_topics()["Topics"],
            "secrets": self.stage.client("ssm").describe_parameters()["Parameters"],
            "rules": self.stage.client("events").list_rules()["Rules"],
            "stacks": self._stacks(),
            "distributions": self.stage.client("cloudfront").list_distributions()["DistributionList"].get("Items", []),
            "receipt rules": self.stage.client("ses").describe_active_receipt_rule_set().get("Rules", []),
            "APIs": self.stage.client("apigatewayv2").get_apis()["Items"],
        }
        found = {name: items for name, items in left.items() if items}
        if found:
            raise RehearsalError(json.dumps(found, default=str)[:1500])
        return f"none of {', '.join(left)}"

    def _stacks(self) -> list[Any]:
        found = self.stage.client("cloudformation").describe_stacks()["Stacks"]
        return [stack for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]

    def _until(self, seconds: float, done: Callable[[], bool], otherwise: str) -> float:
        """Wait until something is so; after how many seconds it was. Raises RehearsalError."""
        begin = time.monotonic()
        while time.monotonic() < begin + seconds:
            if done():
                return time.monotonic() - begin
            time.sleep(0.5)
        raise RehearsalError(f"{otherwise} after {seconds:.0f} s")

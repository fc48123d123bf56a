"""The one place that chooses the real things. Each is made when it is first needed.

A form page needs the process and a key; boto3, the index and the Mantis client wait until a request
is sent or looked at. `desk` is for people who wait: it gives Mantis a few seconds and leaves the
rest to the sweep, which uses `background_desk`, as do deliveries after the answer.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from intake_fn import log
from intake_fn.adapters.clock import new_id, now, shifted
from intake_fn.adapters.deadline import seconds_for, seconds_left, within
from intake_fn.adapters.logs import set_up
from intake_fn.adapters.process_file import read_process
from intake_fn.adapters.signed_links import SignedLinks, front_token
from intake_fn.core.errors import SpecdeskError, TryLater
from intake_fn.core.once import once
from intake_fn.core.process import Process
from intake_fn.core.redaction import hide
from intake_fn.settings import (
    ALWAYS,
    BUILT_IN,
    ROOT,
    VERSIONS,
    Settings,
    secrets_of,
    templates_beside,
    versions_beside,
)
from intake_fn.texts import translations_of, use
from spec_lookup import BEDROCK, NO_KEY, RECORDED, InputBroken, NoResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

    from intake_fn.adapters.background import BackgroundDispatch
    from intake_fn.adapters.mantis import MantisTracker
    from intake_fn.adapters.own_function import OwnFunction
    from intake_fn.core.inbound.mail import InboundMail
    from intake_fn.desk import Desk, Judge
    from intake_fn.desk.erasure import Eraser
    from intake_fn.ports import Files
    from spec_lookup import Endpoint, LanguageModel, Price, Spec


def read_mail(raw: bytes) -> InboundMail:
    """A mail that came in, parsed (adapters/mail_in/message.py)."""
    from intake_fn.adapters import mail_in  # noqa: PLC0415 - no page needs it

    return mail_in.read(raw)


def _opened(index: Path) -> Spec:
    """The spec of an index."""
    from spec_lookup import Spec  # noqa: PLC0415 - not before somebody searches or judges

    return Spec.open(index)


AHEAD = ROOT / "build" / "ahead"
"""What `specdesk package` has made ahead of the pages; a checkout has none of it."""

INLINE_SECONDS = 6
BACKGROUND_SECONDS = 45
"""Mantis sends its mails inside the request: an answer may take long and still be a good one."""
DELIVERERS = 4
"""Cases that one sweep delivers at once: while one waits for Mantis or mail, others go on."""


@dataclass(frozen=True)
class Application:
    """The whole application for one set of settings."""

    settings: Settings
    environ: Mapping[str, str]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Application:
        """Raises Broken naming every setting that is missing."""
        set_up()
        settings = Settings.from_environ(environ)
        use(settings.language, translations_of(settings.language))
        return cls(settings, dict(environ))

    @once
    def process(self) -> Process:
        """support.yml, checked, with the templates of the wiki. Raises ProcessError."""
        return read_process(self.settings.process, templates_beside(self.settings.index))

    @once
    def app(self) -> Flask:
        """Every page and the API."""
        from intake_fn.web import WebConfig, create_app  # noqa: PLC0415 - the sweep needs no Flask

        return create_app(
            WebConfig(
                process=self.process,
                desk=lambda: self.desk,
                links=self.links,
                clock=self.clock,
                secret_key=self.keys[0],
                former_keys=self.keys[1:],
                secure_cookies=self.settings.base_url.startswith("https:"),
                site_url=self.settings.site_url,
                files_at=self.settings.files_at,
                site_stamp=self._site_stamp,
                canary_project=self.settings.canary_project,
                sandbox=self.settings.sandbox,
                in_time=lambda: within(self.settings.request_seconds),
                ahead=AHEAD if AHEAD.is_dir() else None,
            )
        )

    @once
    def links(self) -> SignedLinks:
        """Signed links of this stage."""
        return SignedLinks(
            base_url=self.settings.base_url,
            site_url=self.settings.site_url,
            secret=self.keys[0],
            former=self.keys[1:],
            limits=self.process.intake,
            clock=self.clock,
        )

    @once
    def keys(self) -> tuple[str, ...]:
        """The keys of links and sessions: the first one signs, each is accepted. Two while they are rotated."""
        given = self.settings.secret_key
        return (given,) if given else self._secrets("secret-key")

    @property
    def front_token(self) -> str:
        """What the distribution before the function has to show."""
        return front_token(self.keys[0])

    def is_front(self, token: str) -> bool:
        """Whether a request came through the distribution before the function."""
        return any(hmac.compare_digest(token.encode(), front_token(key).encode()) for key in self.keys)

    @property
    def _site_stamp(self) -> Callable[[], str] | None:
        """The function that reads the stamp of the published wiki; None without SPECDESK_SITE_URL."""
        if not self.environ.get("SPECDESK_SITE_URL", "").strip():
            return None
        from intake_fn.adapters.site_stamp import SiteStamp  # noqa: PLC0415 - not where there is no site

        return SiteStamp(self.settings.site_url, self.clock)

    @once
    def clock(self) -> Callable[[], datetime]:
        """The time; in the sandbox it can be turned (sandbox/clock.py)."""
        return shifted(self.settings.clock) if self.settings.clock else now

    @once
    def desk(self) -> Desk:
        """The desk for people who wait."""
        from intake_fn import mail_templates  # noqa: PLC0415 - not for a form page
        from intake_fn.adapters.dynamodb import DynamoStore, Table  # noqa: PLC0415
        from intake_fn.adapters.ses import SesMailer  # noqa: PLC0415
        from intake_fn.desk import Desk, built_in  # noqa: PLC0415

        table = Table(lambda: self.client("dynamodb"), self.settings.table)
        store = DynamoStore(table, levels=self.process.levels, zone=self.process.reports_zone)
        return Desk(
            process=self.process,
            spec=lambda: self.spec,
            spec_versions=self.spec_versions,
            cases=store,
            figures=store,
            outbox=store,
            counters=store,
            mail_state=store,
            sync_state=store,
            sessions=store,
            meetings=store,
            clause_answers=store,
            search_index=store,
            retention_lists=store,
            views=store,
            presence=store,
            inbound=store,
            tracker=self._tracker(INLINE_SECONDS),
            mailer=SesMailer(
                lambda: self.client("sesv2", attempts=1), self.process.mail, self.settings.configuration_set
            ),
            files=self._files,
            links=self.links,
            render_mail=mail_templates.render,
            read_mail=read_mail,
            clock=self.clock,
            new_id=new_id,
            dispatch=self.dispatch,
            judges_at_once=self._judges_at_once,
            first_delay=timedelta(seconds=self.settings.first_delay_seconds),
            judge=built_in if self.process.judge.shadow else self._judge,
            shadow=self._judge if self.process.judge.shadow and self._judge is not built_in else None,
            may_act=self.may_act,
        )

    @once
    def background_desk(self) -> Desk:
        """The desk of the sweep and the command line."""
        return replace(
            self.desk,
            dispatch=None,
            tracker=self._tracker(BACKGROUND_SECONDS),
            inline=timedelta(seconds=BACKGROUND_SECONDS),
            seconds_left=seconds_left,
            deliverers=DELIVERERS,
        )

    @once
    def dispatch(self) -> BackgroundDispatch | OwnFunction:
        """Who delivers after the answer: on Lambda, which stops with the answer, another run of the function."""
        if function := self.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
            from intake_fn.adapters.own_function import OwnFunction  # noqa: PLC0415 - not for a form page

            return OwnFunction(self.environ, function)
        from intake_fn.adapters.background import BackgroundDispatch  # noqa: PLC0415 - not for a form page

        return BackgroundDispatch(self._deliver)

    def _deliver(self, case_id: str) -> None:
        """Deliver what is due of a case; the desk for that is made with the first one."""
        self.background_desk.deliver(case_id)

    def stop(self) -> None:
        """Let the deliveries that have begun come to their end, and begin no more. May be called twice."""
        if (begun := self.__dict__.get("dispatch")) is not None:
            begun.stop()

    def _judges_at_once(self) -> bool:
        """Whether the spec is open. On Lambda, opening it and loading the model takes longer than a whole cold submit.

        Suggestions have opened it as a rule before somebody sends a form.
        """
        return "AWS_LAMBDA_FUNCTION_NAME" not in self.environ or "spec" in self.__dict__

    @once
    def eraser(self) -> Eraser:
        """Erasure of personal data. The secret keys know records of before these had a salt of their own."""
        from intake_fn.desk.erasure import Eraser  # noqa: PLC0415 - not for a form page

        def seal(secret: str, address: str) -> str:
            return hmac.new(secret.encode(), f"erasure {address}".encode(), "sha256").hexdigest()

        desk: Any = self.background_desk
        seals = [partial(seal, key) for key in self.keys]
        return Eraser(desk=desk, store=desk.cases, issues=desk.tracker, seals=seals)

    @once
    def spec(self) -> Spec:
        """The index that was built with this version."""
        return _opened(self.settings.index)

    @once
    def spec_versions(self) -> Mapping[str, Callable[[], Spec]]:
        """The specs of released versions that were built beside the index, each opened once when it is needed."""
        folder = versions_beside(self.settings.index)
        try:
            names = json.loads((folder / VERSIONS).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {name: cache(partial(_opened, folder / name)) for name in names}

    @once
    def _files(self) -> Files:
        from intake_fn.adapters.s3 import S3Files  # noqa: PLC0415 - not for a form page

        return S3Files(lambda: self.client("s3"), self.settings.bucket)

    @once
    def _judge(self) -> Judge:
        """The built-in judge, or the one that has a language model read the clauses."""
        from intake_fn.desk import built_in, form_first  # noqa: PLC0415

        if self.settings.judge == BUILT_IN:
            return built_in
        if self.settings.judge == RECORDED:
            return self._recorded_judge()
        from intake_fn.adapters.dynamodb.budget import DynamoBudget, log_account  # noqa: PLC0415
        from intake_fn.desk.verdict_replay import Cassettes  # noqa: PLC0415
        from spec_lookup import MILLION, LlmJudge, recording  # noqa: PLC0415

        settings = self.settings
        judge = LlmJudge(
            settings.llm_model,
            recording(Cassettes(self._files).keep, self.language_model()),
            price=self.llm_price,
            budget=DynamoBudget(lambda: self.client("dynamodb"), settings.table, now),
            limit=int(settings.llm_daily_limit * MILLION),
            patience=settings.llm_seconds,
            log=log_account,
            provider=settings.judge,
            twice=lambda category: (
                settings.llm_twice == ALWAYS or (category in self.process.judge.acts and self.may_act(judge.name))
            ),
            restates=settings.llm_restates,
        )
        return form_first(judge)

    def _recorded_judge(self) -> Judge:
        """A sandbox's judge: recorded readings take the whole way of a language model's, where there are some."""
        from intake_fn.desk import form_first, where_recorded  # noqa: PLC0415
        from intake_fn.desk.verdict_replay import Cassettes  # noqa: PLC0415
        from spec_lookup import LlmJudge, from_readings, recording  # noqa: PLC0415

        path = self.settings.readings
        lines = path.read_text(encoding="utf-8").splitlines() if path else []
        model = recording(Cassettes(self._files).keep, from_readings(lines, str(path)))
        return form_first(where_recorded(LlmJudge(self.settings.llm_model, model, provider=RECORDED)))

    @property
    def llm_price(self) -> Price:
        """What the language model costs."""
        from spec_lookup import Price  # noqa: PLC0415 - not for a form page

        return Price(self.settings.llm_price_in, self.settings.llm_price_out)

    def language_model(self, seconds: float = 0.0) -> LanguageModel:
        """The language model of the settings; it may take so long where it is not for a page. Nothing is recorded."""
        from spec_lookup import bedrock_model, openai_model  # noqa: PLC0415 - not for a form page

        wait = seconds or self.settings.llm_seconds
        if self.settings.judge == BEDROCK:
            return bedrock_model(lambda: self.client("bedrock-runtime", read_seconds=wait, attempts=1))

        def in_time() -> float:
            try:
                return seconds_for("The language model", wait)
            except TryLater as error:
                raise NoResponse(str(error)) from error

        return openai_model(self._endpoint, in_time)

    def _endpoint(self) -> Endpoint:
        """The endpoint of the settings, with its key. Raises NoResponse where the key can't be had."""
        from spec_lookup import Endpoint  # noqa: PLC0415 - not for a form page

        settings, key = self.settings, self.settings.llm_key
        if not key and settings.parameters and settings.llm_key_header != NO_KEY:
            try:
                key = self._secret("llm-key", "")
            except SpecdeskError as error:
                raise NoResponse(f"The key of the language model cannot be had: {error}") from error
        hide(key)
        return Endpoint(settings.llm_url, key, settings.llm_key_header, settings.llm_way)

    def may_act(self, judge: str) -> bool:
        """Whether a language model has passed `specdesk qualify-judge` with the prompts of this version.

        Recorded readings act where they are, which is in a sandbox only.
        """
        if self.settings.judge == RECORDED:
            return True
        from spec_lookup import may_act, prompts_version, read_record  # noqa: PLC0415 - not for a form page

        prompts = prompts_version(restates=self.settings.llm_restates)
        try:
            return may_act(read_record(self.settings.qualification), judge, prompts)
        except InputBroken as error:
            log.warning("qualification_not_read", error=str(error))
            return False

    def mantis(self, seconds: float, token: str = "") -> MantisTracker:
        """A client of Mantis that waits so long for an answer; as the service account unless a token is given."""
        from intake_fn.adapters.mantis import MantisTracker  # noqa: PLC0415

        token = token or self._secret("mantis-token", self.settings.mantis_token)
        return MantisTracker(self.settings.mantis_url, token, self.process.mantis, timeout_seconds=seconds)

    def _tracker(self, seconds: float) -> MantisTracker:
        """The client of the desk. Without a token filing waits, and requests are received all the same."""
        from intake_fn.adapters.mantis import MantisTracker  # noqa: PLC0415

        def token() -> str:
            return self._secret("mantis-token", self.settings.mantis_token)

        return MantisTracker(self.settings.mantis_url, token, self.process.mantis, timeout_seconds=seconds)

    def client(self, service: str, **more: Any) -> Any:
        """A client of an AWS service."""
        from intake_fn.adapters.aws import client  # noqa: PLC0415

        return client(service, self.environ, **more)

    def _secret(self, name: str, given: str) -> str:
        """A secret from the environment (sandbox), else from Parameter Store."""
        return given or self._secrets(name)[0]

    def _secrets(self, name: str) -> tuple[str, ...]:
        """The values of a parameter with a space between: more than one while it is rotated."""
        path = f"{self.settings.parameters}/{name}"
        from intake_fn.adapters.aws import translated  # noqa: PLC0415
        from intake_fn.adapters.parameter_store import secret_parameter  # noqa: PLC0415

        if (value := secret_parameter(self.environ, path)) is not None:
            return secrets_of(value, path)
        with translated("The Parameter Store"):
            answer = self.client("ssm").get_parameter(Name=path, WithDecryption=True)
        return secrets_of(str(answer["Parameter"]["Value"]), path)

"""Every environment variable that the function reads, named once; all missing ones are told at once.

Secrets come from SSM Parameter Store: where `SPECDESK_PARAMETERS` names a path, `<path>/secret-key`,
`<path>/mantis-token` and, for an OpenAI-compatible endpoint, `<path>/llm-key` are read there (wiring.py).
The sandbox gives them in the environment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from intake_fn.core.errors import Broken
from intake_fn.core.lazy_dataclass import dataclass
from intake_fn.core.redaction import hide
from intake_fn.texts import ENGLISH
from spec_lookup import AUTHORIZATION, OPENAI, PROVIDERS, RECORDED, WAYS

ROOT = Path(__file__).resolve().parent.parent

SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Variables of others whose values no output may hold; ours say so where they are read."""

BUILT_IN = "builtin"
JUDGES = (BUILT_IN, *PROVIDERS, RECORDED)
"""What SPECDESK_JUDGE may say; the first if it says nothing, and the last in a sandbox only."""

WHERE_IT_ACTS, ALWAYS = "acts", "always"
"""What SPECDESK_LLM_TWICE may say."""


VERSIONS = "versions.json"
"""The names of the versions whose spec is kept, the earliest first, in the folder of their indexes."""


def versions_beside(index: Path) -> Path:
    """The folder of the indexes of released versions, beside that of today's spec."""
    return index.with_name(f"{index.name}-versions")


def templates_beside(index: Path) -> Path:
    """The templates that are pages of the wiki, as `specdesk build-index` writes them, beside the index."""
    return index.with_name("templates.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where everything is. Paths are absolute; addresses have no slash at the end."""

    table: str
    bucket: str
    mantis_url: str
    base_url: str
    site_url: str
    index: Path
    process: Path
    parameters: str
    secret_key: str
    mantis_token: str
    aws_endpoint: str
    region: str
    configuration_set: str
    function: str
    """The ARN of the function that S3 calls for mail that comes; "" where mail waits for the sweep."""
    canary_project: str
    """The project of Mantis that canaries are filed in; "" where none is."""
    sandbox: bool
    clock: Path | None
    first_delay_seconds: float
    request_seconds: float
    language: str
    """In which requesters read pages and mails: one that has a file in `locale/`, or English."""
    judge: str
    readings: Path | None
    """Recorded readings, by which a sandbox shows what a language model does."""
    qualification: Path
    """The record of `specdesk qualify-judge`; without one a language model only proposes."""
    llm_model: str
    llm_url: str
    """The address of an OpenAI-compatible endpoint, up to and with /v1."""
    llm_key: str
    llm_key_header: str
    llm_way: str
    """How the endpoint is made to fill in the form; "" where that is found out."""
    llm_restates: bool
    """Whether the model first restates each claim as searches."""
    llm_twice: str
    """Which claims are read twice: those whose category acts, or all that a reading decides."""
    llm_daily_limit: float
    llm_price_in: float
    llm_price_out: float
    llm_seconds: float

    @property
    def pages_at(self) -> tuple[str, ...]:
        """The origins of our pages: the forms stand in the wiki, too."""
        return tuple(dict.fromkeys(filter(None, (_origin(self.base_url), _origin(self.site_url)))))

    @property
    def files_at(self) -> tuple[str, ...]:
        """The origins at which browsers may put files into the bucket, as adapters/aws.py has it addressed."""
        if self.aws_endpoint:
            return (_origin(self.aws_endpoint),)
        places = ("s3", f"s3.{self.region}") if self.region else ("s3",)
        return tuple(f"https://{self.bucket}.{place}.amazonaws.com" for place in places)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings. Raises Broken naming every variable that is missing or wrong."""
        hide(*(environ.get(name, "") for name in SECRETS))
        given = _Environ(_with_new_names(environ))
        judge = given.one_of("SPECDESK_JUDGE", JUDGES)
        asks = judge in PROVIDERS
        settings = cls(
            table=given.must("SPECDESK_TABLE"),
            bucket=given.must("SPECDESK_BUCKET"),
            mantis_url=given.start_page("SPECDESK_MANTIS_URL"),
            base_url=given.address("SPECDESK_BASE_URL"),
            site_url=given.address("SPECDESK_SITE_URL", "SPECDESK_BASE_URL"),
            index=Path(environ.get("SPECDESK_INDEX") or ROOT / "build" / "index"),
            process=Path(environ.get("SPECDESK_PROCESS") or ROOT / "support.yml"),
            parameters=environ.get("SPECDESK_PARAMETERS", "").strip().rstrip("/"),
            secret_key=given.secret_unless("SPECDESK_SECRET_KEY", "SPECDESK_PARAMETERS"),
            mantis_token=given.secret_unless("SPECDESK_MANTIS_TOKEN", "SPECDESK_PARAMETERS"),
            aws_endpoint=environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL", ""),
            region=environ.get("AWS_DEFAULT_REGION") or environ.get("AWS_REGION", ""),
            configuration_set=environ.get("SPECDESK_CONFIGURATION_SET", "").strip(),
            function=environ.get("SPECDESK_FUNCTION", "").strip(),
            canary_project=environ.get("SPECDESK_CANARY_PROJECT", "").strip(),
            sandbox=environ.get("SPECDESK_SANDBOX") == "1",
            clock=Path(environ["SPECDESK_CLOCK"]) if environ.get("SPECDESK_CLOCK") else None,
            first_delay_seconds=given.number("SPECDESK_FIRST_DELAY_SECONDS", "seconds", 30),
            request_seconds=given.number("SPECDESK_REQUEST_SECONDS", "seconds", 20),
            language=environ.get("SPECDESK_LANGUAGE", "").strip() or ENGLISH,
            judge=judge,
            readings=Path(given.must("SPECDESK_READINGS")) if judge == RECORDED else None,
            qualification=Path(environ.get("SPECDESK_QUALIFICATION") or ROOT / "build" / "qualification.json"),
            llm_model=given.must("SPECDESK_LLM_MODEL") if judge != BUILT_IN else "",
            llm_url=given.llm_address("SPECDESK_LLM_URL") if judge == OPENAI else "",
            llm_key=given.secret("SPECDESK_LLM_KEY") if judge == OPENAI else "",
            llm_key_header=environ.get("SPECDESK_LLM_KEY_HEADER", "").strip() or AUTHORIZATION,
            llm_way=given.one_of("SPECDESK_LLM_FORM", ("", *WAYS)),
            llm_restates=given.one_of("SPECDESK_LLM_RESTATES", ("0", "1")) == "1",
            llm_twice=given.one_of("SPECDESK_LLM_TWICE", (WHERE_IT_ACTS, ALWAYS)),
            llm_daily_limit=given.number("SPECDESK_LLM_DAILY_LIMIT", "dollars", needed=asks),
            llm_price_in=given.number("SPECDESK_LLM_PRICE_IN", "dollars", needed=asks),
            llm_price_out=given.number("SPECDESK_LLM_PRICE_OUT", "dollars", needed=asks),
            llm_seconds=given.number("SPECDESK_LLM_SECONDS", "seconds", 10),
        )
        if settings.clock and not settings.sandbox:
            given.problems.append("SPECDESK_CLOCK turns the clock, and only a sandbox may (SPECDESK_SANDBOX=1)")
        if judge == RECORDED and (not settings.sandbox or environ.get("AWS_LAMBDA_FUNCTION_NAME")):
            given.problems.append("SPECDESK_JUDGE is 'recorded', and only a sandbox may show recorded readings")
        if given.problems:
            raise Broken("Settings: " + "; ".join(given.problems) + ". See docs/operate/running.md.")
        return settings


FORMERLY = {
    f"SPECDESK_LLM_{name}": f"SPECDESK_BEDROCK_{name}"
    for name in ("MODEL", "DAILY_LIMIT", "PRICE_IN", "PRICE_OUT", "SECONDS")
}
"""Names from before there were other language models than Bedrock's; they go on working."""


def _with_new_names(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, with each value that has only its former name under the new one."""
    former = {name: environ[old] for name, old in FORMERLY.items() if environ.get(old) and not environ.get(name)}
    return {**environ, **former}


QUOTES = ("'", '"', "`")
SCHEMES = ("bearer", "token", "basic", "authorization:")
"""What stands before a token in the header of a call, and is copied with it."""


def secret(given: str, name: str) -> str:
    """A secret as it is meant: files and consoles put a line end behind it. Raises Broken without telling it."""
    hide(given)
    value = given.strip()
    if not all("!" <= sign <= "~" for sign in value):
        raise Broken(f"{name} holds a space, a line end or another character that no secret of ours has")
    if value[:1] in QUOTES and value[-1] == value[0]:
        raise Broken(f"{name} stands in quotation marks: store it without them")
    return value


def secrets_of(given: str, name: str) -> tuple[str, ...]:
    """The secrets of a value that holds one, or several with a space between. Raises Broken without telling any."""
    if given.strip().partition(" ")[0].casefold() in SCHEMES:
        hide(given.strip().partition(" ")[2])
        raise Broken(f"{name} begins with the name of a scheme, such as Bearer: store the token alone")
    return tuple(secret(each, name) for each in given.split(" ") if each.strip()) or (secret(given, name),)


def _origin(url: str) -> str:
    """Scheme, host and port of an address; "" where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def wrong_with_address(url: str) -> str:
    """Why an address does not do for links that are made of it; "" when it does."""
    if not _origin(url).startswith(("http://", "https://")):
        return "links are made of it, so write it with https:// and the host"
    return "write it without what follows the ? or the #" if {"?", "#"} & set(url) else ""


def wrong_with_start_page(url: str) -> str:
    """What is wrong with the address of Mantis's start page, "" for nothing; REST and other pages are wrong."""
    part = next((part for part in ("/api/rest", "/api/soap") if part in url), "")
    part = part or (f"/{url.rpartition('/')[2]}" if url.endswith(".php") else "")
    if part:
        return f"links to issues are made of it, so write it without {part}, as {url.partition(part)[0]}"
    return wrong_with_address(url)


def wrong_with_endpoint(url: str) -> str:
    """What is wrong with the address of a language model's endpoint, "" for nothing; it may have a query."""
    address, _, _ = url.partition("?")
    if address.rstrip("/").endswith("/chat/completions"):
        return "write it without /chat/completions, which is added"
    if not _origin(url).startswith(("http://", "https://")):
        return "write it with https:// and the host, as https://api.example.com/v1"
    return "a key does not stand in an address, but in SPECDESK_LLM_KEY" if "@" in _origin(url) else ""


class _Environ:
    """The environment as it is read; `problems` collects what is missing or wrong."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def must(self, name: str) -> str:
        value = self._environ.get(name, "").strip()
        if not value:
            self.problems.append(f"{name} is not set")
        return value

    def address(self, name: str, other: str = "") -> str:
        """An address of a web server, without a slash at its end; `other` stands in for it."""
        if other and not self._environ.get(name):
            return self._environ.get(other, "").strip().rstrip("/")
        return self._checked(name, wrong_with_address)

    def start_page(self, name: str) -> str:
        """The address below which all pages of Mantis are."""
        return self._checked(name, wrong_with_start_page)

    def llm_address(self, name: str) -> str:
        """The address of an endpoint; a query may stand behind it, and what is added to it anyway may not."""
        return self._checked(name, wrong_with_endpoint)

    def _checked(self, name: str, wrong_with: Callable[[str], str]) -> str:
        value = self.must(name)
        if value and (problem := wrong_with(value)):
            self.problems.append(f"{name} is {value!r}: {problem}")
        return value.rstrip("/")

    def secret_unless(self, name: str, other: str) -> str:
        """A secret, which is hidden from all output from now on."""
        if not self._environ.get(name, "").strip() and not self._environ.get(other, "").strip():
            self.problems.append(f"neither {name} nor {other} is set")
        return self.secret(name)

    def secret(self, name: str) -> str:
        """A secret that may be missing, which is hidden from all output from now on."""
        given = self._environ.get(name, "")
        hide(given)
        try:
            return secret(given, name)
        except Broken as error:
            self.problems.append(str(error))
            return ""

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """The first of them if nothing is said."""
        value = self._environ.get(name) or known[0]
        if value not in known:
            self.problems.append(f"{name} is {value!r} and not one of {', '.join(known)}")
        return value

    def number(self, name: str, unit: str, default: float = 0.0, *, needed: bool = False) -> float:
        """A number that is not negative."""
        text = self.must(name) if needed else self._environ.get(name, "").strip()
        if not text:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            self.problems.append(f"{name} is not a number of {unit}: {text!r}")
            return default
        return value

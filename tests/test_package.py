"""The function's package: all that the function needs, and nothing else. It is made, taken apart, and run alone.

`SPECDESK_PACKAGE` and `SPECDESK_PACKAGE_PYTHON` name a zip that `make package` has made, and a Python of its runtime;
without them a package is made here of the dependencies as they are installed, for the Python that runs the tests.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import zipfile
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from benchmarks.entry_import import SETTINGS
from intake_fn.adapters.aws import client
from intake_fn.adapters.process_file import keep_loaded, read_process
from intake_fn.adapters.provision.package import (
    ON_LAMBDA,
    PLATFORMS,
    SERVICES,
    SYMBOLS,
    Part,
    Target,
    assemble,
    compile_with,
    dependencies,
    foreign_in,
    make_ahead_with,
    pack,
    private_in,
    runtime_python,
    trim,
    upload,
    without_symbols,
)
from intake_fn.adapters.provision.s3 import create_bucket
from intake_fn.commands.package import LARGEST, LARGEST_ZIP, MEGABYTE, refuse_old_system, refuse_too_large, target_of
from intake_fn.commands.stages import stage_settings
from intake_fn.core.errors import Refused
from intake_fn.core.request import Kind
from intake_fn.mail_templates import environment
from sandbox.aws import provision
from sandbox.mantis.app import make_app
from sandbox.mantis.state import State
from spec_lookup import Spec, model_folder
from tests.lambda_events import UNKNOWN, function_url, http_api, multipart, s3, scheduled, sns
from tests.test_size import locked
from tests.web.samples import ANSWERS, PNG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intake_fn.core.process import Process
    from sandbox.aws import LocalAws

ROOT = Path(__file__).parent.parent
GIVEN = os.environ.get("SPECDESK_PACKAGE", "")
PYTHON = os.environ.get("SPECDESK_PACKAGE_PYTHON", "") or sys.executable

SERVE = """
import json, os, sys
sys.path.insert(0, os.getcwd())
from intake_fn import entry
for line in sys.stdin:
    try:
        answer = {"answer": entry.lambda_handler(json.loads(line), None)}
    except Exception as error:
        answer = {"raised": type(error).__name__, "message": str(error)}
    print("ANSWER" + json.dumps(answer), flush=True)
"""
IMPORT_ALL = """
import importlib, json, os, pkgutil, sys
sys.path.insert(0, os.getcwd())
import intake_fn, spec_lookup
for package in (intake_fn, spec_lookup):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
application = sys.modules["intake_fn.entry"].application
desks = application.desk, application.background_desk
clients = [application.client(service) for service in os.environ["SERVICES"].split()]
import PIL.Image
PIL.Image.init()
from intake_fn.mail_templates import environment
mails = environment().list_templates()
found = [name for name in ("zappa", "mkdocs", "pytest", "sandbox", "tests") if importlib.util.find_spec(name)]
outside = [m.__file__ for m in sys.modules.values() if "site-packages" in (getattr(m, "__file__", None) or "")]
print("ANSWER" + json.dumps([mails, found, outside, "yaml" in sys.modules]))
"""

FIRST_PAGE = """
import json, os, sys
sys.path.insert(0, os.getcwd())
from intake_fn import entry
answer = entry.lambda_handler(json.loads(os.environ["EVENT"]), None)
from intake_fn.core import lazy_dataclass
known = {kind for module in [*sys.modules.values()] for kind in vars(module).values() if isinstance(kind, type)}
late = {kind for kind in known if "_field_names" in vars(kind) and not issubclass(kind, tuple)}
used = sorted(kind.__name__ for kind in late if vars(kind)["__init__"] is not lazy_dataclass.STAND_INS["__init__"])
print("ANSWER" + json.dumps([answer["statusCode"], sorted(sys.modules), used]))
"""
LEFT_OUT = {
    *(
        "boto3",
        "botocore",
        "urllib3",
        "flask_wtf",
        "numpy",
        "onnxruntime",
        "yaml",
        "markdown",
        "bs4",
        "email_validator",
    ),
    *("PIL", "snowballstemmer", "asyncio", "zoneinfo", "jinja2.sandbox"),
    *("intake_fn.desk", "intake_fn.core.events", "intake_fn.core.lifecycle", "intake_fn.core.inbound"),
    *("intake_fn.core.process_file", "intake_fn.adapters.dynamodb", "intake_fn.adapters.mantis", "intake_fn.web.words"),
    *("intake_fn.web.blueprints", "intake_fn.texts.catalogue", "spec_lookup.search", "spec_lookup.judge"),
}
"""What no empty form needs; each of them was imported once, and made the first page wait for it."""
MODULES, CLASSES = 65, 8
"""Of ours, that an empty form imports, and of which it makes a value, at most."""

GLIBC = {"python3.12": 34, "python3.13": 34}
"""The minor version of glibc 2 that a runtime of Lambda has: that of Amazon Linux 2023."""
TOKEN = "token-of-the-package-0123456789"
OURS = {"build", "intake_fn", "spec_lookup", "support.yml", "support.loaded"}
"""All that stands beside the dependencies."""


def installed(into: Path) -> None:
    """Copy what the packages of the lock have put into the environment's folder."""
    folder = Path(sysconfig.get_path("purelib"))
    files = [file for package in locked(ROOT / "requirements.lock") for file in package.files or ()]
    for name in sorted({file.parts[0] for file in files if file.parts[0] not in ("..", "__pycache__")}):
        source = folder / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copyfile(source, into / name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package, taken apart in an empty folder."""
    made = tmp_path_factory.mktemp("package")
    file = Path(GIVEN)
    if not GIVEN:
        built = ROOT / "build"
        if not (built / "index").is_dir():
            built = made / "built"
            Spec.build(ROOT / "docs" / "spec", built / "index")
        wheels, laid = made / "wheels", made / "laid"
        wheels.mkdir()
        laid.mkdir()
        installed(wheels)
        trim(wheels)
        assemble(ROOT, built, wheels, model_folder(), laid)
        make_ahead_with(sys.executable, laid)
        compile_with(sys.executable, laid)
        file = made / "specdesk.zip"
        pack(laid, file)
        shutil.rmtree(wheels)
        shutil.rmtree(laid)
    with zipfile.ZipFile(file) as package:
        package.extractall(made / "task")
    (made / "zipped").write_text(str(file.stat().st_size))
    yield made / "task"
    shutil.rmtree(made)


def environ(**more: str) -> dict[str, str]:
    """As on Lambda, and nothing of this machine's."""
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return {**inherited, **SETTINGS, "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": "specdesk-dev", **more}


def test_the_package_holds_ours_and_the_dependencies(folder: Path) -> None:
    """What is packaged is named one by one: a new folder at the root is not, until it is named, too."""
    names = {
        name.lower().replace("-", "_") for name in (package.name for package in locked(ROOT / "requirements.lock"))
    }
    there = {path.name for path in folder.iterdir()}
    described = {name.partition("-")[0].lower() for name in there if name.endswith(".dist-info")}

    assert there >= OURS
    assert names >= described
    assert set() == there & {"tests", "docs", "sandbox", "benchmarks", "zappa", "mkdocs.yml", "pyproject.toml", "pip"}


def test_nothing_is_packaged_that_only_people_use(folder: Path) -> None:
    """Commands, the wiki's hooks, what provisions a stage, evaluates or trains, and what is beside model and index."""
    parts = [path.relative_to(folder) for path in folder.rglob("*")]
    ours = {path for path in parts if path.parts[0] in OURS}
    people = {"commands", "cli.py", "wiki", "provision", "evaluation", "claims.jsonl", "__main__.py", "README.md"}

    assert {"ahead", "index", "index-versions", "model", "qualification.json", "templates.json"} >= {
        path.parts[1] for path in ours if path.parts[0] == "build" and len(path.parts) > 1
    }
    assert set() == {path.name for path in ours} & people
    assert [] == [path for path in parts if path.name.startswith(".") or path.suffix in (".pyi", ".po")]


def test_each_module_is_byte_code_that_lambda_takes_unchecked(folder: Path) -> None:
    """A zip changes the times of its files, so byte code that is checked by time would never be used."""
    codes = list(folder.rglob("*.pyc"))

    assert [] == list(folder.rglob("*.py"))
    assert len(codes) > 1000
    assert {b"\x01\x00\x00\x00"} == {path.read_bytes()[4:8] for path in codes}
    assert f"{ON_LAMBDA}/intake_fn/entry.py".encode() in (folder / "intake_fn" / "entry.pyc").read_bytes()


def test_no_secret_and_no_place_of_this_machine_is_packaged(folder: Path, tmp_path: Path) -> None:
    """Whoever may read the function may read the zip."""
    assert [] == private_in(folder, [str(ROOT), str(folder), "/bash_jobs"], os.environ)

    (tmp_path / "intake_fn").mkdir()
    (tmp_path / "intake_fn" / "a.py").write_text("KEY = 'AKIA0123456789ABCDEF'")
    (tmp_path / "support.yml").write_text(f"token: s3cret-of-mantis\nfolder: {ROOT}")
    found = private_in(tmp_path, [str(ROOT)], {"MANTIS_TOKEN": "s3cret-of-mantis", "SPECDESK_TABLE": "support"})

    assert [
        "intake_fn/a.py holds a key",
        "support.yml holds the value of MANTIS_TOKEN",
        f"support.yml names {ROOT}",
    ] == found


def test_the_package_is_whole(folder: Path) -> None:
    """With nothing but the standard library beside it: each module, each mail, each client; support.yml is loaded."""
    done = subprocess.run(
        [PYTHON, "-I", "-S", "-B", "-c", IMPORT_ALL],
        cwd=folder,
        env=environ(SERVICES=" ".join(services()), AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("ANSWER"))
    mails, found, outside, parses = json.loads(line.removeprefix("ANSWER"))

    assert environment().list_templates() == mails
    assert [] == found
    assert [] == outside
    assert parses  # the walk imports the reader of support.yml; that pages don't is tested with the entry


def test_an_empty_form_imports_no_more_than_it_needs(folder: Path) -> None:
    """The first page after a cold start waits for every module and every class; no clock is needed to count them."""
    done = subprocess.run(
        [PYTHON, "-I", "-S", "-B", "-c", FIRST_PAGE],
        cwd=folder,
        env=environ(EVENT=json.dumps(http_api("GET", "/requests/new/bug"))),
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("ANSWER"))
    status, modules, used = json.loads(line.removeprefix("ANSWER"))
    ours = [name for name in modules if name.partition(".")[0] in ("intake_fn", "spec_lookup")]

    assert 200 == status
    assert set() == LEFT_OUT & set(modules)
    assert len(ours) <= MODULES, ours
    assert len(used) <= CLASSES, used


DRAW = """
import io, os, sys
sys.path.insert(0, os.getcwd())
from PIL import Image
from intake_fn.desk.previews import FORMATS, drawn
for decoder in FORMATS.values():
    made = io.BytesIO()
    Image.new("RGB", (900, 90), "red").save(made, decoder)
    assert drawn(made.getvalue(), decoder)[8:12] == b"WEBP", decoder
"""


def test_libraries_work_without_what_debuggers_read(folder: Path) -> None:
    """PyStemmer's is four times as large with it."""
    stems = (
        "import sys; sys.path.insert(0, '.'); import Stemmer; print(Stemmer.Stemmer('english').stemWord('shipping'))"
    )
    command = [PYTHON, "-I", "-S", "-B", "-c", stems]
    done = subprocess.run(command, cwd=folder, env=environ(), capture_output=True, text=True, check=True)

    assert "ship" == done.stdout.strip()
    assert [] == [
        path.name
        for path in folder.rglob("*.so*")
        if path.stat().st_size - len(without_symbols(path.read_bytes())) > SYMBOLS
    ]
    assert b"no library" == without_symbols(b"no library")


@pytest.mark.parametrize("kind", [b"\x01\x01", b"\x02\x02"], ids=["32 bits", "big-endian"])
def test_a_library_of_another_kind_stays_as_it_is(kind: bytes) -> None:
    """Its header is laid out otherwise than that of a 64-bit little-endian one."""
    library = b"\x7fELF" + kind + bytes(range(6, 200))

    assert library == without_symbols(library)


def test_the_package_draws_each_picture_that_has_a_preview(folder: Path) -> None:
    """Pillow's modules of other formats are left out."""
    command = [PYTHON, "-I", "-S", "-B", "-c", DRAW]
    done = subprocess.run(command, cwd=folder, env=environ(), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_the_package_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Into the 250 MB of Lambda, with room to spare; the zip is uploaded with each deployment."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGABYTE
    zipped = int((folder.parent / "zipped").read_text()) / MEGABYTE
    model = sum(path.stat().st_size for path in (folder / "build" / "model").iterdir()) / MEGABYTE
    with capsys.disabled():
        sizes = f"{zipped:.1f} MB; unzipped {size:.0f} MB, without the model {size - model:.0f}"
        print(f"\nThe function's zip has {sizes}.")  # noqa: T201 - figures to watch

    assert LARGEST > size
    assert LARGEST_ZIP > zipped


@pytest.mark.parametrize(
    ("dependencies", "index", "told"),
    [
        (57, 10, ""),  # a spec of some thousand clauses
        (61, 1, "61.0 MB zipped without the index"),
        (57, 200, "357.0 MB unzipped, of at most 230; 300.0 are indexes"),
    ],
)
def test_a_large_spec_is_no_package_that_is_too_large(dependencies: int, index: int, told: str) -> None:
    """Lambda limits what is unzipped; the limit of the zip holds what we package, and no spec of a user's."""
    parts = [Part("dependencies", 1, 57 * MEGABYTE, dependencies * MEGABYTE)]
    parts += [Part("index", 1, index * 3 // 2 * MEGABYTE, index * MEGABYTE)]
    plain = {"zipped": sum(part.zipped for part in parts), "unzipped": sum(part.unzipped for part in parts)}
    with pytest.raises(Refused, match=told) if told else nullcontext():
        refuse_too_large(parts, plain)


@contextmanager
def serving_mantis(process: Process) -> Iterator[str]:
    """The address of a stand-in Mantis on a free port."""
    state = State.open(None, process, TOKEN)
    server = make_server("127.0.0.1", 0, make_app(state), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    state.close()


@pytest.fixture(scope="module")
def serve(folder: Path, aws: LocalAws, process: Process) -> Iterator[Callable[[Any], Any]]:
    """A function that hands an event to the packaged handler, which has a table, a bucket and the stand-in Mantis."""
    given = {**aws.environ(), "SPECDESK_TABLE": "package", "SPECDESK_BUCKET": "package", "SPECDESK_MANTIS_TOKEN": TOKEN}
    provision(given, process)
    with serving_mantis(process) as url:
        running = subprocess.Popen(
            [PYTHON, "-I", "-S", "-B", "-c", SERVE],
            cwd=folder,
            env=environ(**given, SPECDESK_MANTIS_URL=url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdin is not None
        assert running.stdout is not None
        stdin, stdout = running.stdin, running.stdout

        def send(event: Any) -> Any:
            print(json.dumps(event), file=stdin, flush=True)
            line = next(line for line in stdout if line.startswith("ANSWER"))
            return json.loads(line.removeprefix("ANSWER"))

        yield send
        stdin.close()
        running.wait(30)
        stdout.close()


@pytest.mark.aws
@pytest.mark.parametrize("event", [http_api, function_url])
def test_the_zip_alone_answers_requests(serve: Callable[[Any], Any], event: Callable[..., Any]) -> None:
    """Of an HTTP API and of a function URL."""
    page, style, icon, none = (
        serve(event("GET", path))["answer"]
        for path in ("/requests/new/bug", "/static/specdesk.css", "/static/icon.svg", "/no-such-page")
    )

    assert [200, 200, 200, 404] == [answer["statusCode"] for answer in (page, style, icon, none)]
    assert "Steps to reproduce" in page["body"]
    assert not page["isBase64Encoded"]


@pytest.mark.aws
def test_the_zip_alone_takes_in_a_form_with_a_file(serve: Callable[[Any], Any]) -> None:
    """Every byte of the file arrives, the request is judged by the packaged index and filed."""
    content = PNG + bytes(range(256)) * 40
    body, kind = multipart(ANSWERS[Kind.BUG], "screen.png", content)
    sent = serve(http_api("POST", "/requests/bug", body=body, content_type=kind))["answer"]

    assert 303 == sent["statusCode"], sent
    path = re.sub(r"^https?://[^/]+", "", sent["headers"]["location"])
    receipt = serve(function_url("GET", path))["answer"]
    assert 200 == receipt["statusCode"]
    assert hashlib.sha256(content).hexdigest() in receipt["body"]


@pytest.mark.aws
def test_the_zip_alone_runs_what_the_clock_and_the_topics_start(serve: Callable[[Any], Any]) -> None:
    """Each function of the schedule, and a message about mails; what is none of them fails, and not in silence."""
    swept, ledger, recomputed = (
        serve(scheduled(f"intake_fn.entry.{name}")) for name in ("on_sweep", "on_ledger", "on_recompute")
    )

    assert 0 == swept["answer"]["dead_lettered"]
    assert ledger["answer"]["received"] >= 0
    assert 0 == recomputed["answer"]["differences"]
    assert {"answer": {"reports": 0, "new": 0}} == serve(sns("Successfully validated SNS topic."))
    for event in UNKNOWN:
        assert "Broken" == serve(event).get("raised"), event


@pytest.mark.aws
def test_a_zip_is_kept_by_its_content(aws: LocalAws, tmp_path: Path) -> None:
    """Rolling back is deploying a former zip, so a new one replaces none."""
    files = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for file in files:
        file.write_bytes(file.name.encode())
    with closing(client("s3", aws.environ())) as bucket:
        create_bucket(bucket, "specdesk-packages")
        first, second, again = (upload(bucket, "specdesk-packages", file) for file in (*files, files[0]))

        assert first == again != second
        key = first.removeprefix("s3://specdesk-packages/")
        assert b"one.zip" == bucket.get_object(Bucket="specdesk-packages", Key=key)["Body"].read()


@pytest.mark.aws
def test_the_zip_alone_takes_in_a_mail(serve: Callable[[Any], Any], aws: LocalAws) -> None:
    """S3 tells of it with its key URL-encoded; it is parsed, decided on, and moved to where mails are kept."""
    mail = (ROOT / "tests" / "data" / "mail" / "001-gmail-bug-quoted-printable.eml").read_bytes()
    with closing(client("s3", aws.environ())) as bucket:
        bucket.put_object(Bucket="package", Key="mail-in/one+of them", Body=mail)
        answer = serve(s3("package", "mail-in/one%2Bof+them"))
        left = bucket.list_objects_v2(Bucket="package", Prefix="mail-in/").get("Contents", [])

    assert {"answer": {"mails": 1}} == answer
    assert [] == left


def services() -> set[str]:
    """The services of AWS that the function calls."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "intake_fn").glob("*.py"))
    return set(re.findall(r'client\(\s*"([\w-]+)"', code))


def test_the_services_that_are_called_are_packaged() -> None:
    """The descriptions of all others are left out: they are most of botocore."""
    assert sorted(services()) == sorted(SERVICES)


def test_each_dependency_runs_on_the_runtime() -> None:
    """A wheel is built for a glibc, and Lambda's must not be older: numpy cannot be loaded on python3.11."""
    newest = GLIBC[stage_settings(ROOT / "zappa_settings.json", "production")["runtime"]]
    needed = {
        package.name: min(map(int, tags))
        for package in locked(ROOT / "requirements.lock")
        if (tags := re.findall(r"manylinux_2_(\d+)_x86_64", package.read_text("WHEEL") or ""))
    }

    assert {name: minor for name, minor in needed.items() if minor > newest} == {}
    assert {newest} == {
        int(each) for names in PLATFORMS.values() for each in re.findall(r"manylinux_2_(\d+)_", names[0])
    }


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    """In another order and at another time, too: whoever has the sources can check what runs."""
    names = ["b/two.py", "a.txt", "a/one.py", "build/index/x"]
    packages = []
    for which, order in enumerate((names, names[::-1])):
        folder = tmp_path / str(which)
        for number, name in enumerate(order):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name * 100)
            path.chmod(0o600 if which else 0o755)
            os.utime(path, (1_700_000_000 + number, 1_700_000_000 + which))
        pack(folder, tmp_path / f"{which}.zip")
        packages.append((tmp_path / f"{which}.zip").read_bytes())

    assert packages[0] == packages[1]


def test_what_runs_on_another_machine_is_found(tmp_path: Path) -> None:
    """A stage on arm64 is packaged on any machine: a library of this one would fail with the first judgement there."""
    for number, name in enumerate(("x86.cpython-312-x86_64-linux-gnu.so", "lib/libarm.so.1.2")):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(11) + (b"\x3e\x00", b"\xb7\x00")[number] + bytes(44))
    (tmp_path / "a.so.py").write_text("is none")

    assert ["lib/libarm.so.1.2"] == foreign_in(tmp_path, Target("python3.12", "x86_64"))
    assert ["x86.cpython-312-x86_64-linux-gnu.so"] == foreign_in(tmp_path, Target("python3.12", "arm64"))


@pytest.mark.parametrize("architecture", [*PLATFORMS])
def test_wheels_are_asked_for_by_the_architecture_of_the_stage(
    architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With their hashes, and no source that would be built for this machine."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        Path(command[command.index("--target") + 1]).mkdir(parents=True)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    dependencies(ROOT / "requirements.lock", Target("python3.12", architecture), tmp_path)
    (command,) = asked
    platforms = [command[place + 1] for place, part in enumerate(command) if part == "--platform"]
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]

    assert all(platform.endswith(machine) for platform in platforms)
    assert {"--require-hashes", "--only-binary=:all:"} <= set(command)


def test_a_loaded_process_counts_for_its_text_alone(tmp_path: Path, process: Process) -> None:
    """Somebody who changes the file gets what it says, whatever was loaded before."""
    file = tmp_path / "support.yml"
    text = (ROOT / "support.yml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    keep_loaded(file)

    assert process == read_process(file)
    file.write_text(text.replace("per_hour: 20", "per_hour: 19"), encoding="utf-8")
    assert 19 == read_process(file).mail.per_hour


def test_a_stage_extends_another_as_zappa_has_it(tmp_path: Path) -> None:
    """A member that a stage names replaces that of its base as a whole; one of a stage that is not there is refused."""
    file = tmp_path / "zappa_settings.json"
    base = {"runtime": "python3.12", "tags": {"a": "1"}, "memory_size": 1024}
    file.write_text(json.dumps({"base": base, "dev": {"extends": "base", "tags": {"b": "2"}}}))

    assert {"b": "2"} == stage_settings(file, "dev")["tags"]
    assert Target("python3.12", "x86_64") == target_of(stage_settings(file, "dev"), "dev")
    with pytest.raises(Refused, match="no stage 'live'; it has dev"):
        stage_settings(file, "live")
    with pytest.raises(Refused, match="one of the architectures x86_64, arm64"):
        target_of({"runtime": "python3.12", "architecture": "riscv"}, "dev")


@pytest.mark.parametrize(("runtime", "runs"), [("python3.11", False), ("python3.12", True), ("python3.13", True)])
def test_a_runtime_on_the_older_system_is_refused(runtime: str, runs: bool) -> None:
    """It would be deployed, and fail with the first judgement: numpy cannot be loaded there."""
    if runs:
        refuse_old_system(Target(runtime, "x86_64"), "dev")
    else:
        with pytest.raises(Refused, match=r"Stage dev runs on python3\.11, .* Name python3\.12 or a newer runtime"):
            refuse_old_system(Target(runtime, "x86_64"), "dev")


def test_byte_code_is_made_by_the_runtimes_own_python() -> None:
    """Another version's is ignored by Lambda; where there is none, the message says what to do."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    assert sys.executable == runtime_python(Target(f"python{version}", "x86_64"))
    with pytest.raises(Refused, match=r"no Python 3\.99.*--no-byte-code"):
        runtime_python(Target("python3.99", "x86_64"))

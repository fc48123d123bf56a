"""The function's zip, made from the lock file and this checkout: all that it needs, and nothing else.

    requirements.lock ──pip, hashes──► dependencies ──UNUSED left out──┐
    intake_fn, spec_lookup ──NOT_SERVING left out─────────────────────┼─► one folder ──byte code──► zip
    support.yml (checked, and loaded), index, model, qualification ────┘

The same input gives the same bytes: names are sorted, times and rights are fixed, and byte code says nothing of where
it was made. No setting of a stage is inside, so that one zip may go from stage to stage.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from intake_fn.adapters.aws import code_of, translated
from intake_fn.core.errors import Broken, Refused
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_s3 import S3Client

SERVICES = ("bedrock-runtime", "dynamodb", "s3", "sesv2", "ssm")
"""The services whose descriptions of botocore are packaged; those of all others are most of it."""

PICTURES = ("Bmp", "Gif", "Jpeg", "Mpo", "Png", "Ppm", "Tiff", "WebP")
"""The formats of Pillow that are packaged: previews are made of some, and the others are imported by these."""

UNUSED = (
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
    "*.po",
    "*.pot",
    "*.pyi",
    "*/__pycache__",
    "*/tests",
    "boto3/data",  # of its resources; clients are described by botocore
    "boto3/examples",
    "*__mypyc.*.so",  # chardet's modules as machine code: what is saved is not felt in a mail
    "chardet/*.so",
    "chardet/models/training_metadata.yaml",
    "dateutil/zoneinfo/*.tar.gz",  # zones are those of tzdata
    "dns",  # email-validator looks nothing up
    "flatbuffers",  # onnxruntime's tools take it, and so on
    "google",
    "numpy/_core/_*tests*.so",
    "numpy/_core/_simd*.so",  # for tests
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/distutils",
    "numpy/f2py",
    "numpy/fft",
    "numpy/ma",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "onnxruntime/capi/libonnxruntime.so*",  # for programs in C; the module for Python holds a runtime of its own
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "packaging",
    "PIL/_avif*",  # no preview is made of AVIF
    "PIL/_imagingcms*",
    "PIL/_imagingft*",
    "PIL/_imagingmorph*",
    "PIL/_imagingtk*",
    "PIL/PdfParser.py",
    "pillow.libs/libavif*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/liblcms2*",
    "pillow.libs/libpng*",
    "werkzeug/debug/shared",
    "wtforms/locale",  # its messages are ours
    "yaml/_yaml*",  # support.yml comes loaded
)
"""What the function never reads of its dependencies, by pattern below their folder."""

ELF_64 = b"\x7fELF\x02\x01"
"""The beginning of a 64-bit little-endian library."""
SYMBOLS = 10_000
"""Bytes for debuggers that are worth leaving out."""

SERVING = ("intake_fn", "spec_lookup")
NOT_SERVING = (
    "*/__pycache__",
    "*.md",
    "*.po",
    "intake_fn/adapters/provision",
    "intake_fn/cli.py",
    "intake_fn/commands",
    "intake_fn/wiki",
    "spec_lookup/__main__.py",
    "spec_lookup/evaluation",
)
"""The parts of our code that only people use, on the command line and to build the wiki."""

PROCESS = "support.yml"
BUILT = ("index", "index-versions", "model", "qualification.json", "templates.json")
"""What is packaged of build/, the first at least; names that begin with a dot are left out anywhere."""

AHEAD = "ahead"
"""The folder of build/ for what is made ahead of the pages (wiring.py)."""

TEMPLATES = "intake_fn/web/templates"

MAKE_AHEAD = f"""
import sys
sys.path.insert(0, ".")
from pathlib import Path
from intake_fn.adapters.process_file import keep_loaded
from intake_fn.web import keep_ahead
keep_loaded(Path("{PROCESS}"), Path("build/templates.json"))
keep_ahead(Path("build/{AHEAD}"))
"""

PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "x86_64": ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
    "arm64": ("manylinux_2_34_aarch64", "manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64"),
}
"""The wheels that run on Amazon Linux 2023, which has glibc 2.34, by the architectures that Lambda names."""

MACHINES: Mapping[str, bytes] = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}
"""The machine in the header of an ELF file, at bytes 18 and 19, by Lambda's name of the architecture."""
ELF, MACHINE_AT = b"\x7fELF", slice(18, 20)

LATEST = 99
"""Lambda runs the latest patch of a version; pip takes one without a patch for its first."""

ON_LAMBDA = "/var/task"
"""Where Lambda unpacks it; byte code names its sources there."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say."""
FILE_RIGHTS = 0o100644 << 16

COPIED = 1 << 20

KEY = re.compile(rb"AKIA(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
"""What is a secret by its form."""
SECRET_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|PRIVATE|(^|_)KEY$")
SHORTEST = 8
"""Characters of a variable's value that is looked for; what is shorter could be a word."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the function runs on, as a stage names it: "python3.12", and "x86_64" or "arm64"."""

    runtime: str
    architecture: str

    @property
    def version(self) -> str:
        """The version of Python, such as "3.12"."""
        return self.runtime.removeprefix("python")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a package, with its sizes in bytes."""

    name: str
    files: int
    unzipped: int
    zipped: int


def dependencies(lock: Path, target: Target, into: Path) -> Path:
    """The folder of a lock's wheels for a target, below `into`; got once for each lock and target.

    Raises Broken with what pip says.
    """
    rules = repr((target, UNUSED, SERVICES, PICTURES, SYMBOLS))
    given = hashlib.sha256(lock.read_bytes() + rules.encode()).hexdigest()[:16]
    folder = into / f"{target.runtime}-{target.architecture}-{given}"
    if folder.is_dir():
        return folder
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    platforms = [part for platform in PLATFORMS[target.architecture] for part in ("--platform", platform)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--require-hashes", "-r", str(lock), "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", f"{target.version}.{LATEST}", *platforms, "--target", str(unfinished)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"The dependencies for {target.runtime} on {target.architecture} were not had: {done.stderr}")
    trim(unfinished)
    unfinished.rename(folder)
    return folder


def trim(folder: Path) -> None:
    """Delete what the function never reads of its dependencies, and what only debuggers read."""
    for path in list(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.exists() and (_matches(name, UNUSED) or _is_other_service(name) or _is_other_picture(name)):
            _delete(path)
    for path in folder.rglob("*.so*"):
        whole = path.read_bytes()
        needed = without_symbols(whole)
        if len(whole) - len(needed) > SYMBOLS:
            path.write_bytes(needed)


def without_symbols(library: bytes) -> bytes:
    """A shared library without what stands behind its last segment, and without the table that lists it.

    The loader reads segments alone (ELF 64); what follows them are names and lines for debuggers. Anything but a
    64-bit little-endian library is given back as it is.
    """
    if not library.startswith(ELF_64):
        return library
    first = int.from_bytes(library[32:40], "little")
    size, number = (int.from_bytes(library[at : at + 2], "little") for at in (54, 56))
    segments = [library[first + size * n :][:size] for n in range(number)]
    ends = [sum(int.from_bytes(segment[at : at + 8], "little") for at in (8, 32)) for segment in segments]
    kept = bytearray(library[: max(ends)])
    kept[40:48], kept[60:64] = bytes(8), bytes(4)  # e_shoff; e_shnum and e_shstrndx
    return bytes(kept)


def assemble(root: Path, built: Path, wheels: Path, model: Path, into: Path) -> None:
    """Lay out what is packaged in `into`, an empty folder; `built` holds the index. Raises Refused without one."""
    if not (built / BUILT[0]).is_dir():
        raise Refused("There is no build/index. Run `specdesk build-index` first.")
    shutil.copytree(wheels, into, dirs_exist_ok=True, symlinks=False)
    for name in SERVING:
        _copy(root, name, into)
    shutil.copyfile(root / PROCESS, into / PROCESS)
    for name in BUILT:
        source = model if name == "model" else built / name
        if source.is_dir():
            shutil.copytree(source, into / "build" / name, ignore=shutil.ignore_patterns(".*"))
        elif source.is_file():
            shutil.copyfile(source, into / "build" / name)


def compile_with(python: str, folder: Path) -> None:
    """Replace every module by its byte code, made by the runtime's own Python; Lambda does not check it. Raises Broken.

    Byte code beside its source is checked by the source's time, which a zip changes, or by its content, which costs a
    read. It is without docstrings and assertions, as `python -OO` makes it.
    """
    modules = sorted(path for path in folder.iterdir() if path.suffix == ".py" or any(path.rglob("*.py")))
    command = [
        python,
        "-S",
        "-B",
        "-m",
        "compileall",
        "-q",
        "-f",
        "-b",
        "--invalidation-mode",
        "unchecked-hash",
        "-o",
        "2",
    ]
    command += ["-s", str(folder), "-p", ON_LAMBDA]
    _run_steadily([*command, *map(str, modules)], folder)
    for source in folder.rglob("*.py"):
        source.unlink()


def make_ahead_with(python: str, folder: Path) -> None:
    """Have the packaged code prepare what each start would otherwise compute. Raises Broken.

    These are the loaded process, the routes of the pages, and the templates as modules in place of their sources;
    `compile_with` comes next.
    """
    _run_steadily([python, "-S", "-B", "-c", MAKE_AHEAD], folder)
    shutil.rmtree(folder / TEMPLATES)


def pack(folder: Path, file: Path, level: int = 9) -> list[Part]:
    """Zip a folder, and give the sizes of its parts. The same content gives the same bytes."""
    sizes: dict[str, list[tuple[int, int]]] = {}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    method = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(unfinished, "w", method, compresslevel=level) as package:
        for path in _files(folder):
            name = path.relative_to(folder).as_posix()
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr, info.compress_type, info.file_size = FILE_RIGHTS, method, path.stat().st_size
            with path.open("rb") as source, package.open(info, "w") as entry:
                shutil.copyfileobj(source, entry, COPIED)
            sizes.setdefault(_part(name), []).append((info.file_size, info.compress_size))
    unfinished.replace(file)
    return [
        Part(part, len(rows), sum(size for size, _ in rows), sum(size for _, size in rows))
        for part, rows in sorted(sizes.items())
    ]


def private_in(folder: Path, places: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The files that hold a secret, or say where or by whom the package was made; with what it is, not the secret.

    `places` are such as the folder of the checkout; secrets are those variables of `environ` whose names say so, and
    what is one by its form.
    """
    secrets = {
        name: value.encode()
        for name, value in environ.items()
        if SECRET_NAMES.search(name) and len(value) >= SHORTEST and not Path(value).exists()
    }
    told = {place: place.encode() for place in places}
    found = []
    for path in _files(folder):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        found += [f"{name} holds the value of {secret}" for secret, value in secrets.items() if value in content]
        found += [f"{name} names {place}" for place, value in told.items() if value in content]
        found += [f"{name} holds a key"] if name.startswith(SERVING) and KEY.search(content) else []
    return found


def foreign_in(folder: Path, target: Target) -> list[str]:
    """The programs and libraries that do not run on the target's machine."""
    found = []
    for path in _files(folder):
        if ".so" in path.suffixes:
            with path.open("rb") as file:
                head = file.read(MACHINE_AT.stop)
            if head.startswith(ELF) and head[MACHINE_AT] != MACHINES[target.architecture]:
                found.append(path.relative_to(folder).as_posix())
    return found


def upload(client: S3Client, bucket: str, file: Path) -> str:
    """Put a zip into the bucket of packages, under the digest of its content; its address there. Raises TryLater.

    A former zip stays where it is: rolling back is deploying it again.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    content = file.read_bytes()
    key = f"packages/{hashlib.sha256(content).hexdigest()}.zip"
    with translated("The bucket of packages"):
        try:
            client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if code_of(error) not in ("404", "NoSuchKey"):
                raise
            client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/zip")
    return f"s3://{bucket}/{key}"


def runtime_python(target: Target, named: str = "") -> str:
    """A Python of the target's version, for byte code: the one that is named, this one, or one of this machine.

    Raises Refused saying what to do where there is none.
    """
    for candidate in [named] if named else _pythons(target.version):
        try:
            done = subprocess.run(
                [candidate, "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            continue
        if done.stdout.strip() == target.version:
            return candidate
    raise Refused(
        f"{f'{named!r} is no' if named else 'This machine has no'} Python {target.version}, the function's runtime, "
        f"which makes the byte code. Install python{target.version} or name one with --python; --no-byte-code packages "
        "without, and each cold start then takes more than twice as long."
    )


def _pythons(version: str) -> Iterator[str]:
    yield sys.executable
    yield f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted((pyenv / "versions").glob(f"{version}.*/bin/python{version}")))


def _run_steadily(command: list[str], folder: Path) -> None:
    """Run a program whose output depends on its input alone: sets come in the same order each time. Raises Broken."""
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"The package was not made: {(done.stderr or done.stdout).strip()[-2000:]}")


def _copy(root: Path, name: str, into: Path) -> None:
    """Copy a folder of our code without what only people use."""
    for path in sorted((root / name).rglob("*")):
        inside = path.relative_to(root)
        places = [inside, *inside.parents]
        if path.is_file() and not any(_matches(place.as_posix(), NOT_SERVING) for place in places):
            (into / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, into / inside)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _is_other_service(name: str) -> bool:
    """Whether it is the folder of a service in botocore or boto3 that the function does not call."""
    parts = name.split("/")
    is_data = parts[:2] in (["botocore", "data"], ["boto3", "data"])
    return is_data and len(parts) == 4 and parts[2] not in SERVICES  # noqa: PLR2004 - data/SERVICE/VERSION


def _is_other_picture(name: str) -> bool:
    """Whether it is the module of a format that no preview is made of; Pillow goes on without it."""
    return name.startswith("PIL/") and name.endswith("ImagePlugin.py") and not name.startswith(_PICTURE_MODULES)


_PICTURE_MODULES = tuple(f"PIL/{picture}ImagePlugin" for picture in PICTURES)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _files(folder: Path) -> list[Path]:
    """All files, by name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _part(name: str) -> str:
    first, _, rest = name.partition("/")
    if first == "build":
        return rest.partition("/")[0]
    return first if first in SERVING or (not rest and first.startswith(Path(PROCESS).stem)) else "dependencies"

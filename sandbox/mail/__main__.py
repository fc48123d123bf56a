"""`python -m sandbox.mail`: mails from files to the running sandbox, and the check of a folder of mails.

python -m sandbox.mail send FILE.eml ...     to the sandbox that `make run` started (BUILD names another build)
python -m sandbox.mail check FOLDER          in a desk of its own; the exit status is 1 when anything differs
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sandbox.aws import SandboxError
from sandbox.mail import check, send
from sandbox.stack import ROOT


def main(arguments: list[str]) -> int:
    """Do what is asked; the exit status."""
    try:
        match arguments:
            case ["check", folder]:
                return check.main(Path(folder))
            case ["send", *files] if files:
                return send.main(Path(os.environ.get("BUILD") or ROOT / "build"), [Path(file) for file in files])
    except SandboxError as error:
        print(f"sandbox.mail: {error}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make bench`: run every benchmark and print its table."""

from __future__ import annotations

from benchmarks import entry_import, submit

if __name__ == "__main__":
    entry_import.main()
    submit.main()

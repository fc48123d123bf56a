"""`make bench`: run every benchmark and print its table. `make bench BENCH=--quick` leaves out the largest specs."""

from __future__ import annotations

import sys

from benchmarks import (
    building,
    capacity,
    entry_import,
    growth,
    judge,
    mail_in,
    same,
    search,
    submit,
    suggestions,
    wiki_search,
)

if __name__ == "__main__":
    entry_import.main()
    building.main(quick="--quick" in sys.argv)
    judge.main()
    same.main()
    search.main(quick="--quick" in sys.argv)
    submit.main()
    suggestions.main()
    mail_in.main(100 if "--quick" in sys.argv else mail_in.NUMBER)
    capacity.main((0, 10, 100) if "--quick" in sys.argv else capacity.DUE)
    growth.main(growth.SIZES[:1] if "--quick" in sys.argv else growth.SIZES)
    wiki_search.main()

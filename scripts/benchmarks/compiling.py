"""What a change of the spec costs: regenerating, and copying the client into another project."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from rezoom._vendor import vendor

from .harness import Case, Run, Table, measure

_ROOT = Path(__file__).parents[2]


def tables(run: Run) -> Iterator[Table]:
    """Yield what the compiler and the vendored copy take."""
    with tempfile.TemporaryDirectory(prefix="rezoom-bench-") as folder:
        numbers = count()
        copying = [
            Case("rezoom vendor: copied", lambda: vendor(Path(folder, f"copy{next(numbers)}")))
        ]
        yield Table("The vendored client", measure(copying, run.fewer(5)))
    if not run.quick:
        run.progress("the whole spec compiled, twice")
        found = measure([Case("regen.py --check", _regenerate)], run.fewer(1))
        yield Table("Regeneration", found, note="CPU of all the compiler's processes")


def _regenerate() -> None:
    words = [sys.executable, "scripts/regen.py", "--check"]
    subprocess.run(words, cwd=_ROOT, check=True, capture_output=True)

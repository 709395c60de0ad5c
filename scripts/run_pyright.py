"""Let pyright judge types beside mypy: each finds what the other misses.

nox -s types                          hand-written code, as [tool.pyright] of pyproject.toml says
python scripts/run_pyright.py FILE    some of it; whatever pyright takes may follow
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from spec_lint import ROOT, Say, ToolError, install_packages, talk

_PINNED = Path(__file__).with_name("pyright")


def pyright(say: Say = talk) -> list[str]:
    """Install the pyright that scripts/pyright pins, once; return how to call it."""
    cache = ROOT / ".cache" / "pyright"
    modules = install_packages(_PINNED, cache, "pyright (once, 38 MB)", say)
    # The imports of the code are those of this interpreter.
    return [str(modules / ".bin" / "pyright"), "--pythonpath", sys.executable]


def main(arguments: list[str]) -> int:
    """Run it over this project; return its exit code, or 2 without it."""
    try:
        command = pyright()
    except ToolError as error:
        print(error, file=sys.stderr)
        return 2
    return subprocess.run([*command, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

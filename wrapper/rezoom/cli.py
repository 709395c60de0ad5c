"""The command line; typer and rich come with the extra `cli`."""

import sys
from importlib.util import find_spec


def main() -> None:
    """Run `rezoom`; without typer and rich, say what to install."""
    missing = [name for name in ("typer", "rich") if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"rezoom's command line needs {' and '.join(missing)}, not installed here.\n"
            'Install it with: pip install "rezoom[cli]"\n'
        )
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no umlauts shows a question mark; it does not stop the command.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    try:
        from ._cli.app import app

        app()
    except KeyboardInterrupt:
        # Before the first command could take it: while modules were loading.
        sys.exit(130)


if __name__ == "__main__":
    main()

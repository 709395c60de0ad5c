"""The command line; typer and rich come with the extra `cli`."""

import sys


def main() -> None:
    """Run `rezoom`; without typer and rich, say what to install."""
    try:
        from .app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich", "click"):
            raise
        sys.stderr.write(
            f"rezoom's command line needs {error.name}, which is not installed here.\n"
            'Install it with: pip install "rezoom[cli]"\n'
        )
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no umlauts shows a question mark; it does not stop the command.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    app()

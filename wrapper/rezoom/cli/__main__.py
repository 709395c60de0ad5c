"""`python -m rezoom.cli` is `rezoom`."""

from . import main

main()

"""What is measured by `nox -s bench`: everything side by side, in one run, as ratios."""

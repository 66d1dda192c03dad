"""x."""

import typer


def attach(app: typer.Typer) -> None:
    """Add."""

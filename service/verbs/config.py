"""`sealreel config`: the settings in force."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import typer

from ..answers import with_schema
from ..console import emit, say
from ..doors import ConfigFile, JsonFlag, example, in_force
from ..escape import escape
from ..secrecy import without_secrets
from ..settings import FILE_NAME, InForce


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(epilog=example("sealreel config", "SEALREEL_CRF=20 sealreel config --json"))(config)


def config(ctx: typer.Context, _config: ConfigFile = None, as_json: JsonFlag = False) -> None:
    """Print the settings in force and where each came from.

    Flags win over SEALREEL_* variables (SEALREEL_STORE for store), these over sealreel.toml, that over the defaults.
    Passwords and PINs are not shown.
    """
    known = in_force(ctx)
    if as_json:
        emit(_answer(known))
        return
    file = known.file or f"none (it would be {known.directories.config / FILE_NAME})"
    say(f"settings file   {escape(file)}")
    say(f"config folder   {escape(known.directories.config)}")
    say(f"data folder     {escape(known.directories.data)}")
    for name, value in _values(known).items():
        shown = "(not set)" if value in (None, []) else escape(value)
        say(f"{name:<19} {shown:<50} from {escape(known.sources[name])}")


def _answer(known: InForce) -> dict[str, Any]:
    return with_schema(
        "config",
        {
            "file": None if known.file is None else str(known.file),
            "config_dir": str(known.directories.config),
            "data_dir": str(known.directories.data),
            "settings": {
                name: {"value": value, "source": known.sources[name]} for name, value in _values(known).items()
            },
        },
    )


def _values(known: InForce) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(known.settings).items()}


def _plain(value: object) -> object:
    """Return the value as JSON holds it, secrets in addresses left out."""
    if isinstance(value, tuple):
        return [str(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str):
        return without_secrets(value)
    return value

"""The command line's frame: errors become messages and exit codes here, once for every verb."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import SealreelError
from .answers import error_answer
from .console import complain, emit
from .exits import Exit, exit_of_error
from .settings import NAMES, InForce, resolve

_JSON = "sealreel.json"
_CONFIG = "sealreel.config"


class Doors(TyperGroup):
    """The root command: whatever a verb raises ends as a message on stderr and a code, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; see `Exit` for the codes."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise  # typer's own: an exit on purpose, or a usage error that it words itself
        except BrokenPipeError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains at its end
            raise typer.Exit(Exit.PIPE_CLOSED) from error
        except Exception as error:
            raise typer.Exit(fail(error, json=bool(ctx.meta.get(_JSON)))) from error


def fail(error: Exception, *, json: bool, file: str | None = None) -> Exit:
    """Say on stderr, and with `json` on stdout too, why it could not be done.

    Returns:
        The exit code; for a defect of ours it is the one of "could not do it".
    """
    debug(error)
    complain(error, file=file)
    code = exit_of_error(error) if isinstance(error, SealreelError) else Exit.CANNOT
    if json:
        emit(error_answer(error, file=file, code=code))
    return code


def debug(error: Exception) -> None:
    """Show where a defect of ours happened, if SEALREEL_DEBUG asks for it."""
    if not isinstance(error, SealreelError) and os.environ.get("SEALREEL_DEBUG"):
        traceback.print_exception(error)


def _remember_json(ctx: typer.Context, value: bool) -> bool:
    ctx.meta[_JSON] = value  # the frame above must know, also when the verb fails before its first line
    return value


def remember_config(ctx: typer.Context, value: Path | None) -> Path | None:
    """Keep the settings file, whether it was named before the verb or after it."""
    if value is not None:
        ctx.meta[_CONFIG] = value
    return value


JsonFlag = Annotated[
    bool,
    typer.Option(
        "--json", help="Print JSON lines on stdout instead of a report.", callback=_remember_json, is_eager=True
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings file instead of the user's sealreel.toml.", callback=remember_config
    ),
]


def in_force(ctx: typer.Context) -> InForce:
    """Return the settings for a verb.

    A parameter of the verb that is named like a setting, with or without a leading underscore, is that setting's flag.
    """
    given = {name.removeprefix("_"): value for name, value in ctx.params.items() if value not in (None, [], ())}
    return resolve({name: given[name] for name in NAMES if name in given}, file=ctx.meta.get(_CONFIG))


def example(*lines: str) -> str:
    """Return the epilogue of a help text: commands that work as they stand, kept line by line."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)

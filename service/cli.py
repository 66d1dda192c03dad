"""Sealreel makes video that carries proof of its origin, and checks what a file says of its own.

1. `sealreel generate` turns a prompt into a clip that is watermarked, signed and recorded.
2. `sealreel mark` does the same for a clip made elsewhere.
3. `sealreel verify` says what a file proves, also after its manifest was stripped.
4. `sealreel detect` says how likely a file without proof is synthetic.
5. `sealreel keys` and `sealreel store` keep what the others need.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from .doors import ConfigFile, Doors, example
from .interruption import install
from .verbs import bench, calibrate, config, detect, generate, keys, mark, store, train, verify

app = typer.Typer(
    cls=Doors,
    name="sealreel",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        print(f"sealreel {__version__}")
        raise typer.Exit


@app.callback(
    epilog=example('sealreel generate "a red ball rolls to the left" -o ball.mp4', "sealreel verify ball.mp4"),
)
def sealreel(
    _config: ConfigFile = None,
    _show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Make video that carries proof of its origin, and check what a file says of its own.

    Exit codes: 0 nothing is wrong, 1 the answer is bad, 2 usage error, 3 could not look or could not do it,
    4 no provenance found or inconclusive, 5 intact but the signer is not trusted here, 6 the manifest is gone but the
    pixels led to a stored one, 7 refused by policy. With several files the worst wins: 3, 1, 7, 6, 5, 4, 0.
    """


for verb in (generate, mark, verify, detect, keys, store, calibrate, bench, train, config):
    verb.attach(app)


def main() -> None:
    """Run the command line."""
    install()
    _open_streams()
    app(prog_name="sealreel")


def _open_streams() -> None:
    """Make stdout and stderr take whatever is said: closed ones swallow it, and no character ends the run."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell: >&-
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        getattr(sys, name).reconfigure(errors="backslashreplace")  # as stderr is by itself: ASCII terminals have no “


if __name__ == "__main__":
    main()

"""What must not be shown: passwords and PINs inside addresses; and how a password is asked for."""

import getpass
import re
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import SettingsInvalid

_SECRETS = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)|(?<=pin-value=)[^;&?]*")


def without_secrets(address: str) -> str:
    """Return a store's URL or a signer's name with its password or PIN left out."""
    return _SECRETS.sub(lambda match: f"{match[1]}:…" if match[1] is not None else "…", address)


def password_from(file: Path | None, *, what: str) -> Callable[[], bytes]:
    """Return a question for a password: answered by the first line of `file`, else by the person at the terminal.

    The answer raises SettingsInvalid if the file cannot be read, or if there is neither a file nor a terminal.
    """

    def ask() -> bytes:
        if file is not None:
            return _first_line(file)
        if not sys.stdin.isatty():
            raise SettingsInvalid(
                f"{what} is needed, and there is no terminal to ask for it; name a file that holds it"
            )
        return getpass.getpass(f"{what}: ").encode()

    return ask


def _first_line(file: Path) -> bytes:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise SettingsInvalid(f"{file}: {error.strerror}; expected a file whose first line is the password") from error
    if not lines or not lines[0]:
        raise SettingsInvalid(f"{file}: its first line is empty; expected the password there")
    return lines[0]

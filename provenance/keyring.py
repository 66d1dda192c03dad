"""The installation's watermark keys, and everything secret of it in one encrypted backup."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ..errors import KeyringUnusable, OutputExists
from .private_files import locked, private_directory, write_private
from .signing.local import IDENTITY_FILES, identity_directory
from .watermark.keys import SECRET_BYTES, WatermarkKey

SCHEMA = "sealreel.keyring/1"
LAST_KEY_ID = 15
"""A payload has 4 bits for the key id, and 0 is not used."""
SALT_BYTES = 32
_FILE = "keyring.json"
_MAGIC = b"sealreel backup 1\n"
_KDF_SALT_BYTES, _NONCE_BYTES = 16, 12
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**17, 8, 1
"""OWASP's password storage recommendation for scrypt (2025): 128 MiB, about half a second."""
_MAX_BACKUP_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Keyring:
    """Which keys embed and read marks here."""

    current: WatermarkKey
    """New marks are embedded with this one."""
    keys: tuple[WatermarkKey, ...]
    """All that marks are read with, the current one first."""
    prompt_salt: bytes = field(repr=False)
    """Hashed together with a prompt, so that nobody can test guesses against a record."""


def open_keyring(directory: Path) -> Keyring:
    """Read the keyring; make it, with one key, at the first use.

    Safe when several processes start at once: one makes it, the others read it.

    Raises:
        KeyringUnusable: What lies there is no keyring.
        OutputUnwritable: It can't be made.
    """
    path = directory / _FILE
    if not path.exists():
        with locked(directory):
            if not path.exists():
                first = WatermarkKey(1, secrets.token_bytes(SECRET_BYTES))
                _save(path, Keyring(first, (first,), secrets.token_bytes(SALT_BYTES)))
    return _load(path)


def rotate(directory: Path) -> Keyring:
    """Add a new current key; marks of the old ones stay readable.

    Raises:
        KeyringUnusable: All 15 key ids are in use, or the keyring is damaged.
        OutputUnwritable: It can't be written.
    """
    open_keyring(directory)
    with locked(directory):
        old = _load(directory / _FILE)
        new_id = max(key.key_id for key in old.keys) + 1
        if new_id > LAST_KEY_ID:
            raise KeyringUnusable(
                f"{directory / _FILE}: all {LAST_KEY_ID} key ids are in use, and a payload has room for no more; "
                "start a new keys directory and keep this one to read old marks"
            )
        key = WatermarkKey(new_id, secrets.token_bytes(SECRET_BYTES))
        new = Keyring(key, (key, *old.keys), old.prompt_salt)
        _save(directory / _FILE, new)
    return new


def backup(directory: Path, target: Path, passphrase: str, *, force: bool = False) -> None:
    """Write watermark keys and local signing identity into one file, encrypted (scrypt, AES-256-GCM).

    Raises:
        ValueError: Empty passphrase.
        KeyringUnusable: There is no usable keyring.
        OutputExists: Target is there already.
        OutputUnwritable: Target can't be written.
    """
    if not passphrase:
        raise ValueError("the passphrase of a backup must not be empty")
    if target.exists() and not force:
        raise OutputExists(f"{target}: exists already; choose another name")
    if not (directory / _FILE).exists():
        raise KeyringUnusable(f"{directory / _FILE}: no keyring here; nothing to back up")
    files: dict[str, str] = {}
    with locked(directory), locked(identity_directory(directory)):  # no key is renewed half-way
        _load(directory / _FILE)
        for path in _secret_files(directory):
            if path.exists():
                files[str(path.relative_to(directory))] = base64.b64encode(path.read_bytes()).decode()
    salt, nonce = secrets.token_bytes(_KDF_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps({"schema": SCHEMA, "files": files}).encode()
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, _MAGIC)
    write_private(target, _MAGIC + salt + nonce + sealed)


def restore(source: Path, directory: Path, passphrase: str, *, force: bool = False) -> Keyring:
    """Put a backup's keys and identity into a keys directory.

    Raises:
        KeyringUnusable: Not a backup, damaged, or the passphrase is wrong; nothing was written.
        OutputExists: The directory holds keys already, which would be lost.
        OutputUnwritable: The directory can't be written.
    """
    files = _unsealed(source, passphrase)
    with locked(directory), locked(identity_directory(directory)):
        taken = [path for path in _secret_files(directory) if path.exists()]
        if taken and not force:
            raise OutputExists(f"{taken[0]}: keys are here already and would be lost; restore into an empty directory")
        for path in _secret_files(directory):
            content = files.get(str(path.relative_to(directory)))
            if content is not None:
                write_private(path, content)
    return open_keyring(directory)


def _secret_files(directory: Path) -> tuple[Path, ...]:
    # In the order they are written: a root certificate means that its key is there.
    return (directory / _FILE, *(identity_directory(directory) / name for name in IDENTITY_FILES))


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase.encode())


def _unsealed(source: Path, passphrase: str) -> dict[str, bytes]:
    try:
        with source.open("rb") as stream:
            content = stream.read(_MAX_BACKUP_BYTES + 1)
    except OSError as error:
        raise KeyringUnusable(f"{source}: {error.strerror}; expected a backup file") from error
    head = len(_MAGIC) + _KDF_SALT_BYTES + _NONCE_BYTES
    if not content.startswith(_MAGIC) or not head < len(content) <= _MAX_BACKUP_BYTES:
        raise KeyringUnusable(f"{source}: not a backup of Sealreel keys")
    salt, nonce = content[len(_MAGIC) : head - _NONCE_BYTES], content[head - _NONCE_BYTES : head]
    try:
        plain = AESGCM(_stretched(passphrase, salt)).decrypt(nonce, content[head:], _MAGIC)
    except InvalidTag as error:
        raise KeyringUnusable(f"{source}: wrong passphrase, or the backup is damaged") from error
    files = json.loads(plain)["files"]  # authentic: only somebody with the passphrase wrote it
    return {name: base64.b64decode(text) for name, text in files.items()}


def _save(path: Path, keyring: Keyring) -> None:
    private_directory(path.parent)
    content = {
        "schema": SCHEMA,
        "current": keyring.current.key_id,
        "keys": {str(key.key_id): key.secret.hex() for key in keyring.keys},
        "prompt_salt": keyring.prompt_salt.hex(),
    }
    write_private(path, json.dumps(content, indent=2).encode() + b"\n")


def _load(path: Path) -> Keyring:
    try:
        content = cast("dict[str, Any]", json.loads(path.read_bytes()))
        if content["schema"] != SCHEMA:
            raise KeyringUnusable(f"{path}: {str(content['schema'])[:60]!r} is not {SCHEMA}; a newer Sealreel wrote it")
        keys = {int(key_id): WatermarkKey(int(key_id), bytes.fromhex(text)) for key_id, text in content["keys"].items()}
        current = keys.pop(int(content["current"]))
        salt = bytes.fromhex(content["prompt_salt"])
    except OSError as error:
        raise KeyringUnusable(f"{path}: {error.strerror}; expected a keyring") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyringUnusable(f"{path}: damaged ({error}); restore it from a backup") from error
    if len(salt) != SALT_BYTES:
        raise KeyringUnusable(f"{path}: damaged (prompt_salt of {len(salt)} bytes); restore it from a backup")
    newest_first = sorted(keys.values(), key=lambda key: -key.key_id)
    return Keyring(current, (current, *newest_first), salt)

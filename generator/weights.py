"""Which weights these are: one SHA-256 over a model directory, that anybody can compute again with `sha256sum`."""

import hashlib
import re
from pathlib import Path

from ..errors import ModelUnavailable

_CHUNK = 1 << 20
_SHA256 = re.compile("[0-9a-f]{64}")


def weights_sha256(directory: Path) -> str:
    """Return one hash over all weights of a diffusers directory.

    It is the SHA-256 of the lines `<SHA-256 of the file>  <part>/<file>`, in the order of the names' bytes: what
    `LC_ALL=C sha256sum */*.safetensors | sha256sum` prints inside the directory.

    Raises:
        ModelUnavailable: There are no weights, or they cannot be read.
    """
    files = sorted(directory.glob("*/*.safetensors"), key=lambda path: path.relative_to(directory).as_posix().encode())
    if not files:
        raise ModelUnavailable(f"{directory} holds no weights (PART/*.safetensors)")
    try:
        lines = [f"{_sha256_of(path)}  {path.relative_to(directory).as_posix()}\n" for path in files]
    except OSError as error:
        raise ModelUnavailable(f"{directory}: its weights cannot be read: {error.strerror}") from error
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _sha256_of(path: Path) -> str:
    """Hash a file; in the hub's cache a large file's blob is named by its SHA-256 already, and is not read again."""
    blob = path.resolve()
    if path.is_symlink() and blob.parent.name == "blobs" and _SHA256.fullmatch(blob.name):
        return blob.name
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()

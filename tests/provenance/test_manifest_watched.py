"""What the C2PA library swallows comes out: disk errors, a signer's errors, Ctrl-C."""

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import ManifestUnreadable, OutputUnwritable
from sealreel.provenance.manifest import Claim, TrustAnchors, sign_file
from sealreel.provenance.manifest.watched_file import WatchedFile, open_drain, open_watched
from sealreel.provenance.signing import Signer


class Failing(io.BytesIO):
    """A file whose every read and write raises."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(bytes(100))
        self._failure = failure

    def read(self, _size: int | None = -1, /) -> bytes:
        raise self._failure

    def readinto(self, _buffer: Any, /) -> int:
        raise self._failure

    def write(self, _data: Any, /) -> int:
        raise self._failure


BAD_DISK = OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("failure", [BAD_DISK, KeyboardInterrupt()])
def test_the_first_failure_is_kept_and_the_library_gets_an_error_it_can_catch(failure: BaseException) -> None:
    watched = WatchedFile(Failing(failure))

    for operation in (watched.read, lambda: watched.readinto(memoryview(bytearray(4))), lambda: watched.write(b"x")):
        with pytest.raises(OSError, match=r"error|interrupted"):
            operation()
    assert watched.failure is failure


def test_a_disk_that_fails_while_reading_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")

    with pytest.raises(ManifestUnreadable, match=r"clip\.mp4: Input/output error while reading"):  # noqa: SIM117
        with open_watched(path) as watched:
            watched.failure = BAD_DISK


def test_a_disk_that_fails_while_writing_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable, match=r"clip\.mp4: Input/output error while writing"):  # noqa: SIM117
        with open_drain(tmp_path / "clip.mp4") as drain:
            drain.failure = BAD_DISK


def test_an_interrupt_while_reading_or_writing_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"x")

    for opened in (open_watched, open_drain):
        with pytest.raises(KeyboardInterrupt), opened(tmp_path / "clip.mp4") as watched:
            watched.failure = KeyboardInterrupt()


def test_an_interrupt_while_signing_is_not_lost_and_leaves_nothing(
    tmp_path: Path, tiny_mp4: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    def interrupted(_: bytes) -> bytes:
        raise KeyboardInterrupt

    impatient = Signer(signer.algorithm, signer.chain_pem, interrupted, "test")
    with pytest.raises(KeyboardInterrupt):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), impatient, trust=trust)
    assert list(tmp_path.iterdir()) == []


def test_a_patch_lies_over_every_read_that_touches_it() -> None:
    content = bytes(range(32))
    watched = WatchedFile(io.BytesIO(content))
    watched.lay_over({10: b"PATCHED!"})
    expected = content[:10] + b"PATCHED!" + content[18:]

    for start in range(32):
        for size in (1, 3, 8, 32):
            watched.seek(start)
            assert watched.read(size) == expected[start : start + size]
            buffer = bytearray(size)
            watched.seek(start)
            count = watched.readinto(memoryview(buffer))
            assert bytes(buffer[:count]) == expected[start : start + size]

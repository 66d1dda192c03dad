"""Damaged, cut and glued files: a verdict or our own error, in bounded time, and never `verified`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from sealreel.errors import SealreelError
from sealreel.media import Encoding, Limits
from sealreel.provenance import MarkConfig, ReleaseConfig, VerifyConfig, mark, verify
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import TrustAnchors
from sealreel.provenance.signing import Signer

FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
many = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=FIXTURES)
few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=FIXTURES)

GOOD = {"verified", "intact_untrusted"}


@pytest.fixture(scope="module")
def home(
    identity: Path,
    signer: Signer,
    trust: TrustAnchors,
    shoot: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[bytes, VerifyConfig]:
    """A marked clip of ours, and how the installation that made it looks at files."""
    directory = tmp_path_factory.mktemp("home")
    store_url = f"sqlite:///{directory / 'records.sqlite'}"
    keyring = open_keyring(identity)
    release = ReleaseConfig(
        signer=signer, keyring=keyring, store_url=store_url, trust=trust, encoding=Encoding(preset="ultrafast")
    )
    film = shoot(directory / "film.mp4", size=128, frames=8)
    output = mark(film, directory / "marked.mp4", MarkConfig(release=release, digital_source_type="digitalCapture"))
    look = VerifyConfig(
        trust=trust, keys=keyring.keys, store_url=store_url, limits=Limits(pixels=10**6, frames=500, decode_seconds=30)
    )
    return output.file.read_bytes(), look


def conclusion_of(content: bytes, directory: Path, look: VerifyConfig, *, pixels: bool) -> str:
    """Return the verdict on these bytes; an error of ours is an answer, anything else fails the test."""
    path = directory / "fuzzed.mp4"
    path.write_bytes(content)
    how = VerifyConfig(trust=look.trust, keys=look.keys, store_url=look.store_url, limits=look.limits)
    if not pixels:
        how = VerifyConfig(trust=look.trust, check_watermark="never")
    try:
        return verify(path, how).conclusion
    except SealreelError:
        return "error"


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """Change a few bytes of the film itself: from the media data's first byte to the end of the file."""
    start = content.rindex(b"mdat") + 4
    changed = bytearray(content)
    for offset in data.draw(st.lists(st.integers(start, len(content) - 1), min_size=1, max_size=8, unique=True)):
        changed[offset] ^= data.draw(st.integers(1, 255))
    return bytes(changed)


@many
@given(data=st.data())
def test_a_damaged_film_is_never_verified(
    data: st.DataObject, home: tuple[bytes, VerifyConfig], tmp_path: Path
) -> None:
    assert conclusion_of(damaged(home[0], data), tmp_path, home[1], pixels=False) not in GOOD


@few
@given(data=st.data())
def test_a_damaged_film_is_looked_at_to_the_end(
    data: st.DataObject, home: tuple[bytes, VerifyConfig], tmp_path: Path
) -> None:
    assert conclusion_of(damaged(home[0], data), tmp_path, home[1], pixels=True) not in GOOD


@many
@given(share=st.floats(0, 1, exclude_max=True))
@example(share=0.0)
def test_a_cut_file_is_never_verified(share: float, home: tuple[bytes, VerifyConfig], tmp_path: Path) -> None:
    content = home[0][: int(share * len(home[0]))]

    assert conclusion_of(content, tmp_path, home[1], pixels=False) not in GOOD


@few
@given(share=st.floats(0, 1, exclude_max=True))
def test_the_pixels_of_a_cut_file_are_looked_at(share: float, home: tuple[bytes, VerifyConfig], tmp_path: Path) -> None:
    content = home[0][: int(share * len(home[0]))]

    assert conclusion_of(content, tmp_path, home[1], pixels=True) not in GOOD


@many
@given(before=st.binary(max_size=64), after=st.binary(max_size=64), twice=st.booleans())
def test_glued_files_are_never_verified(
    before: bytes, after: bytes, home: tuple[bytes, VerifyConfig], tmp_path: Path, *, twice: bool
) -> None:
    glued = before + home[0] + (home[0] if twice else b"") + after
    if glued == home[0] or _only_skipped(after, glued, home[0]):
        return

    assert conclusion_of(glued, tmp_path, home[1], pixels=False) not in GOOD


def _only_skipped(after: bytes, glued: bytes, original: bytes) -> bool:
    """Return whether nothing but boxes that the standard leaves out was added: free and skip."""
    return glued == original + after and after[4:8] in (b"free", b"skip")


@many
@given(data=st.data())
def test_moved_pieces_are_never_verified(data: st.DataObject, home: tuple[bytes, VerifyConfig], tmp_path: Path) -> None:
    content, start = home[0], home[0].rindex(b"mdat") + 4
    size = data.draw(st.integers(1, (len(content) - start) // 2))
    one = data.draw(st.integers(start, len(content) - 2 * size))
    two = data.draw(st.integers(one + size, len(content) - size))
    swapped = bytearray(content)
    swapped[one : one + size], swapped[two : two + size] = content[two : two + size], content[one : one + size]
    if bytes(swapped) == content:
        return

    assert conclusion_of(bytes(swapped), tmp_path, home[1], pixels=False) not in GOOD


def test_the_file_itself_is_verified(home: tuple[bytes, VerifyConfig], tmp_path: Path) -> None:
    assert conclusion_of(home[0], tmp_path, home[1], pixels=True) == "verified"

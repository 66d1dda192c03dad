"""An independent C2PA verifier, with a core of its own, agrees on what we sign."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.manifest.watched_file import MERKLE_FROM_BYTES
from sealreel.provenance.signing import Signer

second = pytest.importorskip("encypher_c2pa", reason="encypher-c2pa is not installed")
Sign = Callable[..., Path]


def opinion(path: Path, media_type: str, trust: TrustAnchors) -> dict[str, Any]:
    anchors = b"".join(trust.manifest).decode() or None
    answer = second.verify(path, media_type, trust_pem=anchors, no_default_trust=True, telemetry=False, online=False)
    return dict(answer)


def signed(media_type: str, tiny_media: dict[str, Path], sign: Sign) -> Path:
    source = tiny_media[media_type]
    return sign(source, f"signed{source.suffix}", media_type=media_type)


def flip(path: Path, offset: int) -> Path:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)
    return path


MEDIA_TYPES = ["video/mp4", "image/png", "image/jpeg"]


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_it_finds_our_files_good(media_type: str, tiny_media: dict[str, Path], sign: Sign, trust: TrustAnchors) -> None:
    answer = opinion(signed(media_type, tiny_media, sign), media_type, trust)

    assert (answer["integrity"], answer["signature"], answer["hard_binding"]) == ("valid", "valid", "match")
    assert answer["validation_state"] == "Trusted"


@pytest.mark.parametrize(("media_type", "where"), [("video/mp4", b"mdat"), ("image/png", b"IDAT"), ("image/jpeg", b"")])
def test_it_finds_them_tampered_when_we_do(
    media_type: str, where: bytes, tiny_media: dict[str, Path], sign: Sign, trust: TrustAnchors
) -> None:
    path = signed(media_type, tiny_media, sign)
    flip(path, path.read_bytes().rindex(where) + 40 if where else path.stat().st_size - 100)

    assert read_manifest(path, trust=trust).failure_kind == "content"
    assert opinion(path, media_type, trust)["integrity"] == "invalid"


def test_it_does_not_trust_a_stranger_either(sign: Sign) -> None:
    path = sign()

    assert read_manifest(path, trust=TrustAnchors()).state == "valid"
    assert opinion(path, "video/mp4", TrustAnchors())["validation_state"] == "Valid"


def test_it_agrees_on_a_file_with_a_parent(sign: Sign, trust: TrustAnchors) -> None:
    path = sign(parent=sign(name="original.mp4"), action="c2pa.opened")
    answer = opinion(path, "video/mp4", trust)

    assert (answer["integrity"], answer["hard_binding"]) == ("valid", "match")


@pytest.fixture
def long_mp4(tiny_mp4: Path, tmp_path: Path) -> Path:
    """The tiny MP4 with so many zeros behind its frames that it is hashed in chunks."""
    content = tiny_mp4.read_bytes()
    start = content.index(b"mdat") - 4
    size, extra = int.from_bytes(content[start : start + 4]), MERKLE_FROM_BYTES + 12_345
    path = tmp_path / "long.mp4"
    frames, after = content[start + 4 : start + size], content[start + size :]
    path.write_bytes(content[:start] + (size + extra).to_bytes(4) + frames + bytes(extra) + after)
    return path


def test_it_agrees_on_a_file_that_is_hashed_in_chunks(
    long_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    target = tmp_path / "signed.mp4"
    sign_file(long_mp4, target, make_claim(), signer, trust=trust)
    answer = opinion(target, "video/mp4", trust)

    assert b"fixedBlockSize" in target.read_bytes()
    assert read_manifest(target, trust=trust).state == "trusted"
    assert (answer["integrity"], answer["hard_binding"]) == ("valid", "match")


def test_both_find_one_bit_in_a_late_chunk(
    long_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    target = tmp_path / "signed.mp4"
    sign_file(long_mp4, target, make_claim(), signer, trust=trust)
    flip(target, target.stat().st_size - 5_000)

    assert read_manifest(target, trust=trust).failure_kind == "content"
    assert opinion(target, "video/mp4", trust)["integrity"] == "invalid"

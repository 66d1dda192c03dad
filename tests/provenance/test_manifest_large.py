"""Large files: chunked hashing, headers widened without moving a byte, memory that does not grow with the file."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import av
import pytest

from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.manifest.mp4_headers import widened_headers
from sealreel.provenance.manifest.watched_file import MERKLE_FROM_BYTES
from sealreel.provenance.signing import Signer

GIGABYTE = 1_000_000_000
PEAK_MB = 100
"""What signing or verifying 1 GB may take in all, interpreter and libraries included; 49 MB measured."""


def box(kind: bytes, size: int = 8) -> bytes:
    return size.to_bytes(4) + kind + bytes(size - 8)


def patched(content: bytes) -> bytes:
    result = bytearray(content)
    for offset, patch in widened_headers(io.BytesIO(content)).items():
        result[offset : offset + len(patch)] = patch
    return bytes(result)


def test_a_header_takes_the_place_of_the_free_box_before_it() -> None:
    before = box(b"ftyp", 16) + box(b"free") + box(b"mdat", 100) + box(b"moov", 20)

    assert widened_headers(io.BytesIO(before)) == {16: b"\0\0\0\1mdat" + (108).to_bytes(8)}
    assert len(patched(before)) == len(before)


def test_every_media_box_is_widened() -> None:
    content = box(b"ftyp", 16) + (box(b"free") + box(b"mdat", 50)) * 3

    assert len(widened_headers(io.BytesIO(content))) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        box(b"ftyp", 16) + box(b"mdat", 50),  # no room
        box(b"ftyp", 16) + box(b"free", 16) + box(b"mdat", 50),  # somebody's bytes in the free box
        box(b"ftyp", 16) + box(b"free") + b"\0\0\0\1mdat" + (50).to_bytes(8) + bytes(34),  # wide already
        box(b"ftyp", 16) + box(b"free") + b"\0\0\0\0mdat" + bytes(50),  # to the end of the file
        box(b"ftyp", 16) + b"\0\0\0\3free" + bytes(50),  # nonsense
    ],
)
def test_what_can_not_or_need_not_be_widened_is_left_alone(content: bytes) -> None:
    assert widened_headers(io.BytesIO(content)) == {}


def stretched(source: Path, target: Path, extra: int) -> Path:
    """Write the MP4 with `extra` zeros at the end of its media data, as a hole that takes no disk."""
    content = source.read_bytes()
    start = content.index(b"mdat") - 4
    size = int.from_bytes(content[start : start + 4])
    with target.open("wb") as stream:
        stream.write(content[:start] + (size + extra).to_bytes(4) + content[start + 4 : start + size])
        stream.seek(extra, io.SEEK_CUR)
        stream.write(content[start + size :])
    return target


def packets(path: Path) -> list[bytes]:
    with cast("Any", av).open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0)]


def test_a_widened_file_plays_the_same_packets(
    tiny_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    source = stretched(tiny_mp4, tmp_path / "source.mp4", MERKLE_FROM_BYTES)
    sign_file(source, tmp_path / "signed.mp4", make_claim(), signer, trust=trust)

    assert b"\0\0\0\1mdat" in (tmp_path / "signed.mp4").read_bytes()
    assert packets(tmp_path / "signed.mp4") == packets(source) == packets(tiny_mp4)


def test_a_large_file_with_its_manifest_beside_it_is_not_touched(
    tiny_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    source = stretched(tiny_mp4, tmp_path / "source.mp4", MERKLE_FROM_BYTES)
    target, sidecar = tmp_path / "out.mp4", tmp_path / "out.c2pa"
    sign_file(source, target, make_claim(), signer, trust=trust, sidecar=sidecar, embed=False)

    assert target.read_bytes() == source.read_bytes()
    assert read_manifest(target, trust=trust, sidecar=sidecar).state == "trusted"


MEASURED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.signing import load_signer, local_root_pem

def peak_mb():  # not getrusage: its peak includes that of the process which started this one
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

keys, source, target, verb = (Path(argument) for argument in sys.argv[1:])
signer = load_signer("local", directory=keys)
trust = TrustAnchors(manifest=(local_root_pem(keys),))
claim = Claim("large", "video/mp4", datetime.now(UTC), "trainedAlgorithmicMedia", "generated", "test", "1",
              "urn:uuid:3f0a2f54-5c0b-4b55-9f0e-000000000001")
before = peak_mb()
if verb.name == "sign":
    sign_file(source, target, claim, signer, trust=trust)
else:
    assert read_manifest(target, trust=trust).state == "trusted"
print(before, peak_mb())
"""


@pytest.mark.benchmark
def test_a_gigabyte_is_signed_and_verified_in_little_memory(tiny_mp4: Path, tmp_path: Path, identity: Path) -> None:
    source, target = stretched(tiny_mp4, tmp_path / "source.mp4", GIGABYTE), tmp_path / "signed.mp4"
    for verb in ("sign", "verify"):
        command = [sys.executable, "-c", MEASURED, *map(str, (identity, source, target, verb))]
        before, peak = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        assert peak < PEAK_MB, f"{verb}: from {before:.0f} to {peak:.0f} MB"
    target.unlink()  # pytest keeps the directories of its last three runs

"""Mutated and cut files: no crash, no hang, and never trusted with other pictures or another story."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sealreel.errors import ManifestUnreadable
from sealreel.provenance.manifest import ManifestReport, TrustAnchors, read_manifest

STORIES = ("title", "digital_source_type", "soft_binding_payload", "claim_generator", "active", "ingredients")
bounded = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module", params=["video/mp4", "image/png", "image/jpeg"])
def original(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sign_into: Callable[..., Path],
    tiny_media: dict[str, Path],
) -> Path:
    """A signed file over a signed parent."""
    directory, source = tmp_path_factory.mktemp("mutations"), tiny_media[request.param]
    parent = sign_into(directory / f"parent{source.suffix}", source, media_type=request.param)
    target = directory / f"signed{source.suffix}"
    return sign_into(target, source, parent, media_type=request.param, action="c2pa.opened")


def read(content: bytes, directory: Path, trust: TrustAnchors) -> ManifestReport | None:
    """Read content as a file; None if it could not be looked at, which is an answer too."""
    path = directory / "mutated.bin"
    path.write_bytes(content)
    try:
        return read_manifest(path, trust=trust)
    except ManifestUnreadable:
        return None


def boxes(content: bytes) -> dict[bytes, list[bytes]]:
    """Return the top-level boxes of an MP4 by their kind."""
    found: dict[bytes, list[bytes]] = {}
    position = 0
    while position + 8 <= len(content):
        size = max(8, int.from_bytes(content[position : position + 4]))
        found.setdefault(content[position + 4 : position + 8], []).append(content[position : position + size])
        position += size
    return found


@bounded
@given(data=st.data())
def test_a_changed_byte_is_never_trusted_with_another_story(
    data: st.DataObject, original: Path, tmp_path: Path, trust: TrustAnchors
) -> None:
    before, content = read_manifest(original, trust=trust), bytearray(original.read_bytes())
    offset = data.draw(st.integers(0, len(content) - 1))
    content[offset] ^= data.draw(st.integers(1, 255))
    report = read(bytes(content), tmp_path, trust)

    if report is not None and report.state == "trusted":  # padding is nobody's word
        assert {name: getattr(report, name) for name in STORIES} == {name: getattr(before, name) for name in STORIES}
        assert boxes(bytes(content)).get(b"mdat") == boxes(original.read_bytes()).get(b"mdat")
        assert boxes(bytes(content)).get(b"moov") == boxes(original.read_bytes()).get(b"moov")


@bounded
@given(data=st.data())
def test_a_cut_file_is_never_trusted(data: st.DataObject, original: Path, tmp_path: Path, trust: TrustAnchors) -> None:
    content = original.read_bytes()
    report = read(content[: data.draw(st.integers(0, len(content) - 1))], tmp_path, trust)

    assert report is None or report.state != "trusted"


@bounded
@given(data=st.data())
def test_a_spliced_file_is_never_trusted_with_another_story(
    data: st.DataObject, original: Path, tmp_path: Path, trust: TrustAnchors
) -> None:
    content = original.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    spliced = content[:start] + data.draw(st.binary(max_size=64)) + content[end:]
    report = read(spliced, tmp_path, trust)

    if spliced != content and report is not None and report.state == "trusted":
        before = read_manifest(original, trust=trust)
        assert {name: getattr(report, name) for name in STORIES} == {name: getattr(before, name) for name in STORIES}


@bounded
@given(content=st.binary(max_size=2000))
def test_noise_is_nothing_at_all(content: bytes, tmp_path: Path, trust: TrustAnchors) -> None:
    report = read(content, tmp_path, trust)

    assert report is None or report.state in ("unsupported", "absent", "invalid")


@bounded
@given(data=st.data())
def test_a_changed_sidecar_is_never_trusted_with_another_story(
    data: st.DataObject, tmp_path: Path, tiny_mp4: Path, trust: TrustAnchors, sidecar: Path
) -> None:
    before, content = read_manifest(tiny_mp4, trust=trust, sidecar=sidecar), bytearray(sidecar.read_bytes())
    offset = data.draw(st.integers(0, len(content) - 1))
    content[offset] ^= data.draw(st.integers(1, 255))
    (tmp_path / "mutated.c2pa").write_bytes(content)
    report = read_manifest(tiny_mp4, trust=trust, sidecar=tmp_path / "mutated.c2pa")

    if report.state == "trusted":
        assert {name: getattr(report, name) for name in STORIES} == {name: getattr(before, name) for name in STORIES}


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory, sign_into: Callable[..., Path], tiny_mp4: Path) -> Path:
    directory = tmp_path_factory.mktemp("sidecar")
    sign_into(directory / "out.mp4", tiny_mp4, sidecar=directory / "out.c2pa", embed=False)
    return directory / "out.c2pa"


@pytest.mark.parametrize("box", [b"mdat", b"moov"])
def test_every_byte_of_the_media_counts(
    box: bytes, sign_into: Callable[..., Path], tiny_mp4: Path, tmp_path: Path, trust: TrustAnchors
) -> None:
    content = sign_into(tmp_path / "signed.mp4", tiny_mp4).read_bytes()
    start = content.rindex(box) - 4
    size = int.from_bytes(content[start : start + 4])

    for offset in range(start, start + size, 7):
        mutated = bytearray(content)
        mutated[offset] ^= 1
        report = read(bytes(mutated), tmp_path, trust)
        assert report is None or report.state != "trusted", offset

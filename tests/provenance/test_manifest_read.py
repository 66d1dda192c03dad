"""Reading: every kind of file gets the state it deserves, and none crashes the reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import av
import pytest

from sealreel.errors import ManifestUnreadable, SettingsInvalid
from sealreel.provenance.manifest import TrustAnchors, find_sidecar, read_crjson, read_manifest
from sealreel.provenance.signing import Signer, load_signer, local_root_pem

Sign = Callable[..., Path]
NOBODY = TrustAnchors()


def changed(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


def flipped(path: Path, box: bytes, offset: int) -> Path:
    content = bytearray(path.read_bytes())
    content[content.rindex(box) + offset] ^= 1
    path.write_bytes(content)
    return path


def test_without_anchors_a_good_manifest_is_valid_not_trusted(sign: Sign) -> None:
    report = read_manifest(sign(), trust=NOBODY)

    assert report.state == "valid"
    assert report.codes.failure == ("signingCredential.untrusted",)
    assert report.failure_kind is None


def test_another_root_trusts_nothing_of_ours(sign: Sign, tmp_path: Path) -> None:
    load_signer("local", directory=tmp_path / "other")
    root = local_root_pem(tmp_path / "other")
    assert root is not None

    assert read_manifest(sign(), trust=TrustAnchors(manifest=(root,))).state == "valid"


def test_an_anchor_for_time_stamps_vouches_for_no_manifest(sign: Sign, trust: TrustAnchors) -> None:
    assert read_manifest(sign(), trust=TrustAnchors(tsa=trust.manifest)).state == "valid"


def test_an_anchor_for_identities_vouches_for_no_manifest(sign: Sign, trust: TrustAnchors) -> None:
    assert read_manifest(sign(), trust=TrustAnchors(cawg=trust.manifest)).state == "valid"


def test_an_anchor_of_both_kinds_vouches(sign: Sign, trust: TrustAnchors) -> None:
    both = TrustAnchors(manifest=trust.manifest, tsa=trust.manifest, cawg=trust.manifest)

    assert read_manifest(sign(), trust=both).state == "trusted"


@pytest.mark.parametrize("kind", ["manifest", "tsa", "cawg"])
def test_anchors_that_hold_no_certificate_are_refused(kind: str) -> None:
    with pytest.raises(SettingsInvalid, match="no readable PEM certificate"):
        TrustAnchors(**{kind: (b"my root",)})


def test_a_persons_remarks_between_certificates_do_no_harm(sign: Sign, trust: TrustAnchors) -> None:
    remarks = "die Wurzel der Brücke\n".encode("latin-1")
    remarked = TrustAnchors(manifest=tuple(remarks + bundle for bundle in trust.manifest))

    assert read_manifest(sign(), trust=remarked).state == "trusted"


def test_an_ingredient_is_not_trusted_by_an_anchor_for_time_stamps(
    sign: Sign, trust: TrustAnchors, tmp_path: Path
) -> None:
    signed = sign(sign(), "child.mp4", parent=sign(name="parent.mp4"), action="c2pa.opened")
    load_signer("local", directory=tmp_path / "other")
    wrong = TrustAnchors(tsa=trust.manifest)

    assert read_manifest(signed, trust=trust).ingredients[0].state == "trusted"
    assert read_manifest(signed, trust=wrong).ingredients[0].state == "valid"


def test_a_single_certificate_can_be_allowed(sign: Sign, signer: Signer) -> None:
    assert read_manifest(sign(), trust=TrustAnchors(allowed=(signer.chain_pem,))).state == "trusted"


@pytest.mark.parametrize("box", [b"mdat", b"moov"])
def test_one_flipped_bit_is_changed_content(box: bytes, sign: Sign, trust: TrustAnchors) -> None:
    report = read_manifest(flipped(sign(), box, 40), trust=trust)

    assert report.state == "invalid"
    assert report.failure_kind == "content"
    assert "assertion.bmffHash.mismatch" in report.codes.failure


def test_a_truncated_file_is_changed_content(sign: Sign, trust: TrustAnchors) -> None:
    signed = sign()
    signed.write_bytes(signed.read_bytes()[:-100])

    assert read_manifest(signed, trust=trust).state == "invalid"


def test_an_edited_assertion_is_changed_content(sign: Sign, trust: TrustAnchors) -> None:
    report = read_manifest(changed(sign(), b"sealreel-embedded", b"sealreel-embeddeD"), trust=trust)

    assert report.state == "invalid"
    assert report.failure_kind == "content"


def test_a_free_box_at_the_end_is_no_change(sign: Sign, trust: TrustAnchors) -> None:
    signed = sign()
    signed.write_bytes(signed.read_bytes() + b"\x00\x00\x00\x10free12345678")

    assert read_manifest(signed, trust=trust).state == "trusted"


def test_a_remuxed_file_has_no_manifest(sign: Sign, trust: TrustAnchors, tmp_path: Path) -> None:
    pyav = cast("Any", av)  # its packet types are only half known to a checker
    with pyav.open(str(sign())) as source, pyav.open(str(tmp_path / "remuxed.mp4"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)

    assert read_manifest(tmp_path / "remuxed.mp4", trust=trust).state == "absent"


def test_an_unsigned_file_has_no_manifest(tiny_mp4: Path, trust: TrustAnchors) -> None:
    assert read_manifest(tiny_mp4, trust=trust).state == "absent"


def test_the_suffix_does_not_matter(sign: Sign, trust: TrustAnchors, tmp_path: Path) -> None:
    misnamed = sign().rename(tmp_path / "clip.png")

    assert read_manifest(misnamed, trust=trust).state == "trusted"


@pytest.mark.parametrize(("name", "content"), [("a.webm", b"\x1a\x45\xdf\xa3" + bytes(99)), ("a.mp4", b"just text")])
def test_a_type_that_holds_no_manifest_is_unsupported(
    name: str, content: bytes, tmp_path: Path, trust: TrustAnchors
) -> None:
    (tmp_path / name).write_bytes(content)

    assert read_manifest(tmp_path / name, trust=trust).state == "unsupported"


def test_an_empty_file_can_not_be_looked_at(tmp_path: Path, trust: TrustAnchors) -> None:
    (tmp_path / "empty.mp4").touch()

    with pytest.raises(ManifestUnreadable, match=r"empty\.mp4"):
        read_manifest(tmp_path / "empty.mp4", trust=trust)


def test_a_missing_file_can_not_be_looked_at(tmp_path: Path, trust: TrustAnchors) -> None:
    with pytest.raises(ManifestUnreadable, match="No such file"):
        read_manifest(tmp_path / "gone.mp4", trust=trust)


def test_a_directory_can_not_be_looked_at(tmp_path: Path, trust: TrustAnchors) -> None:
    with pytest.raises(ManifestUnreadable, match="Is a directory"):
        read_manifest(tmp_path, trust=trust)


def test_a_sidecar_that_is_no_manifest_is_invalid(tiny_mp4: Path, tmp_path: Path, trust: TrustAnchors) -> None:
    (tmp_path / "junk.c2pa").write_bytes(b"junk" * 100)
    report = read_manifest(tiny_mp4, trust=trust, sidecar=tmp_path / "junk.c2pa")

    assert report.state == "invalid"
    assert report.failure_kind == "malformed"


def test_an_empty_sidecar_can_not_be_looked_at(tiny_mp4: Path, tmp_path: Path, trust: TrustAnchors) -> None:
    (tmp_path / "empty.c2pa").touch()

    with pytest.raises(ManifestUnreadable, match="empty"):
        read_manifest(tiny_mp4, trust=trust, sidecar=tmp_path / "empty.c2pa")


@pytest.mark.parametrize("name", ["clip.c2pa", "clip.mp4.c2pa"])
def test_a_sidecar_is_found_beside_its_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()

    assert find_sidecar(tmp_path / "clip.mp4") == tmp_path / name


def test_no_sidecar_is_found_where_there_is_none(tmp_path: Path) -> None:
    assert find_sidecar(tmp_path / "clip.mp4") is None


@pytest.mark.parametrize("title", ["x" * 10_000, "\x1b[31mred\x1b[0m", "\u202egnp.exe", "<script>", "two\nlines"])
def test_hostile_text_comes_back_as_it_is_but_bounded(title: str, sign: Sign, trust: TrustAnchors) -> None:
    report = read_manifest(sign(title=title), trust=trust)

    assert report.state == "trusted"
    assert report.title is not None
    assert len(report.title) <= 500
    assert title.startswith(report.title.rstrip("…"))


def test_crjson_of_a_file_without_a_manifest_is_an_error(tiny_mp4: Path, trust: TrustAnchors) -> None:
    with pytest.raises(ManifestUnreadable, match="ManifestNotFound"):
        read_crjson(tiny_mp4, trust=trust)

"""`verify`: one verdict a file; an exception only where nobody could look."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sealreel.errors import StoreCorrupt, TooManyPixels, UnreadableMedia
from sealreel.media import Encoding, Limits, form_of, probe, read_pictures, remux, write_pictures
from sealreel.provenance import MarkConfig, Output, Payload, ReleaseConfig, VerifyConfig, mark, verify
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import Claim, TrustAnchors, sign_file
from sealreel.provenance.watermark import load_method

Shoot = Callable[..., Path]


@pytest.fixture
def output(footage: Path, tmp_path: Path, installation: ReleaseConfig) -> Output:
    config = MarkConfig(release=installation, digital_source_type="trainedAlgorithmicMedia")
    return mark(footage, tmp_path / "marked.mp4", config)


@pytest.fixture
def stripped(output: Output, tmp_path: Path) -> Path:
    """The marked file as a platform hands it on: the same packets, no manifest."""
    remux(output.file, tmp_path / "stripped.mp4")
    return tmp_path / "stripped.mp4"


def imprinted(source: Path, target: Path, payload: Payload, installation: ReleaseConfig) -> Path:
    """Put a payload of the installation into any pixels, unsigned: what a thief of the mark would do."""
    clip = probe(source)
    marked = load_method().embed(read_pictures(clip), payload, installation.keyring.current)
    write_pictures(marked, target, form=form_of(clip, "mp4"), encoding=installation.encoding)
    return target


def claim(payload: Payload) -> Claim:
    return Claim(
        title="forged.mp4",
        media_type="video/mp4",
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
        digital_source_type="digitalCapture",
        generated_or_altered="altered",
        system="test",
        system_version="1",
        content_id="urn:uuid:0",
        payload=payload,
        watermark_method="sealreel.1",
    )


def test_an_intact_manifest_needs_no_pixels(output: Output, look: VerifyConfig) -> None:
    verdict = verify(output.file, look)

    assert (verdict.conclusion, verdict.watermark.status) == ("verified", "not_checked")
    assert verdict.sha256 == output.sha256


def test_an_unknown_signer_is_intact_but_untrusted(output: Output, look: VerifyConfig) -> None:
    assert verify(output.file, replace(look, trust=TrustAnchors())).conclusion == "intact_untrusted"


def test_a_stripped_file_is_found_through_its_mark(stripped: Path, output: Output, look: VerifyConfig) -> None:
    verdict = verify(stripped, look)

    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_watermark")
    assert verdict.recovery is not None
    assert verdict.recovery.record.manifest_id == output.manifest_id
    assert verdict.recovery.matches


def test_a_negative_leads_to_the_record_of_its_positive(stripped: Path, tmp_path: Path, look: VerifyConfig) -> None:
    clip = probe(stripped)
    exchanged = (replace(picture, luma=255 - picture.luma) for picture in read_pictures(clip))
    write_pictures(exchanged, tmp_path / "negative.mp4", form=form_of(clip, "mp4"), encoding=Encoding())

    verdict = verify(tmp_path / "negative.mp4", look)

    assert verdict.watermark.negative
    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_watermark")
    assert verdict.recovery is not None
    assert verdict.recovery.matches


def test_one_changed_byte_is_tampering(output: Output, tmp_path: Path, look: VerifyConfig) -> None:
    content = bytearray(output.file.read_bytes())
    content[content.rindex(b"mdat") + 3000] ^= 1
    (tmp_path / "flipped.mp4").write_bytes(content)

    verdict = verify(tmp_path / "flipped.mp4", look)

    assert verdict.conclusion == "tampered"
    assert verdict.recovery is not None
    assert verdict.recovery.record.sha256 == output.sha256


def test_a_truncated_file_is_tampered_not_unreadable(output: Output, tmp_path: Path, look: VerifyConfig) -> None:
    (tmp_path / "cut.mp4").write_bytes(output.file.read_bytes()[:-5000])

    assert verify(tmp_path / "cut.mp4", look).conclusion == "tampered"


def test_a_mark_that_no_store_knows_is_no_provenance(stripped: Path, tmp_path: Path, look: VerifyConfig) -> None:
    elsewhere = replace(look, store_url=f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")

    verdict = verify(stripped, elsewhere)

    assert verdict.conclusion == "no_provenance"
    assert "watermark.unknown_record" in {reason.code for reason in verdict.reasons}
    assert not (tmp_path / "elsewhere.sqlite").exists()


def test_without_keys_the_pixels_say_nothing(stripped: Path, look: VerifyConfig) -> None:
    verdict = verify(stripped, replace(look, keys=(), store_url=None))

    assert (verdict.conclusion, verdict.watermark.status) == ("no_provenance", "not_checked")
    assert verdict.reasons[-1].code == "watermark.no_key"


def test_another_installation_s_keys_find_nothing(stripped: Path, tmp_path: Path, look: VerifyConfig) -> None:
    strangers = open_keyring(tmp_path / "strangers").keys

    verdict = verify(stripped, replace(look, keys=strangers, store_url=None))

    assert (verdict.conclusion, verdict.watermark.status) == ("no_provenance", "not_found")


def test_without_keys_the_content_still_leads_to_the_record(stripped: Path, look: VerifyConfig) -> None:
    verdict = verify(stripped, replace(look, keys=()))

    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_fingerprint")


def test_a_mark_copied_onto_other_content_is_a_mismatch(
    output: Output, shoot: Shoot, tmp_path: Path, look: VerifyConfig, installation: ReleaseConfig
) -> None:
    assert output.payload is not None
    forged = imprinted(shoot(tmp_path / "other.mp4", seed=99), tmp_path / "forged.mp4", output.payload, installation)

    verdict = verify(forged, look)

    assert (verdict.conclusion, verdict.reasons[0].code) == ("content_mismatch", "watermark.other_content")


def test_a_manifest_that_names_another_payload_is_a_mismatch(
    footage: Path, tmp_path: Path, look: VerifyConfig, installation: ReleaseConfig
) -> None:
    pixels = imprinted(footage, tmp_path / "pixels.mp4", Payload(record_id=1), installation)
    signed = tmp_path / "signed.mp4"
    sign_file(pixels, signed, claim(Payload(record_id=2)), installation.signer, trust=installation.trust)

    verdict = verify(signed, replace(look, check_watermark="always"))

    assert (verdict.conclusion, verdict.reasons[0].code) == ("content_mismatch", "watermark.manifest_disagree")


def test_unmarked_media_have_no_provenance(footage: Path, look: VerifyConfig) -> None:
    verdict = verify(footage, look)

    assert verdict.conclusion == "no_provenance"
    assert [reason.code for reason in verdict.reasons] == ["manifest.absent", "watermark.not_found"]


def test_other_footage_is_not_taken_for_a_record(
    output: Output, shoot: Shoot, tmp_path: Path, look: VerifyConfig
) -> None:
    assert output.record
    assert verify(shoot(tmp_path / "other.mp4", seed=31), look).conclusion == "no_provenance"


def test_unmarked_webm_is_unsupported(shoot: Shoot, tmp_path: Path, look: VerifyConfig) -> None:
    assert verify(shoot(tmp_path / "film.webm"), look).conclusion == "unsupported"


def test_never_means_never(stripped: Path, look: VerifyConfig) -> None:
    verdict = verify(stripped, replace(look, check_watermark="never"))

    assert (verdict.conclusion, verdict.watermark.status) == ("no_provenance", "not_checked")


def test_a_sidecar_beside_the_file_is_read(
    footage: Path, tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig
) -> None:
    beside = tmp_path / "signed.c2pa"
    sign_file(
        footage,
        tmp_path / "signed.mp4",
        claim(Payload(record_id=1)),
        installation.signer,
        trust=installation.trust,
        sidecar=beside,
        embed=False,
    )

    assert verify(tmp_path / "signed.mp4", look).conclusion == "verified"


def test_a_manifest_answers_where_pixels_cannot(output: Output, look: VerifyConfig) -> None:
    tight = replace(look, check_watermark="always", limits=Limits(pixels=100))

    verdict = verify(output.file, tight)

    assert verdict.conclusion == "verified"
    assert verdict.reasons[-1].code == "pixels.unreadable"


def test_without_a_manifest_a_limit_is_an_error(stripped: Path, look: VerifyConfig) -> None:
    with pytest.raises(TooManyPixels):
        verify(stripped, replace(look, limits=Limits(pixels=100)))


def test_sound_alone_is_looked_at_as_far_as_it_goes(tmp_path: Path, look: VerifyConfig) -> None:
    silence = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\x08\0\0\0" + b"\x80" * 8
    (tmp_path / "silence.wav").write_bytes(silence)

    verdict = verify(tmp_path / "silence.wav", look)

    assert (verdict.conclusion, verdict.reasons[-1].code) == ("no_provenance", "pixels.unsupported")


CUT_JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 50
CUT_MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0"


@pytest.mark.parametrize(
    "content", [b"", b"just text", b"\0" * 5000, CUT_JPEG, CUT_MP4], ids=["empty", "text", "zeros", "jpeg", "mp4"]
)
def test_what_is_no_media_is_unreadable(tmp_path: Path, look: VerifyConfig, content: bytes) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)

    with pytest.raises(UnreadableMedia, match=r"clip\.mp4"):
        verify(tmp_path / "clip.mp4", look)


@pytest.mark.parametrize("name", ["missing.mp4", "folder.mp4", "pipe.mp4", "nul\0.mp4", "x" * 300 + ".mp4"])
def test_what_is_no_file_is_unreadable(tmp_path: Path, look: VerifyConfig, name: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")

    with pytest.raises(UnreadableMedia):
        verify(tmp_path / name, look)


def test_a_corrupt_store_is_an_error_where_only_it_could_answer(stripped: Path, look: VerifyConfig) -> None:
    spoil(look)

    with pytest.raises(StoreCorrupt):
        verify(stripped, look)


def test_a_corrupt_store_does_not_hide_a_manifest(output: Output, look: VerifyConfig) -> None:
    spoil(look)

    verdict = verify(output.file, replace(look, check_watermark="always"))

    assert (verdict.conclusion, verdict.reasons[-1].code) == ("verified", "store.unusable")


def spoil(look: VerifyConfig) -> None:
    """Write over the store."""
    file = Path((look.store_url or "").removeprefix("sqlite:///"))
    for path in file.parent.iterdir():
        path.unlink()
    file.write_bytes(b"no database at all" * 1000)

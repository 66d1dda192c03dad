"""`mark`: media made elsewhere leave with the same proof of origin, or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from sealreel.errors import (
    NoMarkPossible,
    OutputExists,
    OutputUnwritable,
    RefusedByPolicy,
    SameFile,
    SealreelError,
    StoreLocked,
    TimestampUnavailable,
    UnreadableMedia,
    UnsupportedMedia,
)
from sealreel.media import remux
from sealreel.provenance import MarkConfig, Output, ReleaseConfig, VerifyConfig, mark, verify
from sealreel.provenance.manifest import read_manifest
from sealreel.provenance.signing import Timestamping
from sealreel.provenance.store import open_store
from sealreel.provenance.watermark import Strength


@pytest.fixture
def config(installation: ReleaseConfig) -> MarkConfig:
    return MarkConfig(release=installation, digital_source_type="digitalCapture")


@pytest.fixture
def output(footage: Path, tmp_path: Path, config: MarkConfig) -> Output:
    return mark(footage, tmp_path / "marked.mp4", config)


def left_in(directory: Path) -> set[str]:
    """Names in a directory, hidden ones too, without the store's folder."""
    return {path.name for path in directory.iterdir()} - {"store"}


def packets_of(path: Path) -> list[bytes]:
    container: Any = av.open(str(path))
    with container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def test_a_marked_file_is_verified(output: Output, look: VerifyConfig) -> None:
    assert verify(output.file, look).conclusion == "verified"


def test_pixels_and_manifest_agree(output: Output, look: VerifyConfig) -> None:
    verdict = verify(output.file, replace(look, check_watermark="always"))

    assert verdict.manifest.soft_binding_payload == str(verdict.watermark.payload) == str(output.payload)


def test_the_mark_is_proven_and_faint(output: Output) -> None:
    assert output.p_value_log10 is not None
    assert output.psnr_y_db is not None
    assert (output.p_value_log10 <= -9, output.psnr_y_db > 36) == (True, True)


def test_the_record_is_confirmed_and_names_the_file(output: Output, config: MarkConfig) -> None:
    with open_store(config.release.store_url) as store:
        record = store.find(output.record)

    assert record is not None
    assert (record.state, record.sha256) == ("confirmed", hashlib.sha256(output.file.read_bytes()).hexdigest())
    assert record.manifest_id == output.manifest_id
    assert len(record.fingerprint.hashes) == len(record.fingerprint.sketches) == 8


def test_every_step_is_timed(output: Output) -> None:
    assert {"decode", "embed", "encode", "read_back", "sign", "record"} <= output.timings_ms.keys()


def test_the_source_is_not_changed(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    before = footage.read_bytes()

    mark(footage, tmp_path / "marked.mp4", config)

    assert footage.read_bytes() == before


def test_nothing_but_the_output_is_left(output: Output, tmp_path: Path) -> None:
    assert left_in(tmp_path) == {output.file.name}


def test_two_files_get_two_payloads(output: Output, footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    assert mark(footage, tmp_path / "second.mp4", config).payload != output.payload


def test_an_earlier_manifest_becomes_an_ingredient(
    output: Output, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    again = mark(output.file, tmp_path / "again.mp4", replace(config, digital_source_type=None))

    verdict = verify(again.file, look)

    assert verdict.conclusion == "verified"
    assert [(one.title, one.state) for one in verdict.manifest.ingredients] == [("marked.mp4", "trusted")]


def test_a_tampered_source_stays_tampered(
    output: Output, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    content = output.file.read_bytes().replace(b"VideoHandler", b"VideoHandles")  # signed, yet no decoder minds
    (tmp_path / "broken.mp4").write_bytes(content)

    laundered = mark(tmp_path / "broken.mp4", tmp_path / "laundered.mp4", config)

    verdict = verify(laundered.file, look)
    assert (verdict.conclusion, verdict.reasons[0].code) == ("tampered", "ingredient.tampered")
    assert laundered.notes


def test_without_a_source_type_nothing_is_claimed_about_the_making(
    footage: Path, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    marked = mark(footage, tmp_path / "marked.mp4", replace(config, digital_source_type=None))

    verdict = verify(marked.file, look)

    assert (verdict.conclusion, verdict.manifest.digital_source_type) == ("verified", None)


def test_a_manifest_beside_the_source_is_taken_over(
    footage: Path, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    release = replace(config.release, sidecar=True)
    mark(footage, tmp_path / "first.mp4", replace(config, release=release))
    remux(tmp_path / "first.mp4", tmp_path / "bare.mp4")
    (tmp_path / "first.c2pa").rename(tmp_path / "bare.c2pa")

    again = mark(tmp_path / "bare.mp4", tmp_path / "again.mp4", config)

    assert [one.title for one in verify(again.file, look).manifest.ingredients] == ["bare.mp4"]


def test_a_sidecar_holds_the_same_manifest(
    footage: Path, tmp_path: Path, config: MarkConfig, installation: ReleaseConfig
) -> None:
    release = replace(installation, sidecar=True)

    marked = mark(footage, tmp_path / "marked.mp4", replace(config, release=release))

    report = read_manifest(marked.file, trust=installation.trust, sidecar=tmp_path / "marked.c2pa")
    assert (report.state, report.active) == ("trusted", marked.manifest_id)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_is_marked_like_a_clip(
    shoot: Any, tmp_path: Path, config: MarkConfig, look: VerifyConfig, suffix: str
) -> None:
    picture = shoot(tmp_path / f"picture{suffix}", size=512)

    marked = mark(picture, tmp_path / f"marked{suffix}", config)

    verdict = verify(marked.file, replace(look, check_watermark="always"))
    assert (verdict.conclusion, verdict.watermark.payload) == ("verified", marked.payload)


def test_signing_only_leaves_every_packet_alone(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    signed = mark(footage, tmp_path / "signed.mp4", replace(config, sign_only=True))

    assert packets_of(signed.file) == packets_of(footage)
    assert (signed.payload, signed.p_value_log10, signed.psnr_y_db) == (None, None, None)


def test_a_file_that_was_only_signed_is_found_by_its_content(
    footage: Path, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    signed = mark(footage, tmp_path / "signed.mp4", replace(config, sign_only=True))
    remux(signed.file, tmp_path / "stripped.mp4")

    verdict = verify(tmp_path / "stripped.mp4", look)

    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_fingerprint")
    assert verdict.recovery is not None
    assert verdict.recovery.record.payload == signed.record


@pytest.mark.parametrize("term", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
def test_ai_media_are_never_only_signed(footage: Path, tmp_path: Path, config: MarkConfig, term: str) -> None:
    with pytest.raises(RefusedByPolicy, match="watermark"):
        mark(footage, tmp_path / "signed.mp4", replace(config, sign_only=True, digital_source_type=term))

    assert left_in(tmp_path) == set()


def test_a_manifest_that_says_ai_forbids_signing_only(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    made = mark(footage, tmp_path / "made.mp4", replace(config, digital_source_type="trainedAlgorithmicMedia"))

    with pytest.raises(RefusedByPolicy, match="its manifest"):
        mark(made.file, tmp_path / "signed.mp4", replace(config, sign_only=True))


def test_webm_is_refused_with_the_way_out(shoot: Any, tmp_path: Path, config: MarkConfig) -> None:
    film = shoot(tmp_path / "film.webm")

    with pytest.raises(UnsupportedMedia, match=r"ffmpeg .* film\.mp4"):
        mark(film, tmp_path / "film.mp4", config)


def test_webm_is_taken_into_mp4_on_request(shoot: Any, tmp_path: Path, config: MarkConfig, look: VerifyConfig) -> None:
    film = shoot(tmp_path / "film.webm")

    marked = mark(film, tmp_path / "film.mp4", replace(config, remux=True, digital_source_type=None))

    verdict = verify(marked.file, look)
    assert (verdict.conclusion, verdict.manifest.ingredients[0].title) == ("verified", "film.webm")
    assert left_in(tmp_path) == {"film.webm", "film.mp4"}


def test_input_and_output_are_two_files(footage: Path, config: MarkConfig) -> None:
    before = footage.read_bytes()

    with pytest.raises(SameFile):
        mark(footage, footage, replace(config, force=True))

    assert footage.read_bytes() == before


def test_an_existing_output_is_kept(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    (tmp_path / "marked.mp4").write_text("mine")

    with pytest.raises(OutputExists):
        mark(footage, tmp_path / "marked.mp4", config)

    assert (tmp_path / "marked.mp4").read_text() == "mine"


def test_an_existing_output_is_replaced_on_request(
    footage: Path, tmp_path: Path, config: MarkConfig, look: VerifyConfig
) -> None:
    (tmp_path / "marked.mp4").write_text("mine")

    marked = mark(footage, tmp_path / "marked.mp4", replace(config, force=True))

    assert verify(marked.file, look).conclusion == "verified"


def test_an_output_needs_its_directory(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    with pytest.raises(OutputUnwritable, match="no such directory"):
        mark(footage, tmp_path / "missing" / "marked.mp4", config)


def _unmarkable(directory: Path) -> Iterator[Path]:
    for name, picture in {
        "black.png": np.zeros((256, 256, 3), np.uint8),
        "dot.png": np.full((1, 1, 3), 128, np.uint8),
        "ribbon.png": np.full((2, 3000, 3), 128, np.uint8),
    }.items():
        assert cv2.imwrite(str(directory / name), picture)
        yield directory / name


def test_what_cannot_hold_a_mark_does_not_leave(tmp_path: Path, config: MarkConfig) -> None:
    (tmp_path / "out").mkdir()
    for source in _unmarkable(tmp_path):
        with pytest.raises(NoMarkPossible):
            mark(source, tmp_path / "out" / "marked.png", config)

    assert left_in(tmp_path / "out") == set()
    with open_store(config.release.store_url) as store:
        assert store.count() == 0


def test_a_mark_too_faint_to_read_is_made_stronger(shoot: Any, tmp_path: Path, config: MarkConfig) -> None:
    release = replace(config.release, strength=Strength(60.0))

    marked = mark(shoot(tmp_path / "picture.jpg", size=128), tmp_path / "out.jpg", replace(config, release=release))

    assert marked.psnr_y_db is not None
    assert marked.psnr_y_db < 50
    assert "made stronger" in marked.notes[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.mp4", b""), ("text.mp4", b"this is no film"), ("cut.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0")],
)
def test_what_is_no_media_is_unreadable(tmp_path: Path, config: MarkConfig, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableMedia, match=name):
        mark(tmp_path / name, tmp_path / "out.mp4", config)

    assert left_in(tmp_path) == {name}


def test_a_missing_file_is_unreadable(tmp_path: Path, config: MarkConfig) -> None:
    with pytest.raises(UnreadableMedia, match=r"missing\.mp4"):
        mark(tmp_path / "missing.mp4", tmp_path / "out.mp4", config)


def test_a_truncated_file_leaves_nothing(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    (tmp_path / "cut.mp4").write_bytes(footage.read_bytes()[:-20_000])

    with pytest.raises(SealreelError):
        mark(tmp_path / "cut.mp4", tmp_path / "out.mp4", config)

    assert left_in(tmp_path) == {"cut.mp4"}


def test_a_required_stamp_that_does_not_come_leaves_nothing(footage: Path, tmp_path: Path, config: MarkConfig) -> None:
    stamping = Timestamping(mode="required", url="http://127.0.0.1:9/")  # the discard port: nobody listens
    release = replace(config.release, timestamping=stamping)

    with pytest.raises(TimestampUnavailable):
        mark(footage, tmp_path / "out.mp4", replace(config, release=release))

    assert left_in(tmp_path) == set()
    with open_store(config.release.store_url) as store:
        assert store.count() == 0


def test_a_locked_store_leaves_nothing(
    footage: Path, tmp_path: Path, config: MarkConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr("sealreel.provenance.store.opening.BUSY_SECONDS", 0.1)
    with open_store(config.release.store_url):
        pass
    holder = sqlite3.connect(tmp_path / "store" / "records.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreLocked):
        mark(footage, tmp_path / "out.mp4", config)
    holder.close()

    assert left_in(tmp_path) == set()

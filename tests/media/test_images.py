"""PNG, JPEG and WebP are clips of one frame."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sealreel.errors import TooManyPixels, UnreadableMedia, UnsupportedMedia
from sealreel.media import (
    Encoding,
    Limits,
    container_for,
    form_of,
    probe,
    read_frames,
    read_luma,
    read_pictures,
    write_pictures,
)
from sealreel.media.rgb import rgb_of

SUFFIXES = [".png", ".jpg", ".webp"]
LOSSLESS: list[tuple[str, list[int]]] = [(".png", []), (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101])]


def photograph(height: int = 45, width: int = 63) -> npt.NDArray[np.uint8]:
    noise = np.random.default_rng(4).integers(0, 256, (height, width, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.uint8)


def image(path: Path, pixels: npt.NDArray[Any] | None = None, options: list[int] | None = None) -> Path:
    done, data = cv2.imencode(path.suffix, photograph() if pixels is None else pixels, options or [])
    assert done
    path.write_bytes(data.tobytes())
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_image_is_a_clip_of_one_frame(tmp_path: Path, suffix: str) -> None:
    clip = probe(image(tmp_path / f"in{suffix}"))

    assert (clip.kind, clip.width, clip.height, clip.rate) == ("image", 63, 45, Fraction(1))
    assert [frame.rgb.shape for frame in read_frames(clip)] == [(45, 63, 3)]
    assert [luma.plane.shape for luma in read_luma(clip)] == [(45, 63)]
    assert len(next(read_pictures(clip)).chroma) == 3


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_luma_and_differences_add_up_to_the_pixels(tmp_path: Path, suffix: str) -> None:
    clip = probe(image(tmp_path / f"in{suffix}"))

    assert np.array_equal(rgb_of(next(read_pictures(clip))), next(read_frames(clip)).rgb)


def test_a_change_of_luma_moves_red_green_and_blue_alike(tmp_path: Path) -> None:
    gray = np.full((8, 8, 3), 100, np.uint8)
    clip = probe(image(tmp_path / "in.png", gray))
    picture = next(read_pictures(clip))

    picture.luma[...] += 3

    assert (rgb_of(picture) == 103).all()


@pytest.mark.parametrize(("suffix", "options"), LOSSLESS)
@pytest.mark.parametrize("target", [".png", ".webp"])
def test_lossless_stays_lossless(tmp_path: Path, suffix: str, options: list[int], target: str) -> None:
    clip = probe(image(tmp_path / f"in{suffix}", options=options))
    out = tmp_path / f"out{target}"

    write_pictures(read_pictures(clip), out, form=form_of(clip, container_for(out)), copy_from=clip)

    assert np.array_equal(next(read_frames(probe(out))).rgb, photograph()[:, :, ::-1])


def test_jpeg_keeps_its_subsampling(tmp_path: Path) -> None:
    options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422]
    clip = probe(image(tmp_path / "in.jpg", options=options))

    write_pictures(read_pictures(clip), tmp_path / "out.jpg", form=form_of(clip, "jpeg"))

    assert clip.colour.subsampling == probe(tmp_path / "out.jpg").colour.subsampling == "4:2:2"


def test_a_better_jpeg_is_larger(tmp_path: Path) -> None:
    clip = probe(image(tmp_path / "in.png"))
    form = form_of(clip, "jpeg")
    for quality in (50, 99):
        write_pictures(
            read_pictures(clip), tmp_path / f"{quality}.jpg", form=form, encoding=Encoding(jpeg_quality=quality)
        )

    assert (tmp_path / "50.jpg").stat().st_size < (tmp_path / "99.jpg").stat().st_size


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_colour_profile_and_exif_are_carried_over(tmp_path: Path, suffix: str) -> None:
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    profile = b"a colour profile" * 20
    kinds = [cv2.IMAGE_METADATA_EXIF, cv2.IMAGE_METADATA_ICCP]
    blocks = [np.frombuffer(exif, np.uint8), np.frombuffer(profile, np.uint8)]
    _, data = cv2.imencodeWithMetadata(suffix, photograph(), kinds, blocks, [])
    path = tmp_path / f"in{suffix}"
    path.write_bytes(data.tobytes())
    clip = probe(path)
    out = tmp_path / f"out{suffix}"

    write_pictures(read_pictures(clip), out, form=form_of(clip, container_for(out)), copy_from=clip)

    content = out.read_bytes()
    assert profile in content
    assert exif.replace(b"\x06", b"\x01", 1) in content  # the pixels are upright now
    assert probe(out).rotation == 0


def test_a_gray_image_gets_three_equal_channels(tmp_path: Path) -> None:
    clip = probe(image(tmp_path / "in.png", photograph()[:, :, 0]))

    rgb = next(read_frames(clip)).rgb

    assert np.array_equal(rgb[:, :, 0], rgb[:, :, 2])


@pytest.mark.parametrize(
    ("suffix", "pixels", "reason"),
    [
        (".png", np.zeros((4, 4, 4), np.uint8), "alpha"),
        (".webp", np.zeros((4, 4, 4), np.uint8), "alpha"),
        (".png", np.zeros((4, 4, 3), np.uint16), "16 bits"),
    ],
)
def test_what_an_image_would_lose_is_refused(
    tmp_path: Path, suffix: str, pixels: npt.NDArray[Any], reason: str
) -> None:
    with pytest.raises(UnsupportedMedia, match=reason):
        probe(image(tmp_path / f"in{suffix}", pixels))


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif"])
def test_an_animation_is_refused(tmp_path: Path, suffix: str) -> None:
    animation = cv2.Animation()
    animation.frames = [photograph(), photograph()[::-1].copy()]
    animation.durations = [100, 100]
    path = tmp_path / f"in{suffix}"
    assert cv2.imwriteanimation(str(path), animation)

    with pytest.raises(UnsupportedMedia, match=r"animated|GIF"):
        probe(path)


@pytest.mark.parametrize("head", [b"II*\0", b"BM", b"\0\0\0\x1cftypavif", b"\0\0\0\x18ftypheic"])
def test_other_kinds_of_image_are_named(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "in.jpg"
    path.write_bytes(head.ljust(64, b"\0"))

    with pytest.raises(UnsupportedMedia, match="accepted are PNG, JPEG and WebP"):
        probe(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pixels_are_counted_before_they_are_decoded(tmp_path: Path, suffix: str) -> None:
    path = image(tmp_path / f"in{suffix}")

    with pytest.raises(TooManyPixels, match="63×45"):
        probe(path, limits=Limits(pixels=63 * 45 - 1))


def test_a_header_that_claims_a_huge_picture_costs_nothing(tmp_path: Path) -> None:
    path = image(tmp_path / "in.png")
    data = bytearray(path.read_bytes())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(data)

    with pytest.raises(TooManyPixels, match="60000×60000"):
        probe(path)


def test_a_chunk_that_claims_more_than_the_file_is_refused_unread(tmp_path: Path) -> None:
    path = image(tmp_path / "in.png")
    data = bytearray(path.read_bytes())
    data[33:37] = (2**31 - 1).to_bytes(4, "big")  # the length of the chunk after IHDR
    path.write_bytes(data)

    with pytest.raises(UnreadableMedia, match="broken or cut off"):
        probe(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_image_is_unreadable(tmp_path: Path, suffix: str) -> None:
    path = image(tmp_path / f"in{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(UnreadableMedia, match="broken or cut off"):
        list(read_pictures(probe(path)))


def test_an_image_does_not_become_a_video(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia, match="kind image cannot become mp4"):
        form_of(probe(image(tmp_path / "in.png")), "mp4")

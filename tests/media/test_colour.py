"""Colour is kept, and what cannot be kept is refused with the reason."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sealreel.errors import UnsupportedMedia
from sealreel.media import Clip, form_of, probe, read_frames, read_luma, read_pictures, write_pictures

DEPTHS_AND_SUBSAMPLINGS = [
    ("yuv420p", 8, "4:2:0"),
    ("yuv422p", 8, "4:2:2"),
    ("yuv444p", 8, "4:4:4"),
    ("yuv420p10le", 10, "4:2:0"),
    ("yuv422p10le", 10, "4:2:2"),
    ("yuv444p10le", 10, "4:4:4"),
]


def written_again(clip: Clip) -> Clip:
    target = clip.path.with_name("again.mp4")
    write_pictures(read_pictures(clip), target, form=form_of(clip, "mp4"), copy_from=clip)
    return probe(target)


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ((1, 1, 1, 1), ("tv", "bt709", "bt709", "bt709")),
        ((2, 1, 1, 1), ("pc", "bt709", "bt709", "bt709")),
        ((1, 5, 5, 6), ("tv", "bt470bg", "bt470bg", "smpte170m")),
        ((1, 9, 9, 14), ("tv", "bt2020nc", "bt2020", "bt2020-10")),
        ((1, 2, 2, 2), ("tv", "unknown", "unknown", "unknown")),
        ((0, 2, 2, 2), ("unknown", "unknown", "unknown", "unknown")),
    ],
)
def test_range_matrix_primaries_and_transfer_are_kept(
    make_video: Callable[..., Path], numbers: tuple[int, ...], names: tuple[str, ...]
) -> None:
    clip = probe(make_video("in.mkv", colour=numbers))
    told = (clip.colour.range, clip.colour.matrix, clip.colour.primaries, clip.colour.transfer)

    assert told == names or numbers[0] != 0
    assert written_again(clip).colour == clip.colour


@pytest.mark.parametrize(("pix_fmt", "bits", "subsampling"), DEPTHS_AND_SUBSAMPLINGS)
def test_depth_and_subsampling_are_kept(
    make_video: Callable[..., Path], pix_fmt: str, bits: int, subsampling: str
) -> None:
    clip = probe(make_video(pix_fmt=pix_fmt))

    again = written_again(clip)

    assert (clip.colour.bit_depth, clip.colour.subsampling) == (bits, subsampling)
    assert again.colour == clip.colour


@pytest.mark.parametrize(("pix_fmt", "bits", "subsampling"), DEPTHS_AND_SUBSAMPLINGS)
def test_lossless_video_gives_the_very_samples(
    make_video: Callable[..., Path], pix_fmt: str, bits: int, subsampling: str
) -> None:
    path = make_video("in.mkv", pix_fmt=pix_fmt, codec="ffv1", frames=2)

    picture = next(read_pictures(probe(path)))

    # The pattern of the fixture: blocks of eight equal samples, of values that a generator with this seed gives.
    rng = np.random.default_rng(0)
    for plane in (picture.luma, *picture.chroma):
        assert np.array_equal(plane[:8, :8], np.full((8, 8), plane[0, 0]))
    first = rng.integers(64, 900, (48 // 8 + 1, picture.luma.shape[1] // 8 + 1))
    assert picture.luma[0, 0] == first[0, 0] >> (0 if bits == 10 else 2)


def test_ten_bits_are_rounded_for_analysis(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(pix_fmt="yuv420p10le"))

    luma, picture = next(read_luma(clip)), next(read_pictures(clip))

    assert luma.plane.dtype == np.uint8
    assert np.abs(luma.plane - picture.luma / 4).max() <= 0.5


@pytest.mark.parametrize(("width", "height"), [(63, 47), (64, 47), (63, 48), (1, 1), (3, 2)])
def test_odd_sizes_are_kept(make_video: Callable[..., Path], width: int, height: int) -> None:
    clip = probe(make_video(codec="libvpx-vp9", width=width, height=height))

    again = written_again(clip)

    assert (clip.width, clip.height) == (width, height)
    assert (again.width, again.height) == (width, height)
    assert again.colour.subsampling != "4:2:0"


def test_an_odd_video_on_its_side_keeps_chroma_over_its_luma(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(codec="libvpx-vp9", width=63, height=47, display=(180, False, False)))
    plain = probe(make_video("plain.mp4", codec="libvpx-vp9", width=63, height=47))

    turned, stored = next(read_pictures(clip)), next(read_pictures(plain))

    whole = stored.chroma[0].repeat(2, axis=0).repeat(2, axis=1)[:47, :63]
    assert np.array_equal(turned.chroma[0], whole[::-1, ::-1])


def test_gray_video_gets_neutral_chroma(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(pix_fmt="gray"))

    picture = next(read_pictures(clip))

    assert picture.chroma[0].shape == (24, 32)
    assert (picture.chroma[0] == 128).all()
    assert written_again(clip).colour.subsampling == "4:2:0"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"name": "in.mov", "codec": "png", "pix_fmt": "rgba"}, "alpha"),
        ({"name": "in.mkv", "codec": "ffv1", "pix_fmt": "yuva420p"}, "alpha"),
        ({"name": "in.webm", "codec": "libvpx-vp9", "pix_fmt": "yuva420p"}, "alpha"),
        ({"name": "in.mov", "codec": "png", "pix_fmt": "rgb24"}, "RGB"),
        ({"name": "in.mkv", "codec": "ffv1", "pix_fmt": "yuv420p12le"}, "bit depth"),
        ({"name": "in.mkv", "codec": "ffv1", "pix_fmt": "yuv411p"}, "rare layout"),
        ({"pix_fmt": "yuv420p10le", "colour": (1, 9, 9, 16)}, "HDR .PQ"),
        ({"pix_fmt": "yuv420p10le", "colour": (1, 9, 9, 18)}, "HDR .HLG"),
    ],
)
def test_what_would_be_flattened_is_refused(
    make_video: Callable[..., Path], asked: dict[str, object], reason: str
) -> None:
    path = make_video(frames=2, **asked)

    with pytest.raises(UnsupportedMedia, match=reason) as caught:
        probe(path)
    assert str(path) in str(caught.value)


def test_interlaced_video_is_looked_at_but_not_rewritten(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(options={"flags": "+ildct+ilme", "x264-params": "tff=1"}, height=64))

    assert len(list(read_luma(clip))) == 12
    with pytest.raises(UnsupportedMedia, match="interlaced"):
        next(read_pictures(clip))


@pytest.mark.parametrize("colour", [(1, 1, 1, 1), (2, 1, 1, 1), (1, 6, 6, 6), (1, 9, 9, 1)])
def test_rgb_follows_the_matrix_and_range_of_the_file(
    make_video: Callable[..., Path], colour: tuple[int, int, int, int]
) -> None:
    clip = probe(make_video("in.mkv", pix_fmt="yuv444p", codec="ffv1", colour=colour, frames=1))

    picture, frame = next(read_pictures(clip)), next(read_frames(clip))

    kr, kb = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}[colour[1]]
    full = colour[0] == 2
    y = picture.luma.astype(float) if full else (picture.luma - 16.0) * 255 / 219
    cb, cr = ((plane - 128.0) * (1 if full else 255 / 224) for plane in picture.chroma)
    red, blue = y + 2 * (1 - kr) * cr, y + 2 * (1 - kb) * cb
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    expected = np.clip(np.stack([red, green, blue], axis=2), 0, 255)
    assert np.abs(frame.rgb - expected).max() <= 2

"""Remuxing keeps the streams and nothing else."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from sealreel.errors import UnsupportedMedia
from sealreel.media import container_for, probe, remux

KINDS = ("video", "audio", "subtitle")
ListPackets = Callable[..., list[object]]
DATA = Path(__file__).parents[2] / "../shared/data/c2pa/c2pa-rs"


@pytest.mark.parametrize(
    "asked",
    [
        {"audio": "aac"},
        {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
        {"codec": "libvpx-vp9"},
        {"audio": "aac", "subtitles": ["one", "two"]},
        {"pts": [0, 700, 3301, 9000, 9001, 20000]},
        {"pts": [12345, 13000, 20000]},
    ],
)
def test_every_packet_is_kept_bit_for_bit(
    make_video: Callable[..., Path], list_packets: ListPackets, asked: dict[str, object]
) -> None:
    path = make_video(**asked)

    remux(path, path.with_name("out.mp4"))

    assert list_packets(path.with_name("out.mp4"), KINDS) == list_packets(path, KINDS)


def test_orientation_colour_and_pixel_shape_stay(make_video: Callable[..., Path]) -> None:
    asked = {"display": (90, True, False), "colour": (2, 5, 5, 6), "sample_aspect": Fraction(4, 3)}
    clip = probe(make_video(**asked))

    remux(clip.path, clip.path.with_name("out.mov"))

    again = probe(clip.path.with_name("out.mov"))
    assert (again.rotation, again.mirrored, again.colour, again.sample_aspect) == (
        clip.rotation,
        clip.mirrored,
        clip.colour,
        clip.sample_aspect,
    )


def test_texts_are_dropped_and_languages_kept(make_video: Callable[..., Path]) -> None:
    path = make_video(audio="aac", language="fra", tags={"title": "Le film"})

    remux(path, path.with_name("out.mp4"))

    with av.open(str(path.with_name("out.mp4"))) as container:
        assert "title" not in container.metadata
        assert container.streams.audio[0].language == "fra"


def test_an_extra_box_is_dropped(make_video: Callable[..., Path]) -> None:
    path = make_video()
    path.write_bytes(path.read_bytes() + (24 + 7).to_bytes(4, "big") + b"uuid" + bytes(16) + b"hidden!")

    remux(path, path.with_name("out.mp4"))

    assert b"hidden!" not in path.with_name("out.mp4").read_bytes()


@pytest.mark.skipif(not DATA.is_dir(), reason="the third-party files are not at hand")
def test_a_manifest_does_not_survive(list_packets: ListPackets, tmp_path: Path) -> None:
    remux(DATA / "video1.mp4", tmp_path / "out.mp4")

    assert b"c2pa" in (DATA / "video1.mp4").read_bytes()
    assert b"c2pa" not in (tmp_path / "out.mp4").read_bytes()
    assert list_packets(tmp_path / "out.mp4", KINDS) == list_packets(DATA / "video1.mp4", KINDS)


@pytest.mark.parametrize(
    ("name", "codec", "audio"), [("in.webm", "libvpx-vp9", "libopus"), ("in.mkv", "libx264", "aac")]
)
def test_webm_and_matroska_become_mp4_where_it_holds_the_codecs(
    make_video: Callable[..., Path], name: str, codec: str, audio: str
) -> None:
    clip = probe(make_video(name, codec=codec, audio=audio))

    remux(clip.path, clip.path.with_name("out.mp4"))

    again = probe(clip.path.with_name("out.mp4"))
    assert (again.container, again.codec, again.has_audio) == ("mp4", clip.codec, True)


def test_a_codec_that_mp4_cannot_hold_is_named(make_video: Callable[..., Path]) -> None:
    path = make_video("in.webm", codec="libvpx")

    with pytest.raises(UnsupportedMedia, match="vp8"):
        remux(path, path.with_name("out.mp4"))


def test_avi_with_reordered_pictures_is_refused(make_video: Callable[..., Path]) -> None:
    path = make_video("in.avi", time_base=Fraction(1, 25), step=1)

    with pytest.raises(UnsupportedMedia, match="no display times"):
        remux(path, path.with_name("out.mp4"))


@pytest.mark.parametrize("name", ["out.webm", "out.mkv", "out.txt", "out", "out.png"])
def test_other_targets_are_refused(make_video: Callable[..., Path], name: str) -> None:
    path = make_video()

    with pytest.raises(UnsupportedMedia):
        remux(path, path.with_name(name))


def test_how_to_convert_webm_is_said() -> None:
    with pytest.raises(UnsupportedMedia, match=r"ffmpeg -i a\.webm -c copy a\.mp4"):
        container_for(Path("a.webm"))


@pytest.mark.parametrize(
    ("name", "container"),
    [("a.mp4", "mp4"), ("a.M4V", "mp4"), ("a.mov", "mov"), ("a.JPG", "jpeg"), ("a.jpeg", "jpeg"), ("a.webp", "webp")],
)
def test_the_suffix_chooses_the_container(name: str, container: str) -> None:
    assert container_for(Path(name)) == container

"""Bad input gives a clear error: no crash, no hang, no other file or host touched."""

import contextlib
import itertools
import os
import socket
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sealreel.errors import (
    MediaError,
    TooLong,
    TooManyPixels,
    TooManyStreams,
    TooSlow,
    UnreadableMedia,
    UnsupportedMedia,
)
from sealreel.media import Limits, probe, read_frames, read_luma, read_pictures, remux

DATA = Path(__file__).parents[2] / "../shared/data/c2pa/c2pa-rs"
SMALL = Limits(pixels=500_000, frames=300, duration_seconds=100, decode_seconds=20)

REFERENCES = {
    "playlist": "#EXTM3U\n#EXTINF:10,\n{url}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{url}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
    "<Representation><BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "subtitles": "1\n00:00:00,000 --> 00:00:01,000\n{url}\n",
    "text": "this is a text, and not a video\n" * 100,
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/></svg>',
}


@pytest.mark.parametrize("kind", REFERENCES)
def test_a_file_that_names_another_is_refused_without_a_look_at_it(
    make_video: Callable[..., Path], tmp_path: Path, kind: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.0)
        for url in (
            f"http://127.0.0.1:{server.getsockname()[1]}/in.mp4",
            make_video("other.mp4").as_uri(),
            "other.mp4",
        ):
            path = tmp_path / f"{kind}.mp4"
            path.write_text(REFERENCES[kind].format(url=url))

            with pytest.raises(UnreadableMedia, match="not readable as video"):
                probe(path)
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()


@pytest.mark.parametrize("name", ["missing.mp4", "empty.mp4", "directory.mp4", "pipe.mp4", "http:x.mp4", "a%03d.png"])
def test_what_is_no_file_to_read_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "directory.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")

    with pytest.raises(UnreadableMedia, match=name):
        probe(tmp_path / name)


def test_a_device_is_refused() -> None:
    with pytest.raises(UnreadableMedia, match="device"):
        probe(Path("/dev/zero"))


def test_a_file_without_permission_is_said(make_video: Callable[..., Path]) -> None:
    path = make_video()
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")

    with pytest.raises(UnreadableMedia, match="Permission denied"):
        probe(path)


@pytest.mark.parametrize("name", ["concat:x.mp4", "file:x.mp4", "pipe:0.mp4", "a|b.mp4", "-.mp4", "ü x\n.mp4"])
def test_a_strange_name_is_only_a_name(make_video: Callable[..., Path], name: str) -> None:
    path = make_video("in.mp4")
    strange = path.rename(path.with_name(name))

    assert len(list(read_luma(probe(strange)))) == 12


def test_sound_alone_is_no_video(make_sound: Callable[..., Path]) -> None:
    with pytest.raises(UnsupportedMedia, match="no video"):
        probe(make_sound())


def test_a_video_of_no_frames_is_unreadable(make_video: Callable[..., Path]) -> None:
    data = make_video(mux={"movflags": "+empty_moov+frag_keyframe"}).read_bytes()
    path = make_video("none.mp4")
    path.write_bytes(data[: data.index(b"moof") - 4])

    with pytest.raises(UnreadableMedia, match="no decodable picture"):
        probe(path)


@pytest.mark.parametrize("name", ["in.mp4", "in.mkv", "in.avi"])
def test_a_truncated_video_is_noticed_when_pictures_are_read(make_video: Callable[..., Path], name: str) -> None:
    path = make_video(name, frames=40, width=320, height=240, mux={"movflags": "faststart"} if "mp4" in name else {})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    clip = probe(path)

    with pytest.raises(UnreadableMedia, match=r"damaged at \d|truncated"):
        list(read_pictures(clip))
    assert 5 < len(list(read_luma(clip))) < 40  # to look at, what is there is given


def test_a_video_without_its_index_is_unreadable(make_video: Callable[..., Path]) -> None:
    path = make_video()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(UnreadableMedia, match="download may be incomplete"):
        probe(path)


def test_damage_in_the_middle_is_named_with_its_time(make_video: Callable[..., Path]) -> None:
    path = make_video(frames=40, width=320, height=240, mux={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    container: Any = av.open(str(path))
    with container:  # from a picture's first byte on: x264 does not write the same twice
        places = [packet.pos for packet in container.demux(video=0) if packet.pos is not None]
    middle = places[len(places) * 2 // 3]
    data[middle : middle + 400] = bytes(value ^ 0x5A for value in data[middle : middle + 400])
    path.write_bytes(data)
    clip = probe(path)

    with pytest.raises(UnreadableMedia, match=r"at \d\.\d{3} s"):
        list(read_pictures(clip))
    assert len(list(read_frames(clip))) > 30


def test_each_limit_has_its_own_error_by_the_header(make_video: Callable[..., Path]) -> None:
    path = make_video(audio="aac", frames=40)

    for limits, error in (
        (Limits(pixels=64 * 48 - 1), TooManyPixels),
        (Limits(streams=1), TooManyStreams),
        (Limits(duration_seconds=1.0), TooLong),
        (Limits(frames=39), TooLong),
        (Limits(decode_seconds=0.0), TooSlow),
    ):
        with pytest.raises(error):
            probe(path, limits=limits)
    probe(path, limits=Limits(pixels=64 * 48, streams=2, duration_seconds=2, frames=40))


def test_each_limit_holds_while_reading(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(frames=40))

    for limits, error in (
        (Limits(pixels=64 * 48 - 1), TooManyPixels),
        (Limits(frames=39), TooLong),
        (Limits(duration_seconds=1.0), TooLong),
        (Limits(decode_seconds=0.0), TooSlow),
    ):
        for read in (read_luma, read_frames, read_pictures):
            with pytest.raises(error):
                list(itertools.islice(read(clip, limits=limits), 50))  # pyright: ignore[reportArgumentType]


def test_a_header_that_hides_its_length_does_not_pass_the_limit(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video("in.ts", time_base=Fraction(1, 90000), step=3003, frames=40), limits=Limits(frames=20))

    with pytest.raises(TooLong, match="more than 20 frames"):
        list(read_luma(clip, limits=Limits(frames=20)))


@pytest.mark.skipif(not DATA.is_dir(), reason="the third-party files are not at hand")
@pytest.mark.parametrize(
    "name", ["nested_moov_1000.mp4", "riff_bomb_1000.wav", "tiff_poc.tiff", "bad_path_archive.zip"]
)
def test_files_made_to_harm_are_refused(name: str) -> None:
    with pytest.raises(MediaError):
        probe(DATA / name)


@pytest.mark.parametrize("name", ["in.mp4", "in.mkv", "in.ts"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12), keep=st.floats(0, 1))
def test_a_mutated_file_never_crashes(
    make_video: Callable[..., Path], name: str, changes: list[tuple[float, int]], keep: float
) -> None:
    path = make_video(name, frames=3, time_base=Fraction(1, 90000), step=3003)
    data = bytearray(path.read_bytes())
    if keep < 0.5:
        del data[int(keep * 2 * len(data)) :]
    for place, value in changes:
        if data:
            data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)

    for read in (read_luma, read_pictures, read_frames):
        with contextlib.suppress(MediaError):
            for _ in read(probe(path, limits=SMALL), limits=SMALL):
                pass
    with contextlib.suppress(MediaError):
        remux(path, path.with_name("out.mp4"))

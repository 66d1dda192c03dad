"""What is not picture is carried over as it is."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from sealreel.errors import UnsupportedMedia
from sealreel.media import Clip, form_of, probe, read_pictures, write_pictures

ListPackets = Callable[..., list[object]]


def written_again(clip: Clip, container: str = "mp4") -> Path:
    target = clip.path.with_name(f"again.{container}")
    write_pictures(read_pictures(clip), target, form=form_of(clip, container), copy_from=clip)
    return target


@pytest.mark.parametrize(
    "asked",
    [
        {"audio": "aac"},
        {"audio": "aac", "audio_start": 24001},
        {"audio": "libmp3lame"},
        {"audio": "libopus"},
        {"audio": "flac"},
        {"audio": "ac3"},
        {"audio": "aac", "subtitles": ["one", "two", "", "três"]},
        {"subtitles": ["alone"]},
    ],
)
def test_sound_and_subtitles_are_copied_bit_for_bit(
    make_video: Callable[..., Path], list_packets: ListPackets, asked: dict[str, object]
) -> None:
    path = make_video(**asked)

    copied = list_packets(written_again(probe(path)))

    assert copied == list_packets(path)
    assert len(copied) > 0


def test_sound_of_a_mov_is_copied_into_a_mov(make_video: Callable[..., Path], list_packets: ListPackets) -> None:
    path = make_video("in.mov", audio="pcm_s16le")

    assert list_packets(written_again(probe(path), "mov")) == list_packets(path)


def test_a_video_without_sound_stays_silent(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video())

    assert not clip.has_audio
    assert not probe(written_again(clip)).has_audio


def test_language_title_and_chapters_are_kept(make_video: Callable[..., Path]) -> None:
    path = make_video(
        audio="aac", language="fra", tags={"title": "Le film"}, chapters=[(0, 200, "One"), (200, 400, "Two")]
    )

    with av.open(str(written_again(probe(path)))) as container:
        assert container.streams.audio[0].language == "fra"
        assert container.metadata["title"] == "Le film"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]


def test_a_second_video_is_refused_as_it_would_be_lost(make_video: Callable[..., Path]) -> None:
    both = make_video(second_video=True)

    with pytest.raises(UnsupportedMedia, match="2 video streams"):
        written_again(probe(both))


def test_a_stream_that_does_not_fit_is_named(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video("in.mkv", audio="wavpack"))

    with pytest.raises(UnsupportedMedia, match=r"audio stream \(wavpack\) does not fit into mp4"):
        written_again(clip)

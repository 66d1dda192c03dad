"""Writing: the form is kept, failures are said, memory is flat."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sealreel.errors import OutputUnwritable
from sealreel.media import (
    Clip,
    Encoding,
    Form,
    Frame,
    Picture,
    form_of,
    generated_form,
    pictures_from_frames,
    probe,
    read_frames,
    read_luma,
    read_pictures,
    unfinished,
    write_pictures,
)

COPY_WITH_LITTLE_ROOM = """
import resource, signal, sys
from pathlib import Path
from sealreel.errors import OutputUnwritable
from sealreel.media import form_of, probe, read_pictures, unfinished, write_pictures
clip = probe(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    with unfinished(Path(sys.argv[2])) as draft:
        write_pictures(read_pictures(clip), draft, form=form_of(clip, "mp4"), copy_from=clip)
except OutputUnwritable as error:
    print(error)
"""

PEAK_OF_A_COPY = """
import resource, sys
from itertools import chain
from pathlib import Path
from sealreel.media import form_of, probe, read_pictures, write_pictures
clip = probe(Path(sys.argv[1]))
write_pictures(read_pictures(clip), Path(sys.argv[2]), form=form_of(clip, "mp4"), copy_from=clip)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_mebibytes(source: Path) -> int:
    command = [sys.executable, "-c", PEAK_OF_A_COPY, str(source), str(source.with_name("copy.mp4"))]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def frames(count: int, height: int = 48, width: int = 64) -> Iterator[Frame]:
    rng = np.random.default_rng(1)
    for index in range(count):
        blocks = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
        yield Frame(rgb=blocks.repeat(8, axis=0).repeat(8, axis=1)[:height, :width], pts_seconds=index / 24)


def test_the_index_stands_at_the_front(make_video: Callable[..., Path], tmp_path: Path) -> None:
    clip = probe(make_video())

    write_pictures(read_pictures(clip), tmp_path / "out.mp4", form=form_of(clip, "mp4"))

    content = (tmp_path / "out.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_generated_frames_become_bt709_video_of_their_colours(tmp_path: Path) -> None:
    form = generated_form(64, 48, Fraction(24000, 1001))
    pictures = pictures_from_frames(frames(5), rate=Fraction(24000, 1001))

    write_pictures(pictures, tmp_path / "out.mp4", form=form, encoding=Encoding(crf=4))

    clip = probe(tmp_path / "out.mp4")
    assert (clip.rate, clip.colour) == (Fraction(24000, 1001), form.colour)
    seen = [frame.rgb for frame in read_frames(clip)]
    assert len(seen) == 5
    for before, after in zip(frames(5), seen, strict=True):
        # The middle of each block: chroma has half the resolution and bleeds over the edges.
        assert np.abs(before.rgb[4::8, 4::8].astype(int) - after[4::8, 4::8]).mean() < 4


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_primary_colours_get_the_values_of_bt709(rgb: tuple[int, ...], yuv: tuple[int, ...]) -> None:
    frame = Frame(rgb=np.full((5, 7, 3), rgb, np.uint8), pts_seconds=0.0)

    picture = next(pictures_from_frames([frame], rate=Fraction(24)))

    assert picture.chroma[0].shape == picture.chroma[1].shape == (3, 4)
    planes = (picture.luma, *picture.chroma)
    assert tuple(int(plane[0, 0]) for plane in planes) == yuv
    assert all((plane == plane[0, 0]).all() for plane in planes)


def test_reading_is_a_stream_that_closes_its_file_when_left_early(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(frames=40))

    def open_files() -> int:
        return sum(1 for link in Path("/proc/self/fd").iterdir() if link.exists() and link.samefile(clip.path))

    for read in (read_luma, read_frames, read_pictures):
        stream = read(clip)
        next(stream)
        assert open_files() == 1
        stream.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # a generator
        assert open_files() == 0


def test_planes_of_video_cannot_be_changed_in_place(make_video: Callable[..., Path]) -> None:
    picture = next(read_pictures(probe(make_video())))

    with pytest.raises(ValueError, match="read-only"):
        picture.luma[0, 0] = 1


def test_the_pictures_are_closed_when_writing_fails(make_video: Callable[..., Path], tmp_path: Path) -> None:
    closed: list[bool] = []

    def pictures(clip: Clip) -> Iterator[Picture]:
        try:
            yield from read_pictures(clip)
        finally:
            closed.append(True)

    clip = probe(make_video(frames=90))  # more than the encoder holds back, so that the target is opened
    with pytest.raises(OutputUnwritable):
        write_pictures(pictures(clip), tmp_path / "missing" / "out.mp4", form=form_of(clip, "mp4"))
    assert closed == [True]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.97])
def test_a_full_disk_is_said_and_leaves_nothing(make_video: Callable[..., Path], tmp_path: Path, share: float) -> None:
    clip = probe(make_video(width=320, height=240, audio="aac"))
    whole, out = tmp_path / "whole.mp4", tmp_path / "to" / "out.mp4"
    out.parent.mkdir()
    write_pictures(read_pictures(clip), whole, form=form_of(clip, "mp4"), copy_from=clip)

    room = str(int(whole.stat().st_size * share))  # x264's own sizes differ by up to 1 % from run to run
    command = [sys.executable, "-c", COPY_WITH_LITTLE_ROOM, str(clip.path), str(out), room]
    run = subprocess.run(command, check=False, capture_output=True, text=True)

    said = f"{out}: could not be written, the file is larger than allowed\n"
    assert (run.returncode, run.stdout, run.stderr) == (0, said, "")
    assert list(out.parent.iterdir()) == []


def test_an_error_in_the_pictures_passes_through(make_video: Callable[..., Path], tmp_path: Path) -> None:
    clip = probe(make_video())

    def pictures() -> Iterator[Picture]:
        yield next(read_pictures(clip))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), unfinished(tmp_path / "out.mp4") as draft:
        write_pictures(pictures(), draft, form=form_of(clip, "mp4"), copy_from=clip)
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_pictures_that_do_not_have_the_form_are_refused(make_video: Callable[..., Path], tmp_path: Path) -> None:
    clip = probe(make_video())
    out = tmp_path / "out.mp4"
    other = generated_form(32, 32, Fraction(24))
    twice = [next(read_pictures(clip))] * 2

    with pytest.raises(ValueError, match="does not have the form"):
        write_pictures(read_pictures(clip), out, form=other)
    with pytest.raises(ValueError, match="times must increase"):
        write_pictures(twice, out, form=form_of(clip, "mp4"))
    with pytest.raises(ValueError, match="negative"):
        write_pictures([replace(twice[0], pts=-1)], out, form=form_of(clip, "mp4"))
    with pytest.raises(ValueError, match="no picture"):
        write_pictures([], out, form=form_of(clip, "mp4"))
    with pytest.raises(ValueError, match="container must be one of"):
        Form("avi", 32, 32, Fraction(24), Fraction(1, 24), clip.colour)


def test_the_crf_is_used(make_video: Callable[..., Path], tmp_path: Path) -> None:
    clip = probe(make_video(width=320, height=240))
    for crf in (10, 40):
        form = form_of(clip, "mp4")
        write_pictures(read_pictures(clip), tmp_path / f"{crf}.mp4", form=form, encoding=Encoding(crf=crf))

    assert (tmp_path / "40.mp4").stat().st_size < (tmp_path / "10.mp4").stat().st_size


def test_memory_does_not_grow_with_the_length(make_video: Callable[..., Path]) -> None:
    short = make_video("short.mp4", frames=90, width=320, height=240, options={"preset": "ultrafast"})
    long = make_video("long.mp4", frames=270, width=320, height=240, options={"preset": "ultrafast"})

    # 180 further frames of 115,200 bytes would be 20 MiB; the index of the file takes 100 bytes a frame.
    assert peak_mebibytes(long) - peak_mebibytes(short) < 8


@pytest.mark.benchmark
@pytest.mark.parametrize("seconds", [10, 60, 300])
def test_a_1080p_copy_stays_below_350_mebibytes(make_video: Callable[..., Path], seconds: int) -> None:
    size = {"width": 1920, "height": 1080, "frames": seconds * 30}
    source = make_video(options={"preset": "ultrafast", "crf": "40"}, **size)

    assert peak_mebibytes(source) < 350

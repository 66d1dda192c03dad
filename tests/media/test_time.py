"""Time is exact: every time stamp and every duration that comes in goes out."""

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sealreel.media import Clip, form_of, probe, read_luma, read_pictures, write_pictures

Times = list[tuple[Fraction, Fraction]]
VARIABLE = [0, 700, 3301, 3302, 9000, 9001, 12345, 20000, 20777, 31000, 31001, 45000]


def times_of(clip: Clip) -> Times:
    return [(picture.pts * picture.time_base, picture.duration * picture.time_base) for picture in read_pictures(clip)]


def written_again(clip: Clip, container: str = "mp4") -> Clip:
    target = clip.path.with_name(f"again.{container}")
    write_pictures(read_pictures(clip), target, form=form_of(clip, container), copy_from=clip)
    return probe(target)


def test_ntsc_rate_stays_a_fraction(make_video: Callable[..., Path]) -> None:
    clip = written_again(probe(make_video()))

    assert clip.rate == Fraction(30000, 1001)
    assert times_of(clip)[:2] == [
        (Fraction(0), Fraction(1001, 30000)),
        (Fraction(1001, 30000), Fraction(1001, 30000)),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"pts": VARIABLE},
        {"pts": VARIABLE, "step": 25000},
        {"pts": VARIABLE, "options": {"bf": "0"}},
        {"pts": VARIABLE, "options": {"x264-params": "bframes=8:b-pyramid=strict"}},
        {"pts": [tick + 12345 for tick in VARIABLE]},
        {"pts": [tick + 12345 for tick in VARIABLE], "audio": "aac"},
        {"pts": VARIABLE, "audio": "aac", "audio_start": 24001},
        {"time_base": Fraction(1, 24), "step": 1},
        {"time_base": Fraction(1001, 24000), "step": 1},
        {"time_base": Fraction(1, 90000), "step": 3753},
        {"name": "in.mov", "pts": VARIABLE},
        {"name": "in.mkv", "time_base": Fraction(1, 1000), "step": 33},
        {"name": "in.webm", "codec": "libvpx-vp9", "time_base": Fraction(1, 1000), "step": 40},
        {"name": "in.avi", "time_base": Fraction(1001, 30000), "step": 1},
        {"name": "in.ts", "time_base": Fraction(1, 90000), "step": 3003, "audio": "aac"},
        {"frames": 1},
    ],
)
def test_every_time_and_duration_goes_out_as_it_came_in(
    make_video: Callable[..., Path], asked: dict[str, object]
) -> None:
    clip = probe(make_video(**asked))

    assert times_of(written_again(clip)) == times_of(clip)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(1, 40_000), min_size=1, max_size=12), start=st.integers(0, 90_000))
def test_any_increasing_times_survive(make_video: Callable[..., Path], steps: list[int], start: int) -> None:
    ticks = [start, *accumulate(steps, initial=start)][1:]
    clip = probe(make_video(pts=ticks, step=777, mux={"movie_timescale": "30000"}))

    times = times_of(written_again(clip))

    assert [seconds for seconds, _ in times] == [Fraction(tick, 30000) for tick in ticks]
    assert times[-1][1] == Fraction(777, 30000)


def test_a_start_that_an_edit_list_cuts_away_stays_away(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(earlier=3 * 1001, options={"bf": "0"}))

    times = times_of(clip)

    assert len(times) == 9
    assert times[0][0] == 0
    assert times_of(written_again(clip)) == times


def test_luma_comes_at_the_times_of_the_pictures(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(pts=VARIABLE))

    assert [luma.pts_seconds for luma in read_luma(clip)] == [float(seconds) for seconds, _ in times_of(clip)]


def test_a_pictures_own_duration_is_written(make_video: Callable[..., Path]) -> None:
    clip = probe(make_video(frames=3, step=9000))

    assert clip.duration_seconds == pytest.approx(3 * 9000 / 30000)
    assert times_of(clip)[-1][1] == Fraction(9000, 30000)

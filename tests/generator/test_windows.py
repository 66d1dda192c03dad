"""A clip of any length is made of windows that go on from each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sealreel.errors import ModelError
from sealreel.generator import windows
from sealreel.generator.loader import load_pipeline
from sealreel.generator.sampling import Sampling
from sealreel.generator.windows import crossfade, film, windows_for

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")

HOW = Sampling(frames=17, height=64, width=64, rate=16.0, steps=2, guidance_scale=1.0)
OVERLAP = 9


@pytest.fixture(scope="module")
def pipe(models: Callable[[str], Path]) -> Any:
    torch.set_num_threads(1)
    return load_pipeline(str(models("windows")), device="cpu").pipe


def filmed(pipe: Any, frames: int, *, seed: int = 3, **options: Any) -> Any:
    rngs = [torch.Generator().manual_seed(seed)]
    stretches = film(pipe, ["a red ball moves left"], HOW, frames=frames, overlap=OVERLAP, rngs=rngs, **options)
    return np.concatenate(list(stretches), axis=1)[0]


@given(frames=st.integers(1, 2000), window=st.integers(2, 60), data=st.data())
def test_as_few_windows_as_hold_the_frames(frames: int, window: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(1, window - 1))

    count = windows_for(frames, window, overlap)

    assert window + (count - 1) * (window - overlap) >= frames
    assert count == 1 or window + (count - 2) * (window - overlap) < frames


@pytest.mark.parametrize("frames", [1, 8, 16, 17, 18, 25, 26])
def test_any_count_is_made_exactly(pipe: Any, frames: int) -> None:
    assert filmed(pipe, frames).shape == (frames, 64, 64, 3)


def test_a_longer_clip_begins_as_the_shorter_one(pipe: Any) -> None:
    short, long = filmed(pipe, 17), filmed(pipe, 30)

    assert np.array_equal(short[: 17 - OVERLAP], long[: 17 - OVERLAP])


def test_the_same_seed_gives_the_same_windows(pipe: Any) -> None:
    first, again, other = (filmed(pipe, 25, seed=seed) for seed in (3, 3, 4))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_windows_are_made_one_at_a_time(pipe: Any) -> None:
    steps: list[tuple[int, int]] = []
    rngs = [torch.Generator().manual_seed(3)]

    stretches = film(
        pipe,
        ["a ball"],
        HOW,
        frames=33,
        overlap=OVERLAP,
        rngs=rngs,
        on_step=lambda done, total: steps.append((done, total)),
    )
    first = next(stretches)

    assert first.shape[1] == 17 - OVERLAP
    assert steps == [(1, 6), (2, 6)]
    assert sum(stretch.shape[1] for stretch in stretches) == 33 - first.shape[1]
    assert steps[-1] == (6, 6)


def test_a_picture_decides_the_first_frame(pipe: Any) -> None:
    dark, light = (np.full((1, 1, 64, 64, 3), value, np.uint8) for value in (0, 255))

    assert not np.array_equal(filmed(pipe, 17, first=dark)[0], filmed(pipe, 17, first=light)[0])


def test_what_two_windows_share_goes_from_one_to_the_other_in_equal_steps() -> None:
    before, after = (np.full((1, 3, 1, 1, 3), value, np.uint8) for value in (0, 100))

    assert crossfade(before, after)[0, :, 0, 0, 0].tolist() == [25, 50, 75]


def test_pixels_that_are_not_numbers_are_an_error(pipe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_pipe: Any, _latents: Any) -> Any:
        return torch.full((1, 17, 64, 64, 3), float("nan"))

    monkeypatch.setattr(windows, "decode", broken)

    with pytest.raises(ModelError, match="not numbers"):
        filmed(pipe, 17)

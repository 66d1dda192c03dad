"""What is said beforehand about a mark that rough handling may cost."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.media import Picture, probe, read_pictures
from sealreel.provenance import MarkConfig, Output, Payload, ReleaseConfig, mark
from sealreel.provenance.trial import TRIED_PICTURES, TRIED_SHORT_SIDE, Sample, try_out
from sealreel.provenance.watermark import ACCEPT_LOG10_P, Strength, load_method
from sealreel.provenance.watermark.embed import embed
from sealreel.provenance.watermark.search import Search

Shoot = Callable[..., Path]


def marked(source: Path, installation: ReleaseConfig, **changes: object) -> Output:
    config = MarkConfig(release=replace(installation, **changes), digital_source_type="digitalCapture")
    return mark(source, source.with_name(f"marked-{source.name}"), config)


def picture(index: int, *, height: int = 720, width: int = 1280, bit_depth: int = 8) -> Picture:
    samples: Any = np.uint8 if bit_depth == 8 else np.uint16
    luma = np.full((height, width), 128 << (bit_depth - 8), samples)
    chroma = np.full((height // 2, width // 2), 128 << (bit_depth - 8), samples)
    return Picture(luma, (chroma, chroma), bit_depth, pts=index, time_base=Fraction(1, 25), duration=1)


def sampled(strength: Strength, installation: ReleaseConfig, footage: Path) -> Sample:
    """A sample of the footage as marked at some strength."""
    key = installation.keyring.current
    sample = Sample()
    for one in embed(read_pictures(probe(footage)), Payload.random(version=key.key_id), key, strength=strength):
        sample.see(one)
    return sample


@pytest.mark.parametrize(("decibels", "is_safe"), [(36.0, True), (60.0, False)])
def test_a_trial_tells_a_strong_mark_from_a_weak_one(
    shoot: Shoot, tmp_path: Path, installation: ReleaseConfig, decibels: float, is_safe: bool
) -> None:
    sample = sampled(Strength(decibels), installation, shoot(tmp_path / "film.mp4", size=720))
    key = installation.keyring.current

    tried = try_out(sample, tmp_path / "x.mp4", method=load_method(), key=key, still=False)

    assert tried is not None
    assert tried.is_safe is is_safe


def test_a_weak_mark_costs_no_search_for_turns_and_cuts(
    shoot: Shoot, tmp_path: Path, installation: ReleaseConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searched(*_: object) -> None:
        raise AssertionError("the file lies as it was marked")

    sample = sampled(Strength(60.0), installation, shoot(tmp_path / "film.mp4", size=720))
    monkeypatch.setattr(Search, "turned", searched)
    monkeypatch.setattr(Search, "tilted", searched)
    tried = try_out(sample, tmp_path / "x.mp4", method=load_method(), key=installation.keyring.current, still=False)

    assert tried is not None
    assert not tried.is_safe


@pytest.mark.parametrize("name", ["film.png", "film.jpg"])
def test_an_image_is_tried_too(shoot: Shoot, tmp_path: Path, installation: ReleaseConfig, name: str) -> None:
    output = marked(shoot(tmp_path / name, size=512), installation)

    assert output.expected_p_value_log10 is not None
    assert output.expected_p_value_log10 <= ACCEPT_LOG10_P
    assert (output.is_mark_weak, output.notes) == (False, ())


def test_a_weak_mark_is_said_with_its_number_and_the_way_out(
    shoot: Shoot, tmp_path: Path, installation: ReleaseConfig
) -> None:
    output = marked(shoot(tmp_path / "two.mp4", frames=2), installation, strength=Strength(44.0))

    assert output.expected_p_value_log10 is not None
    assert output.is_mark_weak
    assert f"log10 p = {output.expected_p_value_log10:.1f}, wanted -9" in output.notes[-1]
    assert "--watermark-strength" in output.notes[-1]


def test_a_method_without_a_p_value_is_not_tried(tmp_path: Path, installation: ReleaseConfig) -> None:
    sample = Sample()
    sample.see(picture(0))
    key = installation.keyring.current

    class Unproven:
        proves_presence = False

    tried = try_out(sample, tmp_path / "x.mp4", method=Unproven(), key=key, still=False)  # pyright: ignore[reportArgumentType]

    assert tried is None


def test_a_picture_too_small_to_be_halved_is_not_tried(tmp_path: Path, installation: ReleaseConfig) -> None:
    sample = Sample()
    sample.see(picture(0, height=16, width=16))

    tried = try_out(sample, tmp_path / "x.mp4", method=load_method(), key=installation.keyring.current, still=False)

    assert tried is None


def test_a_sample_is_one_second_from_its_start_on_and_small() -> None:
    sample = Sample(start_seconds=1.0)
    for index in range(100):
        sample.see(picture(index, height=2160, width=3840, bit_depth=10))

    assert len(sample.pictures) == TRIED_PICTURES
    assert all(min(one.luma.shape) == TRIED_SHORT_SIDE and one.bit_depth == 8 for one in sample.pictures)
    assert {int(one.luma[0, 0]) for one in sample.pictures} == {128}


def test_the_trial_leaves_nothing_behind(footage: Path, tmp_path: Path, installation: ReleaseConfig) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(footage.read_bytes())

    marked(source, installation)

    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"film.mp4", "marked-film.mp4"}

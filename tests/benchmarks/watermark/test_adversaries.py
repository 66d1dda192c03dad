"""The attacks work: each removes what it should from a mark that is weak in the way it exploits."""

from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.watermark import adversaries, collusion, laundering
from sealreel.benchmarks.watermark.adversaries import Passage
from sealreel.benchmarks.watermark.specimen import Planes, psnr_db
from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey
from sealreel.provenance.watermark.layout import layout_of
from sealreel.provenance.watermark.tile import pattern

TILE = 128
Pattern = NDArray[np.float32]


def panning(frames: int, *, seed: int = 3) -> Planes:
    """A texture that slides three pixels a picture, 512 × 512."""
    rng = np.random.default_rng(seed)
    wide = np.full((512, 512 + 3 * frames), 120.0, dtype=np.float32)
    for sigma, depth in ((1.5, 6.0), (8.0, 16.0)):
        layer = cv2.GaussianBlur(rng.standard_normal(wide.shape).astype(np.float32), (0, 0), sigma)
        wide += depth * layer / float(layer.std())
    texture = np.clip(wide, 16, 235).astype(np.uint8)
    return tuple(np.ascontiguousarray(texture[:, 3 * i : 3 * i + 512]) for i in range(frames))


def fixed_pattern(*, periodic: bool) -> Pattern:
    """A pattern in the mark's band: the same in all tiles, or different everywhere."""
    rng = np.random.default_rng(4)
    if not periodic:
        return adversaries.in_band(rng.standard_normal((512, 512)).astype(np.float32))
    tile = rng.standard_normal((TILE, TILE)).astype(np.float32)
    return adversaries.in_band(np.tile(tile, (4, 4)))


def with_pattern(planes: Planes, pattern: Pattern, *, depth: float = 2.0) -> Planes:
    return adversaries.added(planes, [depth * pattern] * len(planes), times=1.0)


def correlation(a: Pattern, b: Pattern) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_folding_finds_a_pattern_that_repeats() -> None:
    clean, pattern = panning(8), fixed_pattern(periodic=True)

    assert correlation(adversaries.folded(with_pattern(clean, pattern)), pattern) > 0.8


def test_folding_takes_a_repeating_pattern_away() -> None:
    clean, pattern = panning(8), fixed_pattern(periodic=True)
    marked = with_pattern(clean, pattern)
    estimate = adversaries.folded(marked)

    attacked = adversaries.added(marked, [2.0 * estimate] * len(marked), times=-1.0)

    assert psnr_db(clean, attacked) > psnr_db(clean, marked) + 3.0


def test_folding_finds_nothing_of_a_pattern_that_differs_in_every_tile() -> None:
    clean, pattern = panning(8), fixed_pattern(periodic=False)

    assert correlation(adversaries.folded(with_pattern(clean, pattern)), pattern) < 0.35


def test_averaging_finds_a_pattern_that_stays_while_the_content_moves() -> None:
    marked = with_pattern(panning(48), fixed_pattern(periodic=False))
    (whole,) = adversaries.passages(marked, window=None)

    assert correlation(whole.estimate, fixed_pattern(periodic=False)) > 0.6


def test_one_even_picture_shows_a_pattern_once_its_waves_are_equalised() -> None:
    even = (np.full((512, 512), 120, dtype=np.uint8),)
    pattern = fixed_pattern(periodic=False)

    assert correlation(adversaries.equalised(with_pattern(even, pattern)), pattern) > 0.6


def test_windows_cover_every_picture_once() -> None:
    found = adversaries.passages(panning(10), window=4)

    assert [list(passage.frames) for passage in found] == [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9]]


def test_the_frequencies_that_repeat_are_found() -> None:
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    waves = ((5, 11), (-9, 8), (13, 6))
    pattern = np.zeros((512, 512), dtype=np.float32)
    for u, v in waves:
        pattern += np.cos(2 * np.pi * (u * x + v * y) / TILE)

    found = adversaries.periodic_frequencies(with_pattern(panning(8), pattern, depth=1.0), count=3)

    assert {(int(u), int(v)) for u, v in found} == set(waves)


def test_a_crowd_shows_the_pilots_of_its_key() -> None:
    layout, rng = layout_of(WatermarkKey(1, bytes(32))), np.random.default_rng(5)
    crowd: list[collusion.Exhibit] = []
    for number in range(30):
        mark = pattern(layout, Payload(record_id=number, version=1), width=512, height=512, nonce=number)
        noise = rng.standard_normal(mark.shape, dtype=np.float32)
        crowd.append(collusion.Exhibit((mark + 2.0 * noise).astype(np.float32)))

    found = {tuple(at) for at in collusion.common_frequencies(crowd, count=48).tolist()}

    assert len(found & {tuple(at) for at in layout.pilot_bins.tolist()}) >= 40


def test_waves_are_measured_as_strong_as_they_are() -> None:
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    pattern = np.cos(2 * np.pi * (5 * x + 11 * y) / TILE).astype(np.float32)
    planes = with_pattern(panning(8), pattern, depth=2.0)
    amplitudes = [np.full(plane.shape, 2.0, dtype=np.float16) for plane in planes]

    waves = adversaries.waves_of(planes, amplitudes, np.array([[5, 11]], dtype=np.intp))

    assert float(waves.std() / pattern.std()) == pytest.approx(1.0, abs=0.35)


def spectra_of(signs: NDArray[np.float32], clips: int, *, noise: float, seed: int) -> NDArray[np.complex64]:
    """Stretches of one scrambling with payloads of their own, under noise: (clips, tiles, bins)."""
    rng = np.random.default_rng(seed)
    tiles, bins = signs.shape
    payloads = rng.standard_normal((clips, 1, bins, 2))
    hosts = noise * rng.standard_normal((clips, tiles, bins, 2))
    both = signs[None, :, :, None] * payloads + hosts
    return (both[..., 0] + 1j * both[..., 1]).astype(np.complex64)


def random_signs(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0], dtype=np.float32), (16, 200))


def test_the_covariance_of_tiles_shows_the_scrambling() -> None:
    signs = random_signs(1)

    found = np.sign(collusion.scrambling(spectra_of(signs, 50, noise=2.0, seed=2)))

    assert float(np.abs((found * signs).mean(axis=0)).mean()) > 0.9


def test_payloads_alone_show_no_scrambling() -> None:
    different = np.concatenate([spectra_of(random_signs(10 + i), 1, noise=2.0, seed=i) for i in range(50)])

    found = np.sign(collusion.scrambling(different))

    assert float(np.abs((found * random_signs(10)).mean(axis=0)).mean()) < 0.5


def test_stretches_of_one_scrambling_are_sorted_out() -> None:
    kin = spectra_of(random_signs(1), 5, noise=1.5, seed=3)
    others = np.concatenate([spectra_of(random_signs(20 + i), 2, noise=1.5, seed=30 + i) for i in range(20)])

    assert np.flatnonzero(collusion.kin_of(np.concatenate([kin, others]))).tolist() == [0, 1, 2, 3, 4]


def test_stretches_that_share_some_frequencies_are_sorted_at_each_of_them() -> None:
    target, other = random_signs(1), random_signs(2)
    half = np.where(np.arange(200) < 100, target, other)
    kin = spectra_of(target, 1, noise=0.1, seed=3), spectra_of(half, 3, noise=0.1, seed=4)
    rest = np.concatenate([spectra_of(random_signs(20 + i), 2, noise=0.1, seed=30 + i) for i in range(20)])

    found = collusion.kin_by_wave(np.concatenate([*kin, rest]))

    assert found.sum(axis=0).tolist() == [1 + collusion.KIN_OF_A_WAVE] * 200
    assert found[1:4, :100].mean() > 0.9
    assert found[1:4, 100:].mean() < 0.3


def test_averaging_along_the_motion_thins_a_fixed_pattern_and_keeps_the_content() -> None:
    clean = panning(5)
    marked = with_pattern(clean, fixed_pattern(periodic=False))

    attacked = laundering.averaged_along_motion(marked, radius=2)

    assert psnr_db(clean[2:3], attacked[2:3]) > psnr_db(clean[2:3], marked[2:3]) + 1.0


def test_jitter_moves_by_what_it_says() -> None:
    x = np.tile(np.arange(512, dtype=np.float32) / 4 + 60, (512, 1))
    ramp = (np.rint(x).astype(np.uint8),)

    (moved,) = laundering.jittered(ramp, pixels=8.0, steady=True)
    shift = 4.0 * (moved.astype(np.float32) - ramp[0])[40:-40, 40:-40]

    assert float(np.sqrt(np.mean(shift**2))) == pytest.approx(8.0, rel=0.35)


def test_an_own_key_tells_how_strong_the_mark_is() -> None:
    planes = panning(2)

    (amplitude, _) = adversaries.expected_amplitudes(planes)

    assert 0.5 < float(amplitude.astype(np.float32).mean()) < 4.0


def test_a_change_is_laid_on_the_pictures_of_its_passage() -> None:
    one, two = (np.full((512, 512), value, dtype=np.float32) for value in (1.0, 2.0))
    found = [Passage(range(0, 1), one), Passage(range(1, 3), two)]

    laid = adversaries.changes(found, [np.ones((512, 512), dtype=np.float16)] * 3)

    assert [float(change.mean()) for change in laid] == [1.0, 2.0, 2.0]


def test_a_clip_is_cut_where_the_pattern_changes() -> None:
    from sealreel.benchmarks.watermark.crowd import stretches

    assert [len(piece) for piece in stretches(panning(18), Fraction(2))] == [8, 8, 2]

"""Every attempt at removing the mark from one clip, at every strength, to be run one by one."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from . import adversaries, collusion, geometry, laundering
from .adversaries import Estimate, Passage
from .collusion import Exhibit
from .crowd import STRETCH_SECONDS
from .outcomes import BUDGET_DB
from .specimen import Plane, Planes, Specimen

FRAMES = 120
"""Pictures that the adversary holds, four to five seconds: more than one pattern is shown for."""
LAUNDERED_FRAMES = 24
REGENERATED_FRAMES = 8
WINDOWS = (8, 24, 48, None)
TIMES = (1.0, 1.5, None)
"""How often an estimate is taken away; None: as often as stays at 38 dB, which only the judge can tell him."""
FINER_TIMES = (1.0, 1.25, 1.5, None)
"""Of estimates that come so close that what is left after taking them away once changes its sign near here."""
NOTHING = "the clip"
CROWD = "50 clips of the key"


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One attack at one strength; nothing is computed before it is run."""

    attack: str
    strength: str
    had: str
    run: Callable[[Specimen], Planes]
    """Returns the first pictures of the clip, changed."""
    judged: bool = False
    likeness: Callable[[Specimen], float] | None = None
    """Correlation of the estimate with the true pattern."""


Estimator = Callable[[Specimen], list[Passage]]


def attempts(crowd: Callable[[Specimen], Sequence[Exhibit]], *, autoencoder: Path | None = None) -> Iterator[Attempt]:
    """Yield all attempts; those of one attack share their estimate.

    Args:
        crowd: Gives what the colluders have of other clips of the same key.
        autoencoder: The folder of TAEF2; None leaves regeneration through it out.
    """
    yield Attempt("none", "untouched", NOTHING, lambda specimen: specimen.marked)
    yield from _estimated("tile folding, 1 frame", NOTHING, lambda s: _whole(s, adversaries.folded(s.marked[:1])))
    yield from _estimated("tile folding, all frames", NOTHING, lambda s: _whole(s, adversaries.folded(s.marked)))
    for window in WINDOWS:
        name = "whole clip" if window is None else f"windows of {window}"
        yield from _estimated(f"averaging, {name}", NOTHING, partial(_averaged, window=window))
    for window in (1, 24, None):
        name = "whole clip" if window is None else f"windows of {window}"
        estimator = partial(_averaged, window=window, estimator=adversaries.equalised)
        yield from _estimated(f"equalised averaging, {name}", NOTHING, estimator, times=FINER_TIMES)
    yield from without_pilots_attempts(crowd)
    yield from _estimated("collusion, average", CROWD, lambda s: _shared(s, crowd(s)))
    for by_wave in (False, True):
        sorted_out = "collusion, covariance of tiles" + (", sorted by frequency" if by_wave else "")
        estimator = partial(_unscrambled, crowd=crowd, by_wave=by_wave)
        yield from _estimated(sorted_out, CROWD, estimator, times=FINER_TIMES)
    yield from pilot_attempts()
    yield from laundering_attempts()
    yield from regeneration_attempts(autoencoder)


def without_pilots_attempts(crowd: Callable[[Specimen], Sequence[Exhibit]]) -> Iterator[Attempt]:
    """Yield the equaliser at work once the pilots are gone, by which the reader would see what it did where."""
    sources: tuple[tuple[str, str, Callable[[Specimen], NDArray[np.intp]]], ...] = (
        ("the clip's", NOTHING, partial(_pilot_frequencies, count=96)),
        ("a crowd's", CROWD, lambda specimen: collusion.common_frequencies(crowd(specimen), count=48)),
    )
    for whose, had, frequencies in sources:
        bare = lru_cache(maxsize=1)(partial(_bare, frequencies=frequencies))

        def estimated(specimen: Specimen, bare: Callable[[Specimen], Specimen] = bare) -> list[Passage]:
            return _averaged(bare(specimen), window=1, estimator=adversaries.equalised)

        found = lru_cache(maxsize=1)(estimated)
        for often in FINER_TIMES:
            run = partial(_bare_and_taken_away, bare=bare, found=found, times=often)
            yield Attempt(f"equalised averaging, after {whose} pilots", _times(often), had, run, judged=True)


def pilot_attempts() -> Iterator[Attempt]:
    """Yield the removal of what repeats in all tiles, alone and followed by what then needs the pilots."""
    for count in (48, 96):
        run = partial(_without_pilots, count=count)
        yield Attempt("pilot removal", f"{count} frequencies", NOTHING, run)
    crops: tuple[tuple[str, Callable[[Plane], Plane]], ...] = (
        ("crop to 71 %", partial(geometry.cropped, share=0.71)),
        ("rotate 5°", partial(geometry.rotated, degrees=5.0)),
    )
    for name, change in crops:
        yield Attempt(name, "alone", NOTHING, partial(_changed, change=change, first=None))
        run = partial(_changed, change=change, first=48)
        yield Attempt(name, "after pilot removal", NOTHING, run)


def laundering_attempts() -> Iterator[Attempt]:
    """Yield everything that makes the pictures anew without an estimate."""

    def one(attack: str, strength: str, change: Callable[[Sequence[Plane]], Planes]) -> Attempt:
        return Attempt(attack, strength, NOTHING, lambda specimen: change(specimen.marked[:LAUNDERED_FRAMES]))

    for h in (3.0, 6.0, 10.0):
        yield one("non-local means", f"h = {h:g}", partial(laundering.denoised_by_means, h=h))
    for sigma in (15.0, 40.0):
        yield one("bilateral filter", f"sigma = {sigma:g}", partial(laundering.denoised_by_bilateral, sigma=sigma))
    for kernel in (3, 5, 7):
        yield one("median filter", f"{kernel} × {kernel}", partial(laundering.denoised_by_median, kernel=kernel))
    for steady in (True, False):
        name = "micro-geometric jitter, " + ("steady" if steady else "moving")
        for pixels in (0.5, 1.0, 2.0, 3.0):
            yield one(name, f"{pixels:g} px", partial(laundering.jittered, pixels=pixels, steady=steady))
    for radius in (2, 4):
        yield one("averaging along the motion", f"± {radius}", partial(laundering.averaged_along_motion, radius=radius))
    for scale, step in ((0.5, 4), (0.5, 8), (0.25, 16)):
        change = partial(laundering.coarsened, scale=scale, step=step)
        yield one("requantise and resample", f"size × {scale:g}, steps of {step}", change)


def regeneration_attempts(autoencoder: Path | None) -> Iterator[Attempt]:
    """Yield the ways through an autoencoder and back."""
    if autoencoder is not None:
        for noise in (0.0, 0.15, 0.30):
            run = partial(_through_tiny, autoencoder=autoencoder, noise=noise)
            yield Attempt("regeneration, TAEF2", f"latent noise {noise:g}", "a diffusion model's autoencoder", run)
    yield Attempt("regeneration, embedded model", "one pass", "our own autoencoder", _through_embedded)


def _estimated(
    attack: str, had: str, estimator: Estimator, *, times: Sequence[float | None] = TIMES
) -> Iterator[Attempt]:
    """Yield the subtraction of one estimate at every strength."""
    found = lru_cache(maxsize=1)(estimator)

    def likeness(specimen: Specimen) -> float:
        return adversaries.likeness(found(specimen), specimen.marked, specimen.unmarked)

    for often in times:
        run = partial(_taken_away, found=found, times=often)
        yield Attempt(attack, _times(often), had, run, judged=True, likeness=likeness)


def _times(often: float | None) -> str:
    return "to 38 dB" if often is None else f"× {often:g}"


def _taken_away(specimen: Specimen, *, found: Estimator, times: float | None) -> Planes:
    change = partial(adversaries.changes, found(specimen), _amplitudes(specimen))
    often = times_to_budget(specimen, change()) if times is None else times
    return adversaries.added(specimen.marked, change(), times=-often)


@lru_cache(maxsize=1)
def _amplitudes(specimen: Specimen) -> list[NDArray[np.float16]]:
    return adversaries.expected_amplitudes(specimen.marked)


def times_to_budget(specimen: Specimen, change: Iterable[NDArray[np.float32]]) -> float:
    """Return how often a change can be taken away until the pictures are 38 dB from the original.

    The mean square error is c - 2 b t + a t² after t times, with c that of the mark itself; the larger root.
    """
    a = b = c = 0.0
    for original, marked, one in zip(specimen.unmarked, specimen.marked, change, strict=True):
        error = marked.astype(np.float32) - original
        a += float(np.mean(one * one))
        b += float(np.mean(error * one))
        c += float(np.mean(error * error))
    count = len(specimen.marked)
    allowed = 255.0**2 / 10.0 ** ((BUDGET_DB + 0.05) / 10.0)  # a little less, for rounding
    room = (b / count) ** 2 - (a / count) * (c / count - allowed)
    return (b / count + math.sqrt(max(room, 0.0))) / max(a / count, 1e-9)


def _whole(specimen: Specimen, estimate: Estimate) -> list[Passage]:
    return [Passage(range(len(specimen.marked)), estimate)]


def _averaged(
    specimen: Specimen,
    *,
    window: int | None,
    estimator: Callable[[Sequence[Plane]], Estimate] = adversaries.averaged,
) -> list[Passage]:
    return adversaries.passages(specimen.marked, window=window, estimator=estimator)


def _shared(specimen: Specimen, crowd: Sequence[Exhibit]) -> list[Passage]:
    height, width = adversaries.canonical(specimen.marked[0]).shape
    return _whole(specimen, collusion.common_pattern(crowd, shape=(height, width)))


def _unscrambled(specimen: Specimen, *, crowd: Callable[[Specimen], Sequence[Exhibit]], by_wave: bool) -> list[Passage]:
    """Each stretch of the clip, the short rest too, has its own kin among the crowd."""
    exhibits = crowd(specimen)
    length, count = round(STRETCH_SECONDS * specimen.rate), len(specimen.marked)
    spans = [range(start, min(start + length, count)) for start in range(0, count, length)]
    pieces = [collusion.exhibit_of([specimen.marked[index] for index in span]) for span in spans]
    return [
        Passage(span, collusion.unscramble(exhibits, piece, by_wave=by_wave).estimate)
        for span, piece in zip(spans, pieces, strict=True)
    ]


def _pilot_frequencies(specimen: Specimen, *, count: int) -> NDArray[np.intp]:
    return adversaries.periodic_frequencies(specimen.marked, count=count)


def _without_pilots(specimen: Specimen, *, count: int) -> Planes:
    return _without(specimen, _pilot_frequencies(specimen, count=count))


def _bare(specimen: Specimen, *, frequencies: Callable[[Specimen], NDArray[np.intp]]) -> Specimen:
    return replace(specimen, marked=_without(specimen, frequencies(specimen)))


def _bare_and_taken_away(
    specimen: Specimen, *, bare: Callable[[Specimen], Specimen], found: Estimator, times: float | None
) -> Planes:
    return _taken_away(bare(specimen), found=lambda _: found(specimen), times=times)


def _without(specimen: Specimen, frequencies: NDArray[np.intp]) -> Planes:
    waves = adversaries.waves_of(specimen.marked, _amplitudes(specimen), frequencies)
    change = adversaries.changes(_whole(specimen, waves), _amplitudes(specimen))
    return adversaries.added(specimen.marked, change, times=-1.0)


def _changed(specimen: Specimen, *, change: Callable[[Plane], Plane], first: int | None) -> Planes:
    planes = specimen.marked if first is None else _without_pilots(specimen, count=first)
    return tuple(change(plane) for plane in planes[:LAUNDERED_FRAMES])


def _through_tiny(specimen: Specimen, *, autoencoder: Path, noise: float) -> Planes:
    from .regeneration import TinyAutoencoder

    network = TinyAutoencoder(autoencoder)
    frames = specimen.rgb(REGENERATED_FRAMES)
    return specimen.luma_of([network.regenerate(rgb, noise=noise, seed=i) for i, rgb in enumerate(frames)])


def _through_embedded(specimen: Specimen) -> Planes:
    from .regeneration import EmbeddedAutoencoder

    return specimen.luma_of(EmbeddedAutoencoder().regenerate(specimen.rgb(REGENERATED_FRAMES + 1)))

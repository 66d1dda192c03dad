"""How the detector treats what is neither filmed nor made by a network: each kind apart, with its n.

None of these clips is synthetic in the sense of the detector, so whatever passes a threshold is a false alarm. Run as
`python -m sealreel.benchmarks.detector.subgroups --weights DIR --data DIR --watermark DIR --out FILE.json`.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...detector.calibration import HeadCalibration
from ...detector.calibration_file import head_from_json
from ...detector.canon import RATE, Frames, Windows, to_short_side, trim_border, windows_of
from ...detector.rates import binomial_interval
from ...detector.training.dataset import Row, read_clip_frames, read_dataset
from ...detector.weights import check_weights, read_card
from ...errors import UnreadableMedia
from ..watermark.codecs import h264
from ..watermark.footage import read_footage
from ..watermark.timing import at_rate
from .conditions import Condition
from .drawings import FRAMES, cartoon, darkened, scrolling_page, slideshow, typing
from .games import maze, tiles

Rgb = NDArray[np.uint8]
Read = Callable[[Windows], NDArray[np.floating[Any]]]
"""Windows to the logits of one head, (windows,)."""

GROUPS = ("ordinary", "animation", "screen capture", "game", "slideshow", "very dark")
STORED_SHORT_SIDE = 320
AS_THE_DATA_SET = Condition("as the data set", "codec", codecs=(h264(21),))
"""Every clip gets the data set's own last encode: none stands out by being pristine."""
_FRAMES_OF_A_FILM = 600
"""Of a film that is cut into stretches: they are held in memory."""
DRAWN = 40
"""Drawn clips a kind."""
_FILMED = {"bunny_720p.mp4": "animation", "cameratrap_404p.mp4": "very dark"}
"""Clips of the watermark's material that belong here, cut into stretches."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """One clip of a kind."""

    group: str
    name: str
    frames: Callable[[], Frames]
    """(time, height, width, 3), before the last encode."""


@dataclass(frozen=True, slots=True)
class Passing:
    """How many clips pass the threshold of an FPR that was set on ordinary clips."""

    fpr: float
    clips: int
    share: float
    ci95: tuple[float, float]
    """Clopper–Pearson over clips; those of one drawing are alike, so it is narrower than the truth."""


@dataclass(frozen=True, slots=True)
class OfGroup:
    """One kind's line in the table."""

    group: str
    n: int
    mean_score: float
    median_score: float
    passing: tuple[Passing, ...]
    likely_real: float
    """Share with a score of at most the real limit."""
    kinds: Mapping[str, int]
    """Drawing or file to the number of clips it gave."""


def specimens(*, data: Path | None, watermark: Path | None, drawn: int = DRAWN, seed: int = 0) -> tuple[Specimen, ...]:
    """Return clips of every kind; those that need a folder that is not given are left out.

    Args:
        data: A data set; its real clips marked `evaluate`, which no weights have seen, are the ordinary ones, are
            darkened, and lend frames to slideshows.
        watermark: The watermark's material: an animated film, a night camera, photographs.
        drawn: Clips a kind.
        seed: Of the drawings.
    """
    reals = [] if data is None else [row for row in read_dataset(data) if row.label == "real" and row.use == "evaluate"]
    found = [Specimen("ordinary", row.source, partial(read_clip_frames, row.path)) for row in reals]
    for group, draw in (
        ("animation", cartoon),
        ("screen capture", scrolling_page),
        ("screen capture", typing),
        ("game", maze),
        ("game", tiles),
    ):
        share = drawn if group == "animation" else drawn // 2
        found += [Specimen(group, draw.__name__, partial(_drawn, draw, seed, one)) for one in range(share)]
    found += [Specimen("very dark", f"darkened {row.source}", partial(_darkened, row, seed)) for row in reals]
    photographs = [] if watermark is None else sorted((watermark / "stills").glob("*.png"))
    if photographs or reals:
        sources = [*photographs, *(row.path for row in reals)]
        found += [Specimen("slideshow", "slideshow", partial(_slideshow, sources, seed, one)) for one in range(drawn)]
    if watermark is not None:
        for name, group in _FILMED.items():
            found += _stretches(watermark / name, group)
    return tuple(sorted(found, key=lambda one: GROUPS.index(one.group)))


def judge(clips: Sequence[Specimen], read: Read, head: HeadCalibration) -> tuple[OfGroup, ...]:
    """Score every clip, encoded as the data set is, and count by kind.

    Args:
        clips: Sorted by group.
        read: The network's logits of one head.
        head: Its calibration.
    """
    table: list[OfGroup] = []
    for group, members in groupby(clips, key=lambda one: one.group):
        same = list(members)
        logits = [float(np.mean(read(windows_of(AS_THE_DATA_SET.apply(one.frames()))))) for one in same]
        table.append(_of_group(group, [one.name for one in same], head.calibration.scores(logits), head))
    return tuple(table)


def _of_group(group: str, names: Sequence[str], scores: NDArray[np.float64], head: HeadCalibration) -> OfGroup:
    n = len(scores)
    above = [(point.fpr, int((scores > point.threshold).sum())) for point in head.points]
    return OfGroup(
        group=group,
        n=n,
        mean_score=float(scores.mean()),
        median_score=float(np.median(scores)),
        passing=tuple(Passing(fpr, count, count / n, binomial_interval(count, n)) for fpr, count in above),
        likely_real=float((scores <= head.real_limit.threshold).mean()),
        kinds={name: names.count(name) for name in sorted(set(names))},
    )


def table_of(rows: Sequence[OfGroup]) -> str:
    """Return the lines as a Markdown table."""
    rates = [passing.fpr for passing in rows[0].passing] if rows else []
    head = ["kind", "clips", "mean score", *(f"false alarms at FPR {fpr:g} (95 %)" for fpr in rates), "likely real"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    for row in rows:
        cells = [row.group, str(row.n), f"{row.mean_score:.2f}"]
        cells += [f"{one.share:.1%} ({one.ci95[0]:.1%} to {one.ci95[1]:.1%})" for one in row.passing]
        lines.append("| " + " | ".join([*cells, f"{row.likely_real:.0%}"]) + " |")
    return "\n".join(lines)


def _rng(seed: int, *names: object) -> np.random.Generator:
    return np.random.default_rng([seed, *"/".join(map(str, names)).encode()])


def _drawn(draw: Callable[[np.random.Generator], Frames], seed: int, number: int) -> Frames:
    return draw(_rng(seed, draw.__name__, number))


def _darkened(row: Row, seed: int) -> Frames:
    return darkened(read_clip_frames(row.path), _rng(seed, "dark", row.path.name))


def _slideshow(sources: Sequence[Path], seed: int, number: int) -> Frames:
    """Show two of the photographs; of a clip its middle frame."""
    rng = _rng(seed, "slideshow", number)
    return slideshow(rng, [_still(sources[int(one)]) for one in rng.choice(len(sources), size=2, replace=False)])


def _still(path: Path) -> Rgb:
    if path.suffix != ".png":
        frames = read_clip_frames(path)
        return frames[len(frames) // 2]
    bgr = cv2.imread(str(path))
    if bgr is None:
        raise UnreadableMedia(f"{path}: not a picture; expected a PNG")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _stretches(path: Path, group: str) -> list[Specimen]:
    """Cut a film into stretches of two seconds, in the data set's form."""
    whole = at_rate(read_footage(path, frames=_FRAMES_OF_A_FILM), Fraction(RATE))
    frames = [_in_form(one) for one in whole.frames]
    return [
        Specimen(group, path.stem, partial(np.stack, frames[start : start + FRAMES]))
        for start in range(0, len(frames) - FRAMES + 1, FRAMES)
    ]


def _in_form(rgb: Rgb) -> Rgb:
    trimmed = trim_border(rgb)
    return to_short_side(trimmed, min(STORED_SHORT_SIDE, *trimmed.shape[:2]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the kinds with a folder of weights and write the table as JSON."""
    from ...detector.runtime import open_runtime

    parser = argparse.ArgumentParser(description="Judge animation, screens, games, slideshows and dark clips apart.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--watermark", type=Path)
    parser.add_argument("--drawn", type=int, default=DRAWN)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(arguments)
    card = read_card(asked.weights)
    check_weights(asked.weights, card)
    runtime = open_runtime(asked.weights, device=asked.device)
    clips = specimens(data=asked.data, watermark=asked.watermark, drawn=asked.drawn, seed=asked.seed)
    rows = judge(
        clips, lambda windows: runtime.read(windows).clip_logits[:, 0], head_from_json(card.heads["full_synthetic"])
    )
    found = {"weights": card.sha256, "seed": asked.seed, "groups": [asdict(row) for row in rows]}
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

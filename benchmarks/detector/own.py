"""Clips of Sealreel's own generator: nobody looks at the mark, and here there is none to look at."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ...detector.canon import RATE, Frames, Rgb
from ...detector.training.dataset import FRAMES_OF_A_CLIP
from ...errors import SettingsInvalid
from ...media import Limits, probe, read_frames
from .evaluation import HEADS, Task
from .judged import Judged
from .judging import Ours, judged_by
from .specimens import JUDGED, in_form, specimens, stored

SOURCE = "Sealreel's own generator"
SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif")


def own_clips(given: Path | None, count: int, scratch: Path) -> tuple[Path, ...]:
    """Return clips of our generator in the form of the data set, as files in `scratch`.

    Args:
        given: A folder of clips that `generate` made; None to make some with the embedded model, without a mark.
        count: How many are made, or taken of the folder at most.
        scratch: An existing folder, gone after the run: unmarked clips never leave it.

    Raises:
        SettingsInvalid: The folder holds no video.
        MediaError: A clip of it cannot be read.
        MissingExtra: The generator is not installed.
    """
    taken = _of_folder(given, count) if given is not None else (clip for _, clip in specimens(count, JUDGED))
    return tuple(stored(list(frames), scratch / f"own-{number:03d}.mp4") for number, frames in enumerate(taken))


def judge_own(ours: Ours, clips: Sequence[Path]) -> tuple[Judged, ...]:
    """Let each fold's model judge all own clips beside the real clips that it holds out.

    Videos of other scenes and seeds may have trained them (`train detector --own`): the card names their source.
    """
    found: list[Judged] = []
    for division, judged in zip(ours.divisions, judged_by(ours, ours.divisions), strict=True):
        logits = ours.reader.logits([Task(division.weights, clip, ours.condition.name, ours.look) for clip in clips])
        fit = ours.calibration_of(division)
        own = logits[:, HEADS.index("full_synthetic")]
        own = own if fit is None else fit.calibration.slope * own + fit.calibration.intercept
        reals = judged.sources_of(synthetic=False)
        found.append(
            Judged(
                fold=division.number,
                logits=np.concatenate([judged.real_logits, own]),
                synthetic=np.repeat([False, True], [len(reals), len(own)]),
                sources=(*reals, *(f"{SOURCE} {number}" for number in range(len(own)))),  # each clip a draw of its own
            )
        )
    return tuple(found)


def _of_folder(folder: Path, count: int) -> Iterator[Frames]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        raise SettingsInvalid(f"{folder}: no videos in it; their names end with {', '.join(SUFFIXES)}")
    for path in files[:count]:
        yield np.stack([in_form(rgb) for rgb in _thinned(path)])


def _thinned(path: Path) -> list[Rgb]:
    """The frames that are shown at 0, 1/8, 2/8 … seconds, at most 20; none twice."""
    taken: list[Rgb] = []
    for frame in read_frames(probe(path, limits=Limits())):
        if frame.pts_seconds + 1e-6 >= len(taken) / RATE:
            taken.append(frame.rgb)
        if len(taken) == FRAMES_OF_A_CLIP:
            break
    return taken

"""Controls: what can be told without looking for traces of synthesis at all. Where they succeed, the data leaks.

Each is logistic regression on a few numbers that no honest detector may use, in the same folds as everything else.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.error import FFmpegError

from ...detector.training.dataset import Row, read_clip_frames
from ...errors import UnreadableMedia
from .baselines.probe import Table, fit_logistic
from .contender import Contender, Logits

THUMBNAIL = 16
"""Pixels along each side of the first frame's thumbnail: colours and layout, no detail."""


class Metadata:
    """The original file's codec, size, shape and frame rate, as the index keeps them."""

    name = "metadata only"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        codecs = sorted({row.original_codec for row in train})
        return fit_logistic(_table(train, codecs), train)(_table(test, codecs))


class Length:
    """How many frames the clip has and for how long it runs: 0.998 on data that was not brought to one form."""

    name = "clip length"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        return fit_logistic(_lengths(train), train)(_lengths(test))


class FirstFrame:
    """A 16 × 16 thumbnail of the first frame: what is shown, not how it was made."""

    name = "first frame's thumbnail"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        return fit_logistic(_thumbnails(train), train)(_thumbnails(test))


class Shuffled:
    """The thumbnail and the metadata with labels that are dealt to sources at random: 0.5, or the folds leak."""

    name = "shuffled labels"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        codecs = sorted({row.original_codec for row in train})
        dealt = relabelled(train)

        def table(rows: Sequence[Row]) -> Table:
            return np.concatenate([_thumbnails(rows), _table(rows, codecs)], axis=1)

        return fit_logistic(table(train), dealt)(table(test))


def controls() -> tuple[Contender, ...]:
    """Return all four, in the order of the table."""
    return (Metadata(), Length(), FirstFrame(), Shuffled())


def relabelled(rows: Sequence[Row], *, seed: int = 0) -> tuple[Row, ...]:
    """Deal the sources' labels among the sources by chance: as many of each label, none of the meaning."""
    sources = sorted({(row.label, row.source) for row in rows})
    order = cast("list[int]", np.random.default_rng(seed).permutation(len(sources)).tolist())
    dealt = {source: sources[place][0] for source, place in zip(sources, order, strict=True)}
    return tuple(
        replace(row, label=label, head="full_synthetic" if label == "ai" else None)
        for row in rows
        for label in [dealt[row.label, row.source]]
    )


def _table(rows: Sequence[Row], codecs: Sequence[str]) -> Table:
    """(clips, 5 + codecs); a codec that no training clip has leaves all its columns 0."""
    return np.array([_metadata(row, codecs) for row in rows], dtype=np.float64)


def _metadata(row: Row, codecs: Sequence[str]) -> list[float]:
    width, height = max(1, row.original_width), max(1, row.original_height)
    sides = [math.log(width), math.log(height), math.log(width / height)]
    rates = [math.log(max(row.original_fps, 1.0)), row.original_fps]
    return [*sides, *rates, *(float(row.original_codec == codec) for codec in codecs)]


def _lengths(rows: Sequence[Row]) -> Table:
    """(clips, 3): frames, seconds, and frames a second of the stored clip."""
    return np.array([_length(row.path) for row in rows], dtype=np.float64)


@cache
def _length(path: Path) -> tuple[float, float, float]:
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.pts is not None and stream.time_base]
            seconds = float(max(packet.pts or 0 for packet in packets) * (stream.time_base or 0)) if packets else 0.0
            return float(len(packets)), seconds, float(stream.average_rate or 0)
    except (FFmpegError, IndexError) as error:
        raise UnreadableMedia(f"{path}: {error}; expected a video") from error


def _thumbnails(rows: Sequence[Row]) -> Table:
    """(clips, 768)"""
    return np.array([_thumbnail(row.path) for row in rows], dtype=np.float64)


@cache
def _thumbnail(path: Path) -> tuple[float, ...]:
    first = read_clip_frames(path, limit=1)[0]
    small = np.asarray(cv2.resize(first, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA), dtype=np.float64)
    return tuple(cast("list[float]", (small.ravel() / 255.0).tolist()))

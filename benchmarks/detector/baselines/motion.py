# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""Motion vectors: what a video encoder makes of a clip's movement, in 13 numbers.

The features of TemporalSpec, the codec control of VidAudit (arXiv 2606.31004): four global statistics of the vectors'
lengths, and nine of how they change in time in the cells of a 4×4 grid. All clips are encoded again in one way, with
one vector for each macroblock, so that the vectors tell of the pictures and not of the file. Seven predicted frames
carry a plain periodogram where TemporalSpec fits an autoregressive model.
"""

import io
from collections.abc import Sequence

import av
import numpy as np
from av.codec.context import Flags2
from av.container import InputContainer
from numpy.typing import NDArray

from ....detector.canon import RATE, SIDE, Frames
from ....detector.training.dataset import Row
from ..contender import Logits
from .features import FeatureCache, Features
from .probe import Table, fit_logistic

BLOCK = 16
"""Pixels along a macroblock."""
CELLS = 4
"""Along each side of the grid."""
STILL = 1e-9
RECIPE = {
    "preset": "medium",
    "crf": "23",
    "g": "250",
    "bf": "0",
    "refs": "1",
    "sc_threshold": "0",
    "x264-params": "partitions=none:8x8dct=0:weightp=0:mbtree=0:rc-lookahead=0:threads=1",
}
"""One intra frame, then predicted ones, each from the frame before it, 16×16 blocks only."""


class MotionStatistics:
    """Thirteen numbers of a window's motion vectors."""

    name = "motion-vectors-1"
    windows = 2

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) -> (13)."""
        return describe_motion(motion_lengths(window)).astype(np.float32)


class MotionVectors:
    """The statistics of motion vectors, and logistic regression."""

    name = "motion vectors (13) + LR"

    def __init__(self, cache: FeatureCache) -> None:
        """Keep statistics in this cache."""
        self._cache = cache

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        judge = fit_logistic(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 13)"""
        clips = self._cache.of_all(rows, MotionStatistics())
        return np.stack([clip.mean(axis=0) for clip in clips]).astype(np.float64)


def motion_lengths(window: Frames) -> NDArray[np.float64]:
    """Encode the pictures again and return how far each macroblock moved, in pixels a frame.

    Returns:
        (frames - 1, rows, columns); 0 where the encoder predicted nothing from the frame before.
    """
    blocks = SIDE // BLOCK
    lengths = np.zeros((len(window) - 1, blocks, blocks))
    container: InputContainer = av.open(io.BytesIO(_encoded(window)), "r")
    with container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.flags2 |= Flags2.export_mvs
        for index, frame in enumerate(container.decode(stream)):
            vectors = frame.side_data.get("MOTION_VECTORS")
            if vectors is None or index == 0:
                continue
            found = vectors.to_ndarray()
            row, column = found["dst_y"] // BLOCK, found["dst_x"] // BLOCK  # the middle of the predicted block
            size = np.hypot(found["motion_x"], found["motion_y"]) / np.maximum(found["motion_scale"], 1)
            inside = (row >= 0) & (row < blocks) & (column >= 0) & (column < blocks)
            lengths[index - 1, row[inside], column[inside]] = size[inside]
    return lengths


def describe_motion(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Describe the vectors' lengths.

    Args:
        lengths: (frames, rows, columns); at least 4 frames and as many rows and columns.

    Returns:
        Mean length; share of zeros; variance and mean absolute step in time of the frames' mean length; and over the
        cells that move: median and quartile range of the slope of the spectrum, of its flatness and of the decay of
        the autocorrelation, and medians of its first zero and of kurtosis and skewness of the second difference.
        Where no cell moves unevenly those nine are 0.
    """
    frames = lengths.mean(axis=(1, 2))
    whole = [lengths.mean(), (lengths == 0.0).mean(), frames.var(), np.abs(np.diff(frames)).mean()]
    series = [cell.mean(axis=(1, 2)) for band in _parts(lengths, 1) for cell in _parts(band, 2)]
    found = np.asarray([_in_time(one) for one in series if one.std() > STILL])
    if not len(found):
        return np.asarray([*whole, *[0.0] * 9])
    middle = np.median(found, axis=0)
    spread = np.subtract(*np.percentile(found[:, :3], (75, 25), axis=0))
    paired = [value for pair in zip(middle[:3], spread, strict=True) for value in pair]
    return np.asarray([*whole, *paired, *middle[3:]])


def _parts(lengths: NDArray[np.float64], axis: int) -> list[NDArray[np.float64]]:
    return np.array_split(lengths, CELLS, axis=axis)


def _in_time(series: NDArray[np.float64]) -> list[float]:
    """Slope and flatness of the spectrum, decay and first zero of the autocorrelation, kurtosis and skewness."""
    centred = series - series.mean()
    power = np.maximum(np.abs(np.fft.rfft(centred * np.hanning(len(series)))[1:]) ** 2, 1e-12)
    frequency = np.log10(np.arange(1, len(power) + 1))
    slope = -float(np.polyfit(frequency, np.log10(power), 1)[0])
    flatness = float(np.exp(np.log(power).mean()) / power.mean())
    correlation = np.correlate(centred, centred, "full")[len(series) - 1 :] / (centred**2).sum()
    below = np.flatnonzero(correlation <= 0.0)
    zero = float(below[0]) if len(below) else float(len(series))
    return [slope, flatness, _decay(correlation[: int(zero)]), zero, *_shape(np.diff(series, 2))]


def _shape(change: NDArray[np.float64]) -> tuple[float, float]:
    """Return excess kurtosis and skewness; 0 where nothing varies."""
    deviation = float(change.std())
    if deviation <= STILL:
        return 0.0, 0.0
    scaled = (change - change.mean()) / deviation
    return float((scaled**4).mean()) - 3.0, float((scaled**3).mean())


def _decay(correlation: NDArray[np.float64]) -> float:
    """Return after how many frames the autocorrelation has fallen to 1/e, from its positive start; at most 100."""
    if len(correlation) < 2:
        return 0.0
    slope = float(np.polyfit(np.arange(len(correlation)), np.log(correlation), 1)[0])
    return min(-1.0 / slope, 100.0) if slope < 0.0 else 100.0


def _encoded(window: Frames) -> bytes:
    """The pictures as H.264, all in one way."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=RATE, options=dict(RECIPE))
        stream.width, stream.height, stream.pix_fmt = window.shape[2], window.shape[1], "yuv420p"
        stream.thread_count = 1
        for picture in window:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    return target.getvalue()

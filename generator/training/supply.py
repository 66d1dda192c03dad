"""Where clips come from: scenes are drawn, worded and packed in other processes while the device renders."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# the tokenizer's call is typed only partly.

import os
import random
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..world import scene_of
from ..world.captions import caption
from ..world.packing import PackedScenes, pack
from .asking import seen_of, told_of

SEEN_TOKENS: Final = 64
"""Captions are cut to so many; what the text encoder says of the padding beyond is masked from the transformer."""
FPS: Final = 16
LATE_SHARE: Final = 0.25
"""Of the windows, how many start after the scene's first moment: they teach to go on, from frames that are given."""
_STRIDE_SECONDS: Final = 2.5
"""A window adds 40 frames to the one before."""
_tokenizers: list[Any] = []


@dataclass(frozen=True, slots=True)
class Order:
    """Which clips to prepare."""

    first_seed: int
    clips: int
    frames: int
    captions: int
    """Wordings of each scene; 0 leaves words and answers away."""
    rows: int
    """Of tokens in a picture; as many columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """A batch that is ready to be rendered."""

    packed: PackedScenes
    late: npt.NDArray[np.bool_]
    """Which windows start after their scene's first moment, (clips,)."""
    ids: npt.NDArray[np.int16]
    """Token ids of the wordings, (clips, captions, 64); the padding is 0."""
    seen: npt.NDArray[np.uint8]
    """What is where, from `seen_of`."""
    told: npt.NDArray[np.uint8]
    """What is said of whom, from `told_of`."""


def prepare(order: Order) -> Clips:
    """Draw, word and pack; the same order gives the same clips in any process."""
    scenes = [scene_of(order.first_seed + index) for index in range(order.clips)]
    rng = random.Random(order.first_seed)
    starts = [_start(rng) for _ in scenes]
    texts = [caption(scene, rng) for scene in scenes for _ in range(order.captions)]
    ids = token_ids(texts).reshape(order.clips, order.captions, SEEN_TOKENS)
    packed = pack(scenes, start=starts, frames=order.frames, fps=FPS)
    nobody = np.zeros((order.clips, 0), np.uint8)
    return Clips(
        packed=packed,
        late=np.array([start > 0 for start in starts]),
        ids=ids,
        seen=seen_of(packed, order.rows) if order.captions else nobody,
        told=told_of(scenes) if order.captions else nobody,
    )


def supply(
    first_seed: int, *, clips: int, batch: int, frames: int, captions: int, rows: int, jobs: int
) -> Iterator[Clips]:
    """Give batches for the scenes of `clips` consecutive seeds, in order, prepared ahead by `jobs` processes."""
    orders = (Order(first_seed + at, min(batch, clips - at), frames, captions, rows) for at in range(0, clips, batch))
    if not jobs:
        yield from map(prepare, orders)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_alone) as workers:
        ahead: deque[Future[Clips]] = deque()
        try:
            for order in orders:
                ahead.append(workers.submit(prepare, order))
                if len(ahead) > 3 * jobs:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            workers.shutdown(wait=False, cancel_futures=True)


def token_ids(texts: list[str]) -> npt.NDArray[np.int16]:
    """Return (len(texts), 64) token ids, cut or padded with 0."""
    if not texts:
        return np.zeros((0, SEEN_TOKENS), dtype=np.int16)
    if not _tokenizers:
        from ..world.captions import build_tokenizer

        _tokenizers.append(build_tokenizer())
    found = _tokenizers[0](texts, padding="max_length", max_length=SEEN_TOKENS, truncation=True)
    return np.array(found["input_ids"], dtype=np.int16)


def _start(rng: random.Random) -> float:
    """Draw when a window starts: mostly at once; else where a long clip's next window would, or anywhere."""
    if rng.random() >= LATE_SHARE:
        return 0.0
    if rng.random() < 0.6:
        return _STRIDE_SECONDS * min(1 + int(rng.expovariate(0.35)), 24)
    return rng.uniform(0.25, 12.0)


def _alone() -> None:
    """One thread a process: there is a process for every core."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"

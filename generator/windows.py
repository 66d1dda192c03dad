"""Film longer than the model's window: each window goes on from the last frames of the one before.

A window of F frames that is given `overlap` clean ones adds F - overlap. What is given was decoded and is encoded
again, so the two decodings of the shared frames differ a little; they are cross-faded, which leaves no seam to see.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from .sampling import Compare, OnStep, Sampling, decode, encode, sample

Stretch = npt.NDArray[np.uint8]
"""(clips, frames, height, width, 3), sRGB."""


def windows_for(frames: int, window: int, overlap: int) -> int:
    """Return how many windows of `window` frames hold `frames`, each sharing `overlap` with the next."""
    return 1 + max(0, -(-(frames - window) // (window - overlap)))


def film(
    pipe: Any,
    prompts: Sequence[str],
    how: Sampling,
    *,
    frames: int,
    overlap: int,
    rngs: Sequence[Any],
    first: Stretch | None = None,
    negative_prompt: str = "",
    sides: Any | None = None,
    matcher: Any | None = None,
    on_step: OnStep | None = None,
) -> Iterator[Stretch]:
    """Make clips of any length, a window in memory at a time.

    A longer clip begins as the shorter one of the same seed does, but for the frames that are cross-faded.

    Args:
        pipe: A pipeline with the parts of LTXPipeline.
        prompts: One a clip; the same one leads every window.
        how: The window.
        frames: Wanted of each clip; at least 1, cut exactly.
        overlap: Frames that lead the next window, 8k + 1.
        rngs: A torch.Generator on the CPU for each clip.
        first: A frame that each clip starts from, (clips, 1, height, width, 3); none for text alone.
        negative_prompt: What guidance moves away from.
        sides: Readers of left and right (`sides.Sides`): a clip whose first window goes the wrong way is turned over,
            unless it starts from a frame.
        matcher: Readers of words and half-made clips (`matching.Matcher`): of `how.candidates` first windows of each
            clip, the one that matches its prompt best is finished; what follows goes on from that.
        on_step: Told of the steps of all windows together.

    Yields:
        Stretches in order, `frames` frames in all.

    Raises:
        ModelError: Pixels that are not numbers.
    """
    count = windows_for(frames, how.frames, overlap)
    leading = None if first is None else encode(pipe, first)
    tail: Stretch | None = None
    turned: npt.NDArray[np.bool_] | None = None
    made = 0
    for index in range(count):
        latents = sample(
            pipe,
            prompts,
            how,
            rngs=rngs,
            leading=leading,
            negative_prompt=negative_prompt,
            compare=comparing(matcher, prompts) if index == 0 else None,
            on_step=_told(on_step, before=index * how.steps, total=count * how.steps),
        )
        window = _bytes(decode(pipe, latents))
        if turned is None:
            turned = _to_turn(sides, prompts, window, starts=first is not None)
        if tail is not None:
            window[:, :overlap] = crossfade(tail, window[:, :overlap])
        if index < count - 1:
            tail = window[:, -overlap:]
            leading = encode(pipe, tail)
            window = window[:, :-overlap]
        stretch = window[:, : frames - made]
        made += stretch.shape[1]
        yield np.where(turned[:, None, None, None, None], stretch[:, :, :, ::-1], stretch) if turned.any() else stretch


def crossfade(before: Stretch, after: Stretch) -> Stretch:
    """Go from one rendering of the same frames to another, in equal steps over time; both (clips, frames, …)."""
    steps = before.shape[1] + 1
    weight = (np.arange(1, steps, dtype=np.float32) / steps).reshape(1, -1, *([1] * (before.ndim - 2)))
    return np.rint(before * (1 - weight) + after * weight).astype(np.uint8)


def comparing(matcher: Any | None, prompts: Sequence[str]) -> Compare | None:
    """Return what chooses between candidates of these prompts; None for a model without readers."""
    if matcher is None:
        return None
    from .matching import best

    return lambda states: best(matcher, prompts, states)


def _to_turn(sides: Any | None, prompts: Sequence[str], window: Stretch, *, starts: bool) -> npt.NDArray[np.bool_]:
    """Return which clips are to be turned over; none that starts from a frame, which is as it is."""
    if sides is None or starts:
        return np.zeros(len(prompts), dtype=np.bool_)
    from .sides import goes_wrong

    return goes_wrong(sides, prompts, window)


def _told(on_step: OnStep | None, *, before: int, total: int) -> OnStep | None:
    return None if on_step is None else lambda done, _steps: on_step(before + done, total)


def _bytes(video: Any) -> Stretch:
    if not bool(video.isfinite().all()):  # in a byte it would become any number
        raise ModelError("the model returned pixels that are not numbers; try another dtype or device")
    return (video * 255).round().byte().cpu().numpy()

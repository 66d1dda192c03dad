"""`sealreel calibrate`: thresholds from a user's own clips."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import OutputUnwritable, SettingsInvalid
from ..console import Progress, emit, say, warn
from ..doors import ConfigFile, JsonFlag, example, in_force
from ..inputs import SCORABLE
from ..options import Force

if TYPE_CHECKING:
    from ...detector.calibration_file import CalibrationFile
    from ...detector.recalibration import Recalibration
    from ...detector.weights import WeightsCard
    from ..settings import InForce

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

_JOBS = min(4, os.cpu_count() or 1)
"""A thread a clip: decoding is what takes the time, and more threads wait for the network."""


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    above.add_typer(app, name="calibrate", epilog=example("sealreel calibrate detector --data clips/"))


@app.callback()
def calibrate() -> None:
    """Calibration: thresholds that hold for the clips that you meet."""


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Labelled clips: sub-folders real/ and ai/, or an index.csv."),
]
Rates = Annotated[
    list[float] | None,
    typer.Option(
        "--fpr",
        metavar="RATE",
        help="A false positive rate that must be carried; may be repeated. By default those of 0.05, 0.01 and 0.001 "
        "that so many clips carry.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write here; by default where detect looks, in the data folder."),
]
Model = Annotated[
    str,
    typer.Option("--model", metavar="NAME", help="Whose thresholds: embedded, or a folder of train detector."),
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=64, help="Clips at a time.", show_default=False)]


@app.command(
    epilog=example(
        "sealreel calibrate detector --fpr 0.001",
        "sealreel calibrate detector --data clips/",
        "sealreel calibrate detector --data clips/ --fpr 0.01 --out ours.json",
        "sealreel detect new.mp4 --calibration ours.json",
    )
)
def detector(
    ctx: typer.Context,
    *,
    data: Data = None,
    fpr: Rates = None,
    out: Out = None,
    force: Force = False,
    model: Model = "embedded",
    jobs: Jobs = _JOBS,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Set the detector's scores and thresholds by your own labelled clips; the weights stay as they are.

    Without --data, say how many clips a rate needs. A rate that the clips at hand do not carry is refused. Folders
    below real/ and ai/ name sources (real/phone/…): thresholds are judged on sources held out. The file is bound to
    the weights, and detect uses it from then on (setting detector_calibration).
    """
    from ...detector.calibration import FPRS
    from ..calibration import calibrate_answer, calibrate_report, needs_answer, needs_report

    rates = _checked(fpr)
    shown = rates or list(FPRS)
    if data is None:
        emit(needs_answer(shown)) if as_json else say(needs_report(shown))
        return
    known = in_force(ctx)
    file = _output(out, known.directories.detector_calibration, force=force)
    found, card = _recalibrated(data, rates, known, model=model, jobs=jobs)
    _write(found.file, file, force=force or out is None)
    for one in found.unread:
        warn(f"{one.path}: left out, {one.reason}")
    if as_json:
        emit(calibrate_answer(found, file=file, card=card, fprs=shown))
    else:
        say(calibrate_report(found, file=file))


def _checked(fprs: list[float] | None) -> list[float]:
    """Return the rates asked for, highest first."""
    for fpr in fprs or []:
        if not 0 < fpr < 1:
            raise SettingsInvalid(f"--fpr {fpr:g}: a rate is between 0 and 1, such as 0.01")
    return sorted(set(fprs or []), reverse=True)


def _output(named: Path | None, usual: Path, *, force: bool) -> Path:
    """Return where to write, known to be writable before any clip is scored; the usual place may be written again."""
    from ...media import check_output

    if named is not None:
        check_output(named, force=force)
        return named
    try:
        usual.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"{usual.parent}: {error.strerror}; name another place with --out") from error
    check_output(usual, force=True)
    return usual


def _write(made: "CalibrationFile", file: Path, *, force: bool) -> None:
    from ...detector.calibration_file import calibration_to_json
    from ...media import unfinished

    with unfinished(file, force=force) as draft:
        draft.write_text(json.dumps(calibration_to_json(made), indent=1) + "\n", encoding="utf-8")


def _recalibrated(
    data: Path, fprs: list[float], known: "InForce", *, model: str, jobs: int
) -> "tuple[Recalibration, WeightsCard]":
    """Score the clips with the weights in force, as `detect` would."""
    from ...detector import load_detector
    from ...detector.labelled_clips import labelled_clips
    from ...detector.recalibration import check_numbers, recalibrate
    from ..workflows import limits

    rows = labelled_clips(data, suffixes=SCORABLE)
    check_numbers(rows, fprs or None)  # before the weights are loaded
    loaded = load_detector(model=model, limits=limits(known))  # with what the weights came with, to compare
    bar = Progress("scoring")
    try:
        found = recalibrate(
            rows,
            loaded.logits,
            weights_sha256=loaded.card.sha256,
            shipped=loaded.heads,
            fprs=fprs or None,
            jobs=jobs,
            on_clip=bar,
        )
    except ValueError as error:
        raise SettingsInvalid(f"{data}: {error}") from error
    finally:
        bar.close()
    return found, loaded.card

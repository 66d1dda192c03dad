"""`sealreel detect`: how likely a file is synthetic."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...errors import OutputUnwritable
from ..answers import error_answer
from ..console import complain, emit, say, warn
from ..doors import ConfigFile, JsonFlag, debug, example, in_force
from ..escape import escape
from ..exits import Exit, exit_of_detection, worst
from ..inputs import SCORABLE, Input, gather, spooled
from ..options import DetectorCalibration, Force, FromList

if TYPE_CHECKING:
    from ...detector import Detector, Examination


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=example(
            "sealreel detect clip.mp4",
            "sealreel detect incoming/ --fpr 0.05 --json",
            "sealreel detect clip.mp4 --heatmap pictures/",
        )
    )(detect)


Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE", help="Files, folders and globs; - is a file on stdin.")
]
Fpr = Annotated[
    float | None,
    typer.Option(
        "--fpr",
        metavar="RATE",
        help="The share of real clips that may be called synthetic: sets the threshold. By default 0.01, or the "
        "nearest to it where the calibration rests on too few clips.",
    ),
]
Heatmap = Annotated[
    Path | None,
    typer.Option("--heatmap", metavar="DIR", help="Write a picture a file into DIR: what was seen, where, when."),
]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="embedded, or a folder of weights of train detector.")
]
Device = Annotated[
    Literal["auto", "cpu", "cuda"], typer.Option("--device", help="Where to run; auto takes a GPU where there is one.")
]


def detect(
    ctx: typer.Context,
    files: Files = None,
    *,
    from_list: FromList = None,
    fpr: Fpr = None,
    heatmap: Heatmap = None,
    force: Force = False,
    _detector_calibration: DetectorCalibration = None,
    model: Model = "embedded",
    device: Device = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no report; the exit code says it.")] = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say how likely videos and pictures are synthetic, by their pixels alone.

    One verdict a file: likely_real (exit code 0), likely_synthetic (1), inconclusive (4). It is a classifier's
    opinion with a stated rate of false alarms, never a proof; for proof see verify. Nothing is sent anywhere.
    """
    from .. import workflows

    inputs = gather(files or [], from_list=from_list, suffixes=SCORABLE)
    sheets = None if heatmap is None else _Sheets(heatmap, force=force)
    detector = workflows.detector(in_force(ctx), model=model, device=device, fpr=fpr)
    verdicts: Counter[str] = Counter()
    codes: set[Exit] = set()
    for one in inputs:
        verdict, code = _answer(one, detector, fpr, sheets, quiet=quiet, as_json=as_json)
        verdicts[verdict] += 1
        codes.add(code)
    if len(inputs) > 1 and not quiet:
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        warn(f"{len(inputs)} files: {counted}")
    raise typer.Exit(worst(codes))


def _answer(
    one: Input, detector: "Detector", fpr: float | None, sheets: "_Sheets | None", *, quiet: bool, as_json: bool
) -> tuple[str, Exit]:
    """Score one file and print what was found; what goes wrong with it stops no other."""
    from ..detection import detect_answer, detect_report

    try:
        found = _look(one, detector, fpr)
        if sheets is not None:
            sheets.write(found, one.name, detector)
    except Exception as error:  # noqa: BLE001 - a defect met in one file is reported as that file's
        debug(error)
        complain(error, file=one.name)
        if as_json and not quiet:
            emit(error_answer(error, file=one.name, code=Exit.CANNOT))
        elif not quiet:
            say(f"{escape(one.name)}: error\n")
        return "error", Exit.CANNOT
    if as_json and not quiet:
        emit(detect_answer(found.score, file=one.name))
    elif not quiet:
        say(detect_report(found.score, file=one.name) + "\n")
    return found.score.verdict, exit_of_detection(found.score.verdict)


def _look(one: Input, detector: "Detector", fpr: float | None) -> "Examination":
    if one.problem is not None:
        raise one.problem
    if one.name != "-":
        return detector.examine(one.path, fpr=fpr)
    with spooled() as path:
        return detector.examine(path, fpr=fpr)


class _Sheets:
    """A folder of contact sheets, one a file; files of one name from several folders get numbers."""

    def __init__(self, folder: Path, *, force: bool) -> None:
        self._folder = folder
        self._force = force
        self._taken: Counter[str] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputUnwritable(f"--heatmap {folder}: {error.strerror}; expected a folder to write into") from error

    def write(self, found: "Examination", name: str, detector: "Detector") -> None:
        """Write the sheet of one file."""
        from ...detector import write_contact_sheet

        stem = "stdin" if name == "-" else Path(name).name
        self._taken[stem] += 1
        number = f".{self._taken[stem]}" if self._taken[stem] > 1 else ""
        write_contact_sheet(
            found,
            self._folder / f"{stem}{number}.png",
            title=name,
            calibration=detector.heads["full_synthetic"].calibration,
            force=self._force,
        )

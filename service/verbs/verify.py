"""`sealreel verify`: what a file proves about its origin."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import SettingsInvalid, UnsupportedMedia
from ..answers import verify_answer, verify_error_answer
from ..console import complain, emit, say, warn
from ..doors import ConfigFile, JsonFlag, debug, example, in_force
from ..exits import SYNTHETIC, exit_of_verdict, worst
from ..inputs import Input, gather, spooled
from ..options import FromList, Store
from ..values import WatermarkCheck

if TYPE_CHECKING:
    from ...detector import Detector
    from ...provenance import Verdict, VerifyConfig


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=example(
            "sealreel verify clip.mp4",
            "sealreel verify clip.mp4 --detect",
            "sealreel verify incoming/ --json --fail-on tampered,invalid_credential,content_mismatch",
            "find . -name '*.mp4' -print0 | sealreel verify --from-list -",
        )
    )(verify)


Files = Annotated[
    list[str] | None, typer.Argument(metavar="FILE", help="Files, folders and globs; - is a file on stdin.")
]
Trust = Annotated[
    list[Path] | None,
    typer.Option("--trust", metavar="PEM", help="Trust these manifest signers too; may be repeated."),
]
Online = Annotated[
    bool | None,
    typer.Option("--online/--offline", help="Whether to fetch what a file points at; offline by default."),
]
Sidecar = Annotated[
    Path | None,
    typer.Option("--sidecar", metavar="C2PA", help="The manifest is in this file instead; for a single input."),
]
Watermark = Annotated[
    WatermarkCheck | None,
    typer.Option("--watermark", help="Whether to read the pixels; auto does where the manifest does not settle it."),
]
Thorough = Annotated[
    bool | None,
    typer.Option(
        "--thorough/--stop-early",
        help="Read the pixels to their end: shows every mark of a joined clip and when it is seen. By default reading "
        "stops at the first sure mark, unless the content is not that of its record.",
    ),
]
Detect = Annotated[
    bool,
    typer.Option(
        "--detect",
        help="Add the score of the classifier; it changes no verdict, and no exit code unless --fail-on "
        "likely_synthetic.",
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        "--watermark-method",
        metavar="NAME",
        help="Look for this method's mark too: a peer's or a registered one's.",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="VERDICT,…",
        help="Only these verdicts end with a code other than 0; a file that could not be looked at always does. With "
        "--detect, likely_synthetic may be among them.",
    ),
]


def verify(
    ctx: typer.Context,
    files: Files = None,
    *,
    from_list: FromList = None,
    _trust: Trust = None,
    _store: Store = None,
    _online: Online = None,
    sidecar: Sidecar = None,
    _watermark: Watermark = None,
    _thorough: Thorough = None,
    _watermark_method: Method = None,
    detect: Detect = False,
    _fail_on: FailOn = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no report; the exit code says it.")] = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what files prove about their origin: manifest, watermark, and a stored record where the manifest is gone.

    One verdict a file: verified (exit code 0), tampered, invalid_credential, content_mismatch (1), unsupported, error
    (3), no_provenance (4), intact_untrusted (5), recovered (6). Nothing is sent anywhere unless --online. What a
    classifier thinks of the pixels (--detect) stands beside the verdict and never changes it.
    """
    from .. import workflows

    known = in_force(ctx)
    inputs = gather(files or [], from_list=from_list)
    if sidecar is not None and len(inputs) != 1:
        raise SettingsInvalid(f"--sidecar holds the manifest of one file, {len(inputs)} were named")
    if SYNTHETIC in known.settings.fail_on and not detect and known.sources["fail_on"].startswith("flag"):
        raise SettingsInvalid(f"--fail-on {SYNTHETIC} needs --detect: nothing else gives that verdict")
    config = workflows.verify_config(known, sidecar=sidecar)
    detector = workflows.detector(known) if detect else None
    found: Counter[tuple[str, str | None]] = Counter()
    for one in inputs:
        found[_answer(one, config, detector, quiet=quiet, as_json=as_json)] += 1
    if len(inputs) > 1 and not quiet:
        warn(f"{len(inputs)} files: {_counted(found)}")
    fail_on = known.settings.fail_on
    raise typer.Exit(
        worst(exit_of_verdict(verdict, fail_on=fail_on, detection=detection) for verdict, detection in found)
    )


def _counted(found: Counter[tuple[str, str | None]]) -> str:
    verdicts: Counter[str] = Counter()
    for (verdict, _), count in found.items():
        verdicts[verdict] += count
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))


def _answer(
    one: Input, config: "VerifyConfig", detector: "Detector | None", *, quiet: bool, as_json: bool
) -> tuple[str, str | None]:
    """Look at one file and print what was found; what goes wrong with it stops no other.

    Returns:
        The verdict, and that of the detector where it was asked and could look.
    """
    try:
        verdict = _look(one, config, detector)
    except Exception as error:  # noqa: BLE001 - a defect met in one file is reported as that file's
        debug(error)
        return _failure(one, error, quiet=quiet, as_json=as_json), None
    if as_json and not quiet:
        emit(verify_answer(verdict))
    elif not quiet:
        from ..report import report

        say(report(verdict) + "\n")
    return verdict.conclusion, None if verdict.detection is None else verdict.detection["verdict"]


def _failure(one: Input, error: Exception, *, quiet: bool, as_json: bool) -> str:
    conclusion = "unsupported" if isinstance(error, UnsupportedMedia) else "error"
    complain(error, file=one.name)
    if as_json and not quiet:
        emit(verify_error_answer(error, file=one.name, verdict=conclusion))
    elif not quiet:
        from ..report import failure

        say(failure(one.name, conclusion) + "\n")
    return conclusion


def _look(one: Input, config: "VerifyConfig", detector: "Detector | None") -> "Verdict":
    from .. import workflows

    if one.problem is not None:
        raise one.problem
    if one.name != "-":
        return workflows.verify(one.path, config, detector=detector)
    with spooled() as path:
        return workflows.verify(path, config, detector=detector, name="-")

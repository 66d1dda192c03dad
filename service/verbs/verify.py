"""`sealreel verify`: what a file proves about its origin."""

import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import SettingsInvalid, UnreadableMedia, UnsupportedMedia
from ..answers import verify_answer, verify_error_answer
from ..console import complain, emit, say, warn
from ..doors import ConfigFile, JsonFlag, debug, example, in_force
from ..exits import exit_of_verdict, worst
from ..inputs import Input, gather
from ..options import FromList, Store
from ..values import WatermarkCheck

if TYPE_CHECKING:
    from ...provenance import Verdict, VerifyConfig

_CHUNK = 1 << 20


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=example(
            "sealreel verify clip.mp4",
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
        help="Only these verdicts end with a code other than 0; a file that could not be looked at always does.",
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
    _fail_on: FailOn = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no report; the exit code says it.")] = False,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what files prove about their origin: manifest, watermark, and a stored record where the manifest is gone.

    One verdict a file: verified (exit code 0), tampered, invalid_credential, content_mismatch (1), unsupported, error
    (3), no_provenance (4), intact_untrusted (5), recovered (6). Nothing is sent anywhere unless --online.
    """
    from .. import workflows

    known = in_force(ctx)
    inputs = gather(files or [], from_list=from_list)
    if sidecar is not None and len(inputs) != 1:
        raise SettingsInvalid(f"--sidecar holds the manifest of one file, {len(inputs)} were named")
    config = workflows.verify_config(known, sidecar=sidecar)
    verdicts: Counter[str] = Counter()
    for one in inputs:
        verdicts[_answer(one, config, quiet=quiet, as_json=as_json)] += 1
    if len(inputs) > 1 and not quiet:
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
        warn(f"{len(inputs)} files: {counted}")
    raise typer.Exit(worst(exit_of_verdict(verdict, fail_on=known.settings.fail_on) for verdict in verdicts))


def _answer(one: Input, config: "VerifyConfig", *, quiet: bool, as_json: bool) -> str:
    """Look at one file and print what was found; what goes wrong with it stops no other."""
    try:
        verdict = _look(one, config)
    except Exception as error:  # noqa: BLE001 - a defect met in one file is reported as that file's
        debug(error)
        return _failure(one, error, quiet=quiet, as_json=as_json)
    if as_json and not quiet:
        emit(verify_answer(verdict))
    elif not quiet:
        from ..report import report

        say(report(verdict) + "\n")
    return verdict.conclusion


def _failure(one: Input, error: Exception, *, quiet: bool, as_json: bool) -> str:
    conclusion = "unsupported" if isinstance(error, UnsupportedMedia) else "error"
    complain(error, file=one.name)
    if as_json and not quiet:
        emit(verify_error_answer(error, file=one.name, verdict=conclusion))
    elif not quiet:
        from ..report import failure

        say(failure(one.name, conclusion) + "\n")
    return conclusion


def _look(one: Input, config: "VerifyConfig") -> "Verdict":
    from .. import workflows

    if one.problem is not None:
        raise one.problem
    if one.name != "-":
        return workflows.verify(one.path, config)
    with _spooled() as path:
        return replace(workflows.verify(path, config), file="-")


@contextmanager
def _spooled() -> Generator[Path]:
    """Keep stdin as a file for the time of a look: a manifest is read back and forth."""
    with tempfile.NamedTemporaryFile(prefix="sealreel-stdin-") as stream:
        try:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                stream.write(chunk)
            stream.flush()
        except OSError as error:
            raise UnreadableMedia(f"-: {error.strerror}; could not read stdin") from error
        yield Path(stream.name)

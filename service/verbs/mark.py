"""`sealreel mark`: give media made elsewhere the same proof of origin."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import OutputExists, OutputUnwritable, SealreelError, SettingsInvalid, UnreadableMedia
from ..console import emit, say
from ..doors import ConfigFile, JsonFlag, example, fail, in_force
from ..exits import Exit, worst
from ..inputs import MARKABLE, Input, gather
from ..options import (
    Crf,
    Force,
    FromList,
    PasswordFile,
    Preset,
    Signer,
    Store,
    Timestamp,
    TsaUrl,
    WatermarkMethod,
    WatermarkStrength,
)

if TYPE_CHECKING:
    from ...provenance import MarkConfig

_CONVERTIBLE = frozenset({".webm", ".mkv"})


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=example(
            "sealreel mark holiday.mp4 -o holiday-signed.mp4 --digital-source-type digitalCapture",
            "sealreel mark talk.webm -o talk.mp4 --remux",
            "sealreel mark clips/ -o signed/ --json",
        )
    )(mark)


Inputs = Annotated[list[str] | None, typer.Argument(metavar="IN", help="Files, folders and globs.")]
Output = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="OUT", help="The file to write; for several inputs an existing folder."),
]
DigitalSourceType = Annotated[
    str | None,
    typer.Option(
        "--digital-source-type",
        metavar="TERM",
        help="The IPTC term: digitalCapture, trainedAlgorithmicMedia, compositeWithTrainedAlgorithmicMedia, …",
    ),
]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="The manifest's title.")]
Sidecar = Annotated[
    bool, typer.Option("--sidecar", help="Write the manifest beside the output too, as OUT with suffix .c2pa.")
]
SignOnly = Annotated[bool, typer.Option("--sign-only", help="Leave the pixels alone; refused (7) for AI source types.")]
Remux = Annotated[
    bool, typer.Option("--remux", help="Copy webm and mkv stream by stream into the output's format first.")
]


def mark(
    ctx: typer.Context,
    inputs: Inputs = None,
    *,
    output: Output,
    from_list: FromList = None,
    digital_source_type: DigitalSourceType = None,
    title: Title = None,
    sidecar: Sidecar = False,
    sign_only: SignOnly = False,
    remux: Remux = False,
    force: Force = False,
    _signer: Signer = None,
    _signer_password_file: PasswordFile = None,
    _tsa_url: TsaUrl = None,
    _timestamp: Timestamp = None,
    _watermark_method: WatermarkMethod = None,
    _watermark_strength: WatermarkStrength = None,
    _crf: Crf = None,
    _preset: Preset = None,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Watermark, sign and record media made elsewhere; a manifest that it has is kept as ingredient.

    Sound and subtitles are copied bit for bit. The input is never changed.
    """
    from .. import workflows

    known = in_force(ctx)
    found = gather(inputs or [], from_list=from_list, suffixes=MARKABLE | _CONVERTIBLE if remux else MARKABLE)
    plan = _plan(found, output, remux=remux)
    options: dict[str, Any] = {
        "digital_source_type": digital_source_type,
        "title": title,
        "sidecar": sidecar,
        "sign_only": sign_only,
        "remux": remux,
        "force": force,
    }
    config = workflows.mark_config(known, **options)
    raise typer.Exit(worst([_mark(pair, config, as_json=as_json) for pair in plan]))


@dataclass(frozen=True, slots=True)
class Pair:
    """An input and where its marked copy goes, or why it goes nowhere."""

    source: Input
    target: Path
    problem: SealreelError | None = None


def _plan(found: list[Input], output: Path, *, remux: bool) -> list[Pair]:
    """Pair each input with OUT itself, or with a place in the folder OUT that keeps the inputs' folders.

    Raises:
        SettingsInvalid: Several inputs, and OUT is no folder.
    """
    if not output.is_dir():
        if len(found) > 1 or any(one.root for one in found):
            raise SettingsInvalid(f"{output}: not an existing folder; several inputs need one to be written to")
        return [_pair(found[0], output)]
    taken: set[Path] = set()
    plan: list[Pair] = []
    for one in found:
        place = one.path.relative_to(one.root) if one.root else Path(one.path.name)
        convert = remux and place.suffix.lower() in _CONVERTIBLE
        pair = _pair(one, output / (place.with_suffix(".mp4") if convert else place))
        if pair.problem is None and pair.target in taken:
            clash = OutputExists(
                f"{one.name}: another input of this run is written to {pair.target}; rename one of them"
            )
            pair = replace(pair, problem=clash)
        taken.add(pair.target)
        plan.append(pair)
    return plan


def _pair(one: Input, target: Path) -> Pair:
    if one.name == "-":
        return Pair(one, target, UnreadableMedia("-: mark reads files, not stdin; name a file (one called - is ./-)"))
    return Pair(one, target, one.problem)


def _mark(pair: Pair, config: "MarkConfig", *, as_json: bool) -> Exit:
    """Mark one file and print what was let out; what goes wrong with it stops no other."""
    from .. import workflows
    from ..answers import output_answer
    from ..report import output_report, warn_of_weak_mark

    if pair.problem is not None:
        return fail(pair.problem, json=as_json, file=pair.source.name)
    try:
        with _folder_of(pair):
            made = workflows.mark(pair.source.path, pair.target, config)
    except Exception as error:  # noqa: BLE001 - the frame's own words, so that the other inputs still run
        return fail(error, json=as_json, file=pair.source.name)
    warn_of_weak_mark(made)
    if as_json:
        emit(output_answer(made))
    else:
        say(output_report(made) + "\n")
    return Exit.OK


@contextmanager
def _folder_of(pair: Pair) -> Generator[None]:
    """Make the folders between OUT and the target; those made for nothing are removed again."""
    missing = [] if pair.source.root is None else [one for one in pair.target.parents if not one.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
        yield
    except OSError as error:
        raise OutputUnwritable(
            f"{pair.target.parent}: {error.strerror}; choose a folder that can be written"
        ) from error
    finally:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()  # refuses one that holds anything

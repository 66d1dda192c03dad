"""Sign a finished media file."""

import mimetypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...errors import OutputUnwritable, SameFile, SigningFailed, TimestampUnavailable
from ..signing import Signer, Timestamping
from ..signing.timestamp import open_door
from .c2pa_library import Origin, sign_store
from .claim import PARENT_LABEL, Claim, input_labels, manifest_definition
from .read import find_sidecar, read_manifest
from .report import ManifestReport
from .trust import TrustAnchors

NO_STAMP = Timestamping()


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """What came out of a signing."""

    manifest: bytes
    """The manifest store (JUMBF), as embedded."""
    manifest_id: str
    """The active manifest's label, `urn:c2pa:…`."""
    timestamped: bool
    notes: tuple[str, ...] = ()
    """What a person should know: no time stamp, a parent that does not hold."""


def sign_file(
    source: Path,
    target: Path,
    claim: Claim,
    signer: Signer,
    *,
    trust: TrustAnchors,
    timestamping: Timestamping = NO_STAMP,
    parent: Path | None = None,
    parent_sidecar: Path | None = None,
    parent_title: str | None = None,
    inputs: Sequence[Path] = (),
    sidecar: Path | None = None,
    embed: bool = True,
) -> SignedManifest:
    """Write source plus a signed manifest to target, read it back, and keep it only if it holds.

    Args:
        source: The finished, unsigned media file; only read.
        target: A draft beside the final name; overwritten.
        claim: What the manifest says.
        signer: Whose key.
        trust: Whom this installation believes, for reading back; an unknown signer is no failure.
        timestamping: Whether an RFC 3161 authority is asked.
        parent: The file that source was made from; it becomes the `parentOf` ingredient with its manifest and all that
            is below it. Asked for exactly when the claim's action is `c2pa.opened`.
        parent_sidecar: Where the parent's manifest is, if not inside it.
        parent_title: The parent's name for people; its file name if None.
        inputs: What a model was given to make source, as many as the claim says; each becomes an `inputTo` ingredient
            with the manifest that is in it or beside it.
        sidecar: Where the manifest is written as a `.c2pa` file too.
        embed: False leaves target equal to source byte for byte; then a sidecar is a must.

    Raises:
        SameFile: Two of the paths are one file; nothing was opened.
        SigningFailed: The library refused, or what it wrote does not hold.
        TimestampUnavailable: A stamp was required and did not come.
        SigningError: What the signer raised.
        OutputUnwritable: The disk refused.

    Whatever is raised, neither target nor sidecar is left.
    """
    _check_arguments(claim, parent, inputs, sidecar, embed=embed)
    _check_paths((source, parent, parent_sidecar, *inputs), (target, sidecar))
    if parent is None:
        _check_unsigned(source, trust)
    definition = manifest_definition(claim)
    origins = [*_parent(parent, parent_sidecar, parent_title), *_inputs(inputs, trust)]

    def sign(timestamp_url: str | None) -> bytes:
        return sign_store(
            definition,
            source,
            target,
            media_type=claim.media_type,
            embed=embed,
            signer=signer,
            trust=trust,
            timestamp_url=timestamp_url,
            origins=origins,
        )

    try:
        manifest, notes = _stamped(sign, timestamping)
        if sidecar is not None:
            _write(sidecar, manifest)
        report = read_manifest(target, trust=trust, sidecar=None if embed else sidecar)
        return _accept(report, manifest, timestamping, notes)
    except BaseException:
        for leftover in (target, sidecar):
            if leftover is not None:
                with suppress(OSError):
                    leftover.unlink(missing_ok=True)
        raise


def _check_arguments(
    claim: Claim, parent: Path | None, inputs: Sequence[Path], sidecar: Path | None, *, embed: bool
) -> None:
    if len(inputs) != claim.inputs:
        raise ValueError(f"the claim speaks of {claim.inputs} inputs, {len(inputs)} are given")
    if (parent is not None) != (claim.action == "c2pa.opened"):
        raise ValueError(f"a parent and the action c2pa.opened go together, got {claim.action} and parent {parent}")
    if not embed and sidecar is None:
        raise ValueError("without embedding, the manifest needs a sidecar to be written to")


def _check_paths(inputs: tuple[Path | None, ...], outputs: tuple[Path | None, ...]) -> None:
    written = [path for path in outputs if path is not None]
    for index, output in enumerate(written):
        for other in (*(path for path in inputs if path is not None), *written[:index]):
            if _same(output, other):
                # The library opens its output first, which empties the file: 417,958 bytes became 0.
                raise SameFile(f"{output}: would be overwritten while it is read; choose another output")


def _check_unsigned(source: Path, trust: TrustAnchors) -> None:
    state = read_manifest(source, trust=trust).state
    if state not in ("absent", "unsupported"):  # the library would drop the old one without a word
        raise SigningFailed(
            f"{source}: holds a manifest already ({state}), which would be lost; name its file as parent"
        )


def _same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:  # one of them is not there yet
        return first.resolve() == second.resolve()


def _stamped(sign: Callable[[str | None], bytes], timestamping: Timestamping) -> tuple[bytes, tuple[str, ...]]:
    if timestamping.mode == "none" or timestamping.url is None:
        return sign(None), ()
    try:
        return _sign_stamped(sign, timestamping.url), ()
    except TimestampUnavailable as error:
        if timestamping.mode == "required":
            raise
        return sign(None), (f"no time stamp: {error}",)


def _sign_stamped(sign: Callable[[str | None], bytes], url: str) -> bytes:
    with open_door(url) as door:
        try:
            return sign(door.local_url)
        except SigningFailed as error:
            if door.failure is not None:
                raise door.failure from error
            if door.asked:  # the signature was made and the authority granted something that is no stamp over it
                raise TimestampUnavailable(f"time stamp authority {url}: its stamp does not fit ({error})") from error
            raise


def _parent(path: Path | None, sidecar: Path | None, title: str | None) -> Iterator[Origin]:
    if path is not None:
        yield Origin(path, _media_type(path), title or path.name, "parentOf", PARENT_LABEL, sidecar)


def _inputs(paths: Sequence[Path], trust: TrustAnchors) -> Iterator[Origin]:
    for path, label in zip(paths, input_labels(len(paths)), strict=True):
        is_signed = read_manifest(path, trust=trust).state not in ("absent", "unsupported")
        sidecar = None if is_signed else find_sidecar(path)
        yield Origin(path, _media_type(path), path.name, "inputTo", label, sidecar)


def _media_type(path: Path) -> str:
    # The library looks at the bytes too, so a wrong suffix does no harm.
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _accept(
    report: ManifestReport, manifest: bytes, timestamping: Timestamping, notes: tuple[str, ...]
) -> SignedManifest:
    if report.state not in ("trusted", "valid") or report.active is None:
        found = ", ".join(report.codes.failure) or report.detail
        raise SigningFailed(f"what was written does not verify: {report.state} ({found}); nothing was kept")
    if timestamping.mode == "required" and report.signed_at is None:
        raise TimestampUnavailable(f"time stamp authority {timestamping.url}: its stamp does not verify")
    notes = (*notes, *_notes_on_parents(report))
    return SignedManifest(manifest, report.active, timestamped=report.signed_at is not None, notes=notes)


def _notes_on_parents(report: ManifestReport) -> Iterator[str]:
    broken = report.tampered_ingredient
    if broken is not None:
        yield f"the original's manifest does not hold ({', '.join(broken.codes.failure)}); kept as it is"
    if any(ingredient.state == "remote_only" for ingredient in report.ingredients):
        yield "the original's manifest is at an address, not in the file; it was not fetched"


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror}") from error

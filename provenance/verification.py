"""The story of one check: manifest first; pixels where it does not settle the question; then the verdict."""

import hashlib
from pathlib import Path

from ..errors import ManifestUnreadable, UnreadableMedia, UnsupportedMedia
from .check import VerifyConfig
from .manifest import ManifestReport, find_sidecar, read_manifest
from .payload import Payload
from .sight import Sight
from .verdict import Reason, Verdict
from .weighing import weigh

NO_KEY = (
    "There is no watermark key here, and marks are read with the key that made them only: sealreel keys restore brings "
    "those of another installation; sealreel keys init makes one, for marks to come."
)


def verify(path: Path, config: VerifyConfig) -> Verdict:
    """Say what a file proves about its origin. Finding nothing, or something bad, is a verdict, not an error.

    Raises:
        UnreadableMedia: Missing, a directory, not permitted; or no manifest, and no pixels that could be decoded.
        LimitExceeded: No manifest, and the pixels ask for more than the limits allow.
        StoreError: No manifest, and the store that should know the mark cannot be used.
        MissingExtra: A watermark method of `config.methods` is not installed.
    """
    sha256 = _sha256(path)
    manifest = _manifest(path, config)
    looked = _wants_pixels(manifest, config)
    sight = _look(path, config, manifest) if looked else Sight()
    _raise_if_nothing_was_seen(manifest, sight)
    conclusion, reasons = weigh(manifest, sight.watermark, sight.recovery)
    return Verdict(
        file=str(path),
        sha256=sha256,
        conclusion=conclusion,
        reasons=(*reasons, *_what_was_not_seen(sight, keyless=looked and not config.keys)),
        manifest=manifest,
        watermark=sight.watermark,
        recovery=sight.recovery,
    )


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe or a device would keep us for ever
            what = "a directory" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
            raise UnreadableMedia(f"{path}: {what}; expected a media file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or error
        raise UnreadableMedia(f"{path}: {why}; expected a readable media file") from error


def _manifest(path: Path, config: VerifyConfig) -> ManifestReport:
    """Read the manifest in the file, or the one beside it."""
    try:
        report = read_manifest(path, trust=config.trust, online=config.online, sidecar=config.sidecar)
        beside = find_sidecar(path) if config.sidecar is None and report.state in ("absent", "remote_only") else None
        if beside is None:
            return report
        return read_manifest(path, trust=config.trust, online=config.online, sidecar=beside)
    except ManifestUnreadable as error:
        raise UnreadableMedia(f"{error}; expected a media file with a manifest, or media at all") from error


def _wants_pixels(manifest: ManifestReport, config: VerifyConfig) -> bool:
    if config.check_watermark == "auto":
        return manifest.state not in ("trusted", "valid")
    return config.check_watermark == "always"


def _look(path: Path, config: VerifyConfig, manifest: ManifestReport) -> Sight:
    from .pixels import look  # the picture libraries take longer to load than most manifests to check

    named = manifest.soft_binding_payload
    return look(path, config, named=None if named is None else Payload.parse(named))


def _raise_if_nothing_was_seen(manifest: ManifestReport, sight: Sight) -> None:
    """An exception means that we could not look; where the manifest says something, we could.

    A manifest that cannot be parsed says nothing where the file around it cannot be read either: both are damage.
    """
    if manifest.state in ("trusted", "valid") or (manifest.state == "invalid" and manifest.failure_kind != "malformed"):
        return
    if sight.problem is not None and not isinstance(sight.problem, UnsupportedMedia):
        raise sight.problem
    if sight.store_problem is not None:
        raise sight.store_problem


def _what_was_not_seen(sight: Sight, *, keyless: bool) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if keyless and sight.problem is None:
        reasons.append(Reason("watermark.no_key", NO_KEY))
    if sight.problem is not None:
        code = "pixels.unsupported" if isinstance(sight.problem, UnsupportedMedia) else "pixels.unreadable"
        reasons.append(Reason(code, f"The pixels could not be looked at: {sight.problem}"))
    if sight.store_problem is not None:
        reasons.append(Reason("store.unusable", f"The store could not be asked: {sight.store_problem}"))
    return tuple(reasons)

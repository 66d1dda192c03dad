"""Give media made elsewhere the same watermark, manifest and record as our own."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..errors import ManifestUnreadable, RefusedByPolicy, UnreadableMedia, UnsupportedMedia
from ..media import Clip, container_for, form_of, probe, read_luma, read_pictures, remux, scratch, sweep_drafts
from .departure import let_out
from .fingerprints import fingerprint_glimpses, glimpse
from .imprint import Draft
from .manifest import AI_TERMS, ManifestReport, find_sidecar, read_manifest
from .output import Output
from .passage import Stopwatch
from .releasing import check_outputs, release
from .store import open_store
from .terms import Facts, ReleaseConfig

SYSTEM = "sealreel mark"
SIGNED_ONLY = "none"
"""The method of a record whose pixels were left alone."""
NO_MANIFEST_CONTAINERS = frozenset({"matroska", "webm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkConfig:
    """How a file made elsewhere is marked."""

    release: ReleaseConfig
    digital_source_type: str | None = None
    """The IPTC term. None: the file's own manifest says it, or nobody does."""
    title: str | None = None
    """The output's name if None."""
    sign_only: bool = False
    """Leave the pixels alone; refused for AI source types."""
    remux: bool = False
    """Take webm and mkv, which cannot hold a manifest, into the output's container first."""
    force: bool = False
    """Replace an existing output."""


def mark(source: Path, output: Path, config: MarkConfig) -> Output:
    """Watermark, sign and record a file; the source is never changed.

    A manifest that the source holds becomes an ingredient of the new one.

    Raises:
        OutputError: Output is the source, exists, or cannot be written.
        MediaError: The source cannot be read, or not be kept intact.
        RefusedByPolicy: `sign_only` for media that a trained model made.
        NoMarkPossible, SigningError, StoreError: See `release`.
    """
    check_outputs(output, config.release, source=source, force=config.force)
    container = container_for(output)
    clip = probe(source, limits=config.release.limits)
    with _signable(clip, output, config) as clip:
        earlier, beside = _earlier_manifest(clip.path, source, config)
        _check_policy(source, earlier, config)
        facts = _facts(source, beside, config)
        parent = _parent(clip, earlier, config)
        if config.sign_only:
            return _sign_only(clip, output, container, config, facts=facts, parent=parent)
        return release(
            lambda: read_pictures(clip, limits=config.release.limits),
            output,
            form=form_of(clip, container),
            facts=facts,
            config=config.release,
            copy_from=clip,
            parent=parent,
            force=config.force,
        )


@contextmanager
def _signable(clip: Clip, output: Path, config: MarkConfig) -> Generator[Clip]:
    """Give the clip itself, or a remuxed copy of one whose container cannot hold a manifest."""
    if clip.container not in NO_MANIFEST_CONTAINERS:
        yield clip
        return
    if not config.remux:
        raise UnsupportedMedia(
            f"{clip.path}: {clip.container} files cannot hold a manifest; take it into MP4 on the way with --remux, "
            f"or before, for example: ffmpeg -i {clip.path.name} -c copy {clip.path.stem}.mp4"
        )
    with scratch(output) as copy:
        remux(clip.path, copy)
        yield probe(copy, limits=config.release.limits)


def _earlier_manifest(path: Path, source: Path, config: MarkConfig) -> tuple[ManifestReport, Path | None]:
    """Return what the source's manifest says, and the file beside it that holds it, if not the source itself."""
    try:
        report = read_manifest(path, trust=config.release.trust)
        beside = None if _has_manifest(report) else find_sidecar(source)
        if beside is None:
            return report, None
        return read_manifest(path, trust=config.release.trust, sidecar=beside), beside
    except ManifestUnreadable as error:
        raise UnreadableMedia(f"{source}: {error}") from error


def _check_policy(source: Path, earlier: ManifestReport, config: MarkConfig) -> None:
    if not config.sign_only:
        return
    if config.digital_source_type in AI_TERMS or earlier.is_ai_generated:
        said = config.digital_source_type if config.digital_source_type in AI_TERMS else "its manifest"
        raise RefusedByPolicy(
            f"{source}: made by a trained model ({said}), and such media leave here with a watermark only; "
            "mark it without --sign-only"
        )


def _facts(source: Path, beside: Path | None, config: MarkConfig) -> Facts:
    return Facts(
        digital_source_type=config.digital_source_type,
        generated_or_altered="generated" if config.digital_source_type == "trainedAlgorithmicMedia" else "altered",
        system=SYSTEM,
        system_version=__version__,
        title=config.title,
        parent_title=source.name,
        parent_sidecar=beside,
    )


def _parent(clip: Clip, earlier: ManifestReport, config: MarkConfig) -> Path | None:
    """Return the file to name as the parent: where it holds a manifest, and where nobody says how it came to be.

    In the second case "opened and marked" is all that can be claimed.
    """
    return clip.path if _has_manifest(earlier) or config.digital_source_type is None else None


def _has_manifest(report: ManifestReport) -> bool:
    return report.state not in ("absent", "unsupported")


def _sign_only(
    clip: Clip, output: Path, container: str, config: MarkConfig, *, facts: Facts, parent: Path | None
) -> Output:
    """Sign a copy without touching a sample; the content is recorded by its fingerprint alone."""
    form_of(clip, container)
    watch = Stopwatch()
    sweep_drafts(output.parent)
    with watch.step("decode"):
        glimpses = glimpse(read_luma(clip, limits=config.release.limits))
    with open_store(config.release.store_url) as store, scratch(output) as copy:
        store.sweep()
        _copy(clip, copy, container)
        draft = Draft(
            path=copy,
            payload=None,
            method=SIGNED_ONLY,
            handle=None,
            fingerprint=fingerprint_glimpses(glimpses),
            duration_ms=0 if clip.kind == "image" else round(1000 * clip.duration_seconds),
        )
        return let_out(
            draft,
            output,
            container=container,
            facts=facts,
            config=config.release,
            store=store,
            parent=parent,
            force=config.force,
            watch=watch,
        )


def _copy(clip: Clip, copy: Path, container: str) -> None:
    """Copy the file, or its packets where the output has another container. Raises UnsupportedMedia."""
    if clip.container == container:
        shutil.copyfile(clip.path, copy)
        return
    if clip.kind == "image":
        raise UnsupportedMedia(
            f"{clip.path}: a {clip.container} picture cannot become {container} without touching its pixels; "
            "keep the suffix, or mark it without --sign-only"
        )
    remux(clip.path, copy)

"""The one place that joins the floors: settings become the library's configurations, and the verbs call the library."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MediaError, SettingsInvalid
from ..media import Encoding, Limits
from ..provenance import (
    MarkConfig,
    Output,
    Reason,
    ReleaseConfig,
    Verdict,
    VerifyConfig,
    mark as mark_file,
    verify as verify_file,
)
from ..provenance.keyring import open_keyring
from ..provenance.manifest.claim import source_type_uri
from ..provenance.signing import Timestamping, load_signer
from ..provenance.watermark import METHOD_NAMES, Strength
from .detection import detect_answer
from .keychain import signer_spec, watermark_keys
from .secrecy import password_from
from .settings import InForce
from .trust import anchors

if TYPE_CHECKING:
    from ..detector import Detector
    from ..detector.runtime import Device
    from ..generator import Attempt, GenerationConfig, OnStep


def release_config(known: InForce, *, sidecar: bool = False) -> ReleaseConfig:
    """Return how everything is marked, signed and recorded; makes identity and watermark key at the first use.

    Raises:
        SigningError: The signer in force cannot sign.
        KeyringUnusable, OutputError: The keys cannot be read or made.
        SettingsInvalid: A trusted PEM file is unreadable.
    """
    settings = known.settings
    signer = load_signer(
        signer_spec(known),
        directory=known.directories.keys,
        password=password_from(settings.signer_password_file, what="The signing key's password or PIN"),
    )
    strength = settings.watermark_strength
    return ReleaseConfig(
        signer=signer,
        keyring=open_keyring(known.directories.keys),
        store_url=settings.store,
        trust=anchors(known),
        timestamping=Timestamping(mode=settings.timestamp, url=settings.tsa_url),
        method=settings.watermark_method,
        strength=Strength() if strength is None else Strength(strength),
        encoding=Encoding(crf=settings.crf, preset=settings.preset),
        limits=limits(known),
        sidecar=sidecar,
    )


def limits(known: InForce) -> Limits:
    """Return how much an untrusted file may ask for."""
    return Limits(pixels=known.settings.max_pixels, duration_seconds=known.settings.max_seconds)


def mark_config(known: InForce, *, sidecar: bool, digital_source_type: str | None, **options: Any) -> MarkConfig:
    """Return how files made elsewhere are marked; raises as `release_config`."""
    if digital_source_type is not None:
        try:
            source_type_uri(digital_source_type)
        except ValueError as error:
            raise SettingsInvalid(f"--digital-source-type: {error}") from error
    return MarkConfig(
        release=release_config(known, sidecar=sidecar), digital_source_type=digital_source_type, **options
    )


def mark(source: Path, output: Path, config: MarkConfig) -> Output:
    """Watermark, sign and record a file; see `provenance.marking`."""
    return mark_file(source, output, config)


def verify_config(known: InForce, *, sidecar: Path | None = None) -> VerifyConfig:
    """Return what to believe and how far to look; makes no key and no store.

    Raises:
        KeyringUnusable: The watermark keys cannot be read.
        SettingsInvalid: A trusted PEM file is unreadable.
    """
    settings = known.settings
    return VerifyConfig(
        trust=anchors(known),
        keys=watermark_keys(known),
        store_url=settings.store,
        check_watermark=settings.watermark,
        thorough=settings.thorough,
        methods=tuple(dict.fromkeys((METHOD_NAMES[0], settings.watermark_method))),
        sidecar=sidecar,
        online=settings.online,
        limits=limits(known),
    )


def verify(path: Path, config: VerifyConfig, *, detector: "Detector | None" = None, name: str | None = None) -> Verdict:
    """Say what a file proves, see `provenance.verification`; and beside it what the detector thinks of its pixels.

    Args:
        path: The file.
        config: What to believe, and how far to look.
        detector: Asked too, where there is one; its answer changes nothing else.
        name: What the file is called in the answer, where that is not its path.
    """
    verdict = verify_file(path, config)
    verdict = verdict if name is None else replace(verdict, file=name)
    return verdict if detector is None else _with_detection(verdict, path, detector)


def _with_detection(verdict: Verdict, path: Path, detector: "Detector") -> Verdict:
    try:
        return replace(verdict, detection=detect_answer(detector.score(path), file=verdict.file))
    except MediaError as error:
        reason = Reason("detection.unreadable", f"The detector could not look at the pixels: {error}")
        return replace(verdict, reasons=(*verdict.reasons, reason))


def detector(
    known: InForce, *, model: str = "embedded", device: "Device" = "auto", fpr: float | None = None
) -> "Detector":
    """Load the detector with the calibration in force.

    Args:
        known: The settings.
        model: Weights: `embedded` or a folder.
        device: Where to run.
        fpr: The rate to judge at; None as in `Detector.score`.

    Raises:
        ModelError, CalibrationInvalid, MissingExtra: See `load_detector`.
        SettingsInvalid: The calibration has no operating point at this FPR.
    """
    from ..detector import load_detector

    chosen = known.settings.detector_calibration
    left = known.directories.detector_calibration
    calibration = None if chosen == "none" else Path(chosen)
    if chosen == "auto":
        calibration = left if left.is_file() else None
    loaded = load_detector(device=device, model=model, calibration=calibration, limits=limits(known))
    loaded.operating_point(fpr)
    return loaded


def generation_configs(
    known: InForce, prompts: Sequence[str], *, batch: bool, count: int, output: Path, **options: Any
) -> "Sequence[GenerationConfig]":
    """Return one request a clip.

    Raises:
        PromptInvalid: One of the prompts cannot be used; nothing has been made yet.
    """
    from ..generator import GenerationConfig, batch as one_each, check_prompt, several

    for prompt in prompts:
        if not batch or prompt.strip():
            check_prompt(prompt)
    config = GenerationConfig(
        prompt=prompts[0] if prompts else "",
        output=output,
        release=release_config(known),
        model=known.settings.model,
        style=known.settings.style,
        quality=known.settings.quality,
        **options,
    )
    return one_each(config, prompts) if batch else several(config, count)


def generate(requests: "Sequence[GenerationConfig]", *, on_step: "OnStep | None" = None) -> "Iterator[Attempt]":
    """Make clip after clip with one loaded model; what fails with one stops no other."""
    from ..generator import generate_many

    return generate_many(requests, on_step=on_step)

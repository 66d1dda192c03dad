"""Sign a draft, record it, and give it its name: in this order, so that nothing of ours is out there unknown."""

import hashlib
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StoreError
from ..media import unfinished
from .imprint import Draft
from .keyring import Keyring
from .manifest import Claim, SignedManifest, sign_file
from .output import Output
from .passage import Stopwatch
from .payload import Payload
from .record import Record
from .store import Store
from .store.sweep import sha256_of
from .terms import Facts, ReleaseConfig

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}


def let_out(
    draft: Draft,
    output: Path,
    *,
    container: str,
    facts: Facts,
    config: ReleaseConfig,
    store: Store,
    parent: Path | None,
    force: bool,
    watch: Stopwatch,
) -> Output:
    """Sign an encoded draft, record it as pending, give it its name, confirm the record. Raises as `release`."""
    claim = _claim(draft, output, container, facts, opened=parent is not None)
    record: Record | None = None
    try:
        with _sidecar_draft(output, config, force=force) as sidecar, unfinished(output, force=force) as signed_draft:
            with watch.step("sign"):
                signed = sign_file(
                    draft.path,
                    signed_draft,
                    claim,
                    config.signer,
                    trust=config.trust,
                    timestamping=config.timestamping,
                    parent=parent,
                    parent_title=facts.parent_title,
                    parent_sidecar=facts.parent_sidecar,
                    inputs=facts.inputs,
                    sidecar=sidecar,
                )
            with watch.step("record"):
                record = _record(draft, signed, signed_draft, output=output, claim=claim, facts=facts, config=config)
                store.add_pending(record)
        with watch.step("record"):
            store.confirm(record.payload)
    except BaseException:
        _settle(store, record)
        raise
    return Output(
        file=output,
        sha256=record.sha256,
        payload=draft.payload,
        manifest_id=signed.manifest_id,
        record=record.payload,
        p_value_log10=draft.p_value_log10,
        psnr_y_db=draft.psnr_y_db,
        expected_p_value_log10=draft.expected_p_value_log10,
        model=None if facts.model is None else facts.model.identifier,
        weights_sha256=None if facts.model is None else facts.model.weights_sha256,
        seed=facts.seed,
        notes=(*facts.notes, *draft.notes, *signed.notes),
        timings_ms=watch.timings_ms(),
    )


def sidecar_of(output: Path) -> Path:
    """Return where the manifest lies that stands beside a file."""
    return output.with_suffix(".c2pa")


def _claim(draft: Draft, output: Path, container: str, facts: Facts, *, opened: bool) -> Claim:
    return Claim(
        title=facts.title or output.name,
        media_type=MEDIA_TYPES[container],
        created_at=datetime.now(UTC).replace(microsecond=0),
        digital_source_type=facts.digital_source_type,
        generated_or_altered=facts.generated_or_altered,
        system=facts.system,
        system_version=facts.system_version,
        content_id=f"urn:uuid:{uuid.uuid4()}",
        model=facts.model,
        payload=draft.payload,
        watermark_method=None if draft.payload is None else draft.method,
        duration_ms=draft.duration_ms,
        action="c2pa.opened" if opened else "c2pa.created",
        inputs=len(facts.inputs),
    )


def _record(
    draft: Draft,
    signed: SignedManifest,
    signed_draft: Path,
    *,
    output: Path,
    claim: Claim,
    facts: Facts,
    config: ReleaseConfig,
) -> Record:
    return Record(
        payload=draft.payload or Payload.random(version=config.keyring.current.key_id),
        method=draft.method,
        handle=draft.handle,
        manifest=signed.manifest,
        manifest_id=signed.manifest_id,
        fingerprint=draft.fingerprint,
        sha256=sha256_of(signed_draft),
        created_at=claim.created_at,
        media_type=claim.media_type,
        file_name=output.name,
        file_path=str(output.absolute()),
        generator=f"{facts.system} {facts.system_version}",
        digital_source_type=facts.digital_source_type or "",
        prompt_sha256=None if facts.prompt is None else _prompt_hash(facts.prompt, config.keyring),
    )


def _prompt_hash(prompt: str, keyring: Keyring) -> str:
    """Return SHA-256 of salt and prompt: tells the owner of the keyring whether two prompts were equal."""
    return hashlib.sha256(keyring.prompt_salt + prompt.encode()).hexdigest()


@contextmanager
def _sidecar_draft(output: Path, config: ReleaseConfig, *, force: bool) -> Generator[Path | None]:
    """Give a draft for the sidecar if one is wanted. It gets its name just after the output does."""
    if not config.sidecar:
        yield None
        return
    with unfinished(sidecar_of(output), force=force) as draft:
        yield draft


def _settle(store: Store, record: Record | None) -> None:
    """After a failure: confirm the record if the file did get its name, else forget it. What fails here is swept."""
    if record is None:
        return
    with suppress(StoreError, OSError):
        file = Path(record.file_path)
        if file.is_file() and sha256_of(file) == record.sha256:
            store.confirm(record.payload)
        else:
            store.delete(record.payload)

"""The one file that knows the library `c2pa`, and where each of its traps is closed.

Measured on c2pa-python 0.38.1 (c2pa-rs 0.91.3); what each line is for:
- Everything is set explicitly: the library ignores misspelt settings without a warning, fetches remote manifests
  unless told not to, and resolves identity assertions over the network even then (`allowed_network_hosts`).
- `verify_after_reading` is never turned off: without it, everything reads as Invalid with no finding.
- Streams swallow exceptions: a full disk would show as a parse error. `watched_file` keeps the first OSError.
- Signers swallow exceptions: a removed token would show as "COSE signature invalid". `_remembering` keeps it.
- A blocked remote manifest is a plain C2paError that begins with "Remote:".
"""

# c2pa ships no type stubs; what it is given and gives back is typed where it enters and leaves this file.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

import io
import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import c2pa

from ...errors import ManifestUnreadable, SealreelError, SigningFailed
from ..signing import Signer
from ..signing.certificates import ACCEPTED_USAGES
from ..watermark.registry import method_names
from .claim import binding_algorithm, printable
from .trust import TrustAnchors
from .watched_file import open_drain, open_watched

MERKLE_CHUNK_KIB = 1024
MAX_SIDECAR_BYTES = 64 << 20
LIST_URI = "urn:sealreel:trust:"
"""Before the kind of anchor (`manifest`, `tsa`, `cawg`): how the library names the list that a certificate is on."""

Outcome = Literal["read", "absent", "remote_only", "unsupported", "malformed"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the library made of a file."""

    outcome: Outcome
    store: dict[str, Any]
    """The library's report on the manifest store; empty unless `read`."""
    remote_url: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file that a signed one was made from."""

    path: Path
    media_type: str
    title: str
    relationship: Literal["parentOf", "inputTo"]
    """Its pixels became the signed ones, or a model was given it."""
    label: str
    """How actions name it."""
    sidecar: Path | None = None
    """Where its manifest is, if not inside."""


def read_store(path: Path, *, trust: TrustAnchors, online: bool, identities: bool, sidecar: Path | None) -> Reading:
    """Validate a file's manifest store.

    Raises:
        ManifestUnreadable: The file or the sidecar could not be read from disk.
    """
    try:
        with _reader(path, trust=trust, online=online, identities=identities, sidecar=sidecar) as reader:
            return Reading("read", json.loads(reader.json()), remote_url=reader.get_remote_url())
    except c2pa.C2paError as error:
        return _translate(error, path)
    except (ValueError, RecursionError) as error:  # JSON of a hostile depth, or with numbers of a hostile length
        return Reading("malformed", {}, detail=f"{type(error).__name__}: {error}"[:500])


def read_crjson_store(path: Path, *, trust: TrustAnchors, sidecar: Path | None) -> dict[str, Any]:
    """Return the library's crJSON: the report format of the C2PA conformance programme.

    Raises:
        ManifestUnreadable: There is no manifest, or it can't be read.
    """
    try:
        with _reader(path, trust=trust, online=False, identities=False, sidecar=sidecar) as reader:
            return json.loads(reader.crjson())
    except c2pa.C2paError as error:
        raise ManifestUnreadable(f"{path}: {error}") from error


def sign_store(
    definition: dict[str, Any],
    source: Path,
    target: Path,
    *,
    media_type: str,
    embed: bool,
    signer: Signer,
    trust: TrustAnchors,
    timestamp_url: str | None,
    origins: Iterable[Origin],
) -> bytes:
    """Sign `source` into `target` and return the manifest store's bytes.

    Args:
        definition: The manifest, see `claim.manifest_definition`.
        source: The finished media file; it is only read.
        target: Where source plus manifest is written.
        media_type: Of the source.
        embed: Whether the manifest goes into target; without, target is source byte for byte.
        signer: Whose key.
        trust: Whom to believe when the origins' manifests are judged; the judgement is signed too.
        timestamp_url: The RFC 3161 authority; None for no stamp.
        origins: The files that this one was made from; each becomes an ingredient with its manifest.

    Raises:
        SigningFailed: The library refused; whatever is in target is worthless.
        SigningError: What the signer itself raised.
        OutputUnwritable: The disk refused.
    """
    failures: list[BaseException] = []
    try:
        with (
            open_watched(source) as stream,
            open_drain(target) as drain,
            # With chunks, the library puts a box into the file even when told to embed nothing.
            _context(trust, chunked=embed and stream.prepare_chunks()) as context,
            c2pa.Builder(definition, context) as builder,
        ):
            for origin in origins:
                _add_ingredient(builder, origin, trust)
            if not embed:
                builder.set_no_embed()
            with _native_signer(signer, timestamp_url, failures) as native:
                return builder.sign(native, media_type, stream, drain)
    except c2pa.C2paError as error:
        if failures:
            raise failures[0] from error
        raise SigningFailed(f"{source}: the C2PA library refused to sign: {error}") from error


def _add_ingredient(builder: c2pa.Builder, origin: Origin, trust: TrustAnchors) -> None:
    ingredient: dict[str, Any] = {
        "title": printable(origin.title),
        "relationship": origin.relationship,
        "label": origin.label,
    }
    if origin.sidecar is not None:
        ingredient |= _from_sidecar(builder, origin, origin.sidecar, trust)
    with open_watched(origin.path) as stream:
        try:
            builder.add_ingredient(json.dumps(ingredient), origin.media_type, stream)
        except c2pa.C2paError as error:
            raise SigningFailed(f"{origin.path}: its manifest can't be kept as an ingredient: {error}") from error


def _from_sidecar(builder: c2pa.Builder, origin: Origin, sidecar: Path, trust: TrustAnchors) -> dict[str, Any]:
    """Return what the library would have found, had the manifest been inside: it looks for none beside a file."""
    reading = read_store(origin.path, trust=trust, online=False, identities=False, sidecar=sidecar)
    if reading.outcome != "read":
        raise SigningFailed(f"{sidecar}: can't be kept as an ingredient: {reading.detail or reading.outcome}")
    resource = f"{origin.label}.c2pa"
    builder.add_resource(resource, io.BytesIO(_sidecar(sidecar)))
    return {
        "active_manifest": reading.store["active_manifest"],
        "validation_results": reading.store["validation_results"],
        "manifest_data": {"format": "application/c2pa", "identifier": resource},
    }


@contextmanager
def _native_signer(signer: Signer, timestamp_url: str | None, failures: list[BaseException]) -> Generator[c2pa.Signer]:
    algorithm = c2pa.C2paSigningAlg[signer.algorithm.upper()]
    sign = _remembering(signer.sign, failures)
    with c2pa.Signer.from_callback(sign, algorithm, signer.chain_pem.decode(), timestamp_url) as native:
        yield native


def _remembering(sign: Callable[[bytes], bytes], failures: list[BaseException]) -> Callable[[bytes], bytes]:
    def signing(message: bytes) -> bytes:
        try:
            return sign(message)
        except (SealreelError, KeyboardInterrupt) as error:
            failures.append(error)
            raise SigningFailed("see the failure that was kept") from error  # an interrupt would be lost in ctypes
        except Exception as error:
            failures.append(SigningFailed(f"the signer failed: {type(error).__name__}: {error}"))
            failures[-1].__cause__ = error
            raise

    return signing


@contextmanager
def _reader(
    path: Path, *, trust: TrustAnchors, online: bool, identities: bool, sidecar: Path | None
) -> Generator[c2pa.Reader]:
    if path.is_file() and path.stat().st_size == 0:
        raise ManifestUnreadable(f"{path}: empty")  # to the library, merely a type that it does not support
    manifest = None if sidecar is None else _sidecar(sidecar)
    with (
        open_watched(path) as stream,
        _context(trust, online=online, identities=identities) as context,
        # No media type: the library looks at the bytes, so a wrong suffix is no trap.
        c2pa.Reader(None, stream, manifest, context) as reader,
    ):
        yield reader


def _sidecar(path: Path) -> bytes:
    with open_watched(path) as stream:
        content = stream.read(MAX_SIDECAR_BYTES + 1)
    if len(content) > MAX_SIDECAR_BYTES:
        raise ManifestUnreadable(f"{path}: more than {MAX_SIDECAR_BYTES >> 20} MiB; expected a .c2pa manifest")
    if not content:
        raise ManifestUnreadable(f"{path}: empty; expected a .c2pa manifest")
    return content


def _translate(error: c2pa.C2paError, path: Path) -> Reading:
    text = str(error)[:500]
    kind = text.split(maxsplit=1)[0].rstrip(":") if text else ""  # every message begins with the native error's name
    if kind == "ManifestNotFound":
        return Reading("absent", {})
    if kind == "NotSupported":
        return Reading("unsupported", {}, detail=text)
    if kind in ("Remote", "RemoteManifest"):
        return Reading("remote_only", {}, remote_url=_url_in(text), detail=text)
    if kind == "Io":
        raise ManifestUnreadable(f"{path}: {text}") from error
    return Reading("malformed", {}, detail=text)


def _url_in(text: str) -> str | None:
    words = (word.strip("\"'()") for word in text.split())
    return next((word for word in words if word.startswith(("http://", "https://"))), None)


@contextmanager
def _context(
    trust: TrustAnchors, *, online: bool = False, identities: bool = False, chunked: bool = False
) -> Generator[c2pa.Context]:
    settings = _settings(trust, online=online, identities=identities, chunked=chunked)
    with c2pa.Context.from_dict(settings) as context:
        yield context


def _settings(trust: TrustAnchors, *, online: bool, identities: bool, chunked: bool) -> dict[str, Any]:
    core: dict[str, Any] = {"decode_identity_assertions": identities}
    if chunked:
        core["merkle_tree_chunk_size_in_kb"] = MERKLE_CHUNK_KIB
    if not online:
        core["allowed_network_hosts"] = []  # nothing at all; left out, the library may ask any host
    return {
        "version": 1,
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "verify_after_sign": False,  # the caller reads the finished file back from disk, which tells more
            "remote_manifest_fetch": online,
            "ocsp_fetch": online,
        },
        "core": core,
        "trust": {
            "trust_config": "".join(f"{usage.dotted_string}\n" for usage in ACCEPTED_USAGES),
            "anchors": _anchors(trust),
        },
        "soft_binding": {"soft_binding_algorithms": [binding_algorithm(name) for name in method_names()]},
        "builder": {"thumbnail": {"enabled": False}},
    }


def _anchors(trust: TrustAnchors) -> list[dict[str, str]]:
    # Version 0.91.3 lets an anchor of any kind vouch for a manifest; `findings` and `read` believe only those of the
    # kind `manifest`. A list of single certificates works nowhere but inside an entry here.
    lists: list[dict[str, str]] = []
    for kind, bundles in (("manifest", trust.manifest), ("tsa", trust.tsa), ("cawg", trust.cawg)):
        allowed = b"\n".join(trust.allowed) if kind == "manifest" else b""
        if bundles or allowed:
            anchors = {"trust_kind": kind, "trust_uri": LIST_URI + kind, "trust_anchors": _text(b"\n".join(bundles))}
            lists.append(anchors | ({"allowed_list": _text(allowed)} if allowed else {}))
    return lists


def _text(pem: bytes) -> str:
    return pem.decode("ascii", "replace")  # people write their names between certificates

"""What a release needs to know: how this installation marks and signs, and what the caller knows of the content."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..media import Encoding, Limits
from .keyring import Keyring
from .manifest import ModelInfo, TrustAnchors
from .signing import Signer, Timestamping
from .watermark import METHOD_NAMES, Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseConfig:
    """How everything that leaves is marked, signed and recorded."""

    signer: Signer
    keyring: Keyring
    store_url: str
    trust: TrustAnchors
    """Whom this installation believes, for reading back what was signed."""
    timestamping: Timestamping = field(default_factory=Timestamping)
    method: str = METHOD_NAMES[0]
    strength: Strength = field(default_factory=Strength)
    """Where to begin; it is raised while the mark does not read back."""
    encoding: Encoding = field(default_factory=Encoding)
    limits: Limits = field(default_factory=Limits)
    sidecar: bool = False
    """Write the manifest beside the output too, with the suffix .c2pa."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the caller knows of the content, for the manifest and the record."""

    digital_source_type: str | None
    """The IPTC term; None only for a file with a parent, whose type goes on."""
    generated_or_altered: Literal["generated", "altered"]
    system: str
    system_version: str
    model: ModelInfo | None = None
    prompt: str | None = None
    """Only its salted hash is recorded."""
    seed: int | None = None
    title: str | None = None
    """The output's name if None."""
    inputs: tuple[Path, ...] = ()
    """Files that the model was given besides the prompt; each becomes an ingredient."""
    parent_title: str | None = None
    """What the parent is called; its file name if None."""
    parent_sidecar: Path | None = None
    """Where the parent's manifest is, if not inside it."""
    notes: tuple[str, ...] = ()

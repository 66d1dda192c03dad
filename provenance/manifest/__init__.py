"""Write and read C2PA manifests; `c2pa` itself is imported in one file of this folder."""

from .claim import (
    AI_TERMS as AI_TERMS,
    SOFT_BINDING_ALG as SOFT_BINDING_ALG,
    Claim as Claim,
    ModelInfo as ModelInfo,
)
from .read import find_sidecar as find_sidecar, read_crjson as read_crjson, read_manifest as read_manifest
from .report import (
    Codes as Codes,
    FailureKind as FailureKind,
    Ingredient as Ingredient,
    ManifestReport as ManifestReport,
    ManifestState as ManifestState,
)
from .sign import SignedManifest as SignedManifest, sign_file as sign_file
from .trust import TrustAnchors as TrustAnchors

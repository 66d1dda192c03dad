"""Write and read C2PA manifests; `c2pa` itself is imported in one file of this folder."""

from .report import (
    Codes as Codes,
    Ingredient as Ingredient,
    ManifestReport as ManifestReport,
    ManifestState as ManifestState,
)

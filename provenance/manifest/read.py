"""Read what a file says about its origin, and whether to believe it."""

from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ...errors import ManifestUnreadable
from .c2pa_library import LIST_URI, Reading, read_crjson_store, read_store
from .findings import MAX_TEXT, TRUSTED, report_of
from .report import Ingredient, ManifestReport
from .trust import TrustAnchors


def read_manifest(
    path: Path,
    *,
    trust: TrustAnchors,
    online: bool = False,
    sidecar: Path | None = None,
    identities: bool = False,
) -> ManifestReport:
    """Validate a file's manifest and everything below it.

    A bad manifest is a finding, not an error. Nothing is fetched, whatever the file asks for, unless `online`.

    Args:
        path: Any file; its type is told from its bytes.
        trust: Whom to believe; nobody by default, which makes a good manifest `valid`, not `trusted`.
        online: Fetch a manifest that is elsewhere and ask for revocations: contacts hosts that the file names.
        sidecar: A `.c2pa` file to read instead of what is embedded.
        identities: Also check CAWG identity assertions. Most need the network; offline they make a good file invalid.

    Raises:
        ManifestUnreadable: The file or sidecar is missing, empty or unreadable.
    """
    reading = read_store(path, trust=trust, online=online, identities=identities, sidecar=sidecar)
    if reading.outcome != "read":
        return _without_store(reading)
    report = report_of(reading.store, lists=LIST_URI, remote_url=reading.remote_url)
    if report is None:
        raise ManifestUnreadable(f"{path}: the validator gave no finding either way")
    doubtful = report.state == "valid" and TRUSTED in report.codes.success
    if (trust.tsa or trust.cawg) and (doubtful or report.ingredients):
        # The library (0.91.3) lets an anchor of any kind vouch for any signer. Of the active manifest's it names the
        # list, one at random if several hold the root; of an ingredient's it names none. So the file is read once more.
        only = TrustAnchors(manifest=trust.manifest, allowed=trust.allowed)
        again = read_manifest(path, trust=only, online=online, sidecar=sidecar, identities=identities)
        return _by_manifest_anchors(report, again)
    return report


def read_crjson(path: Path, *, trust: TrustAnchors, sidecar: Path | None = None) -> dict[str, Any]:
    """Return the C2PA conformance programme's report format, crJSON, as the library writes it.

    Raises:
        ManifestUnreadable: There is no manifest, or it can't be read.
    """
    return read_crjson_store(path, trust=trust, sidecar=sidecar)


def find_sidecar(path: Path) -> Path | None:
    """Return the `.c2pa` file beside a media file: `clip.c2pa` or `clip.mp4.c2pa`."""
    candidates = (path.with_suffix(".c2pa"), path.with_name(f"{path.name}.c2pa"))
    return next((candidate for candidate in candidates if candidate != path and candidate.is_file()), None)


def _without_store(reading: Reading) -> ManifestReport:
    detail = reading.detail[:MAX_TEXT]
    if reading.outcome == "absent":
        return ManifestReport(state="absent")
    if reading.outcome == "unsupported":
        return ManifestReport(state="unsupported", detail=f"no manifest can be kept in this type of file ({detail})")
    if reading.outcome == "remote_only":
        url = None if reading.remote_url is None else reading.remote_url[:MAX_TEXT]
        return ManifestReport(
            state="remote_only", remote_url=url, detail="the manifest is at an address, not in the file; not fetched"
        )
    return ManifestReport(state="invalid", failure_kind="malformed", detail=f"the manifest can't be parsed ({detail})")


def _by_manifest_anchors(report: ManifestReport, again: ManifestReport) -> ManifestReport:
    """Believe signers only if the anchors for manifests alone, with which `again` was read, vouch for them."""
    confirmed = again.state == "trusted" and again.active == report.active
    state = "trusted" if report.state == "valid" and confirmed else report.state
    return replace(report, state=state, ingredients=_doubted(report.ingredients, again.ingredients))


def _doubted(believed: tuple[Ingredient, ...], again: tuple[Ingredient, ...]) -> tuple[Ingredient, ...]:
    return tuple(
        replace(
            one,
            state="valid" if one.state == "trusted" and (other is None or other.state != "trusted") else one.state,
            ingredients=_doubted(one.ingredients, () if other is None else other.ingredients),
        )
        # A file, or what is fetched for it, can change between two readings: what has no counterpart is not believed.
        for one, other in zip_longest(believed, again[: len(believed)])
    )

"""The copy attack against the whole product: a mark lifted from one file, pasted into another, and `verify` asked.

Real keys, a real store and real files in a temporary directory. The mark reads: it is ours, after all. What must catch
the copy is the record's fingerprint, which is of other content.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ...media import Encoding, Picture, form_of, probe, read_pictures, write_pictures
from ...provenance import MarkConfig, ReleaseConfig, Verdict, VerifyConfig, mark, verify
from ...provenance.keyring import open_keyring
from ...provenance.manifest import TrustAnchors
from ...provenance.signing import load_signer, local_root_pem
from . import adversaries
from .codecs import h264
from .footage import Footage, write_footage
from .outcomes import Outcome, SecurityRow
from .specimen import Plane

FRAMES = 60
"""Two seconds and more: enough content for a fingerprint."""
SOURCE = h264(12)
"""How the unmarked files are written."""
RELEASED = Encoding(threads=1)

Residual = Literal["exact", "estimated"]


@dataclass(frozen=True, slots=True)
class Installation:
    """An owner's keys, store and trust, in a directory of their own."""

    release: ReleaseConfig
    look: VerifyConfig


def install(directory: Path) -> Installation:
    """Make a new one; nothing outside of the directory is read or written."""
    keys = directory / "keys"
    signer = load_signer("local", directory=keys)
    root = local_root_pem(keys)
    trust = TrustAnchors(manifest=(root,) if root else ())
    keyring = open_keyring(keys)
    store = f"sqlite:///{directory / 'records.sqlite'}"
    release = ReleaseConfig(signer=signer, keyring=keyring, store_url=store, trust=trust, encoding=RELEASED)
    return Installation(release, VerifyConfig(trust=trust, keys=keyring.keys, store_url=store))


def copy_mark(
    owner: Footage,
    victim: Footage,
    directory: Path,
    *,
    names: tuple[str, str],
    residual: Residual = "exact",
    times: float = 1.0,
) -> SecurityRow:
    """Mark one clip, lift what marking changed, add it to another, and verify that.

    Args:
        owner: The clip that is marked and recorded.
        victim: The clip that the mark is pasted on.
        directory: An empty place to work in.
        names: Of owner and victim.
        residual: `exact`: marked minus original, which nobody gets who is not given both; `estimated`: the average of
            the marked clip, all that its holder can make.
        times: How strongly it is pasted.
    """
    installation = install(directory)
    original = write_footage(owner, directory / "owner.mp4", SOURCE)
    config = MarkConfig(release=installation.release, digital_source_type="digitalCapture")
    owned = mark(original, directory / "owned.mp4", config)
    lifted = _lift(original, owned.file, residual)
    target = write_footage(victim, directory / "victim.mp4", SOURCE)
    stolen = _paste(target, lifted, directory / "stolen.mp4", times=times)
    verdict = verify(stolen, installation.look)
    return SecurityRow(
        attack=f"copying the mark onto {names[1]}",
        clip=names[0],
        strength=f"× {times:g}",
        had="the original as well" if residual == "exact" else "the clip",
        frames=len(owner.frames),
        outcome=outcome_of_copy(verdict),
        status=f"{verdict.watermark.status}, {verdict.conclusion}",
        z=verdict.watermark.statistic,
        log10_p=verdict.watermark.p_value_log10,
    )


def outcome_of_copy(verdict: Verdict) -> Outcome:
    """Say how `verify` ended: was the copied mark read, and if so, was the file believed."""
    if verdict.watermark.status not in ("decoded", "present"):
        return "not forged"
    return "caught" if verdict.conclusion == "content_mismatch" else "forged"


def _lift(original: Path, owned: Path, residual: Residual) -> list[NDArray[np.float32]]:
    """Return what to add to each picture, at the size of the owner's."""
    marked = [np.asarray(picture.luma, np.uint8) for picture in read_pictures(probe(owned))]
    if residual == "estimated":
        found = adversaries.passages(marked, window=None)
        return list(adversaries.changes(found, adversaries.expected_amplitudes(marked)))
    before = [np.asarray(picture.luma, np.float32) for picture in read_pictures(probe(original))]
    return [after - plane for after, plane in zip(marked, before, strict=True)]


def _paste(target: Path, lifted: Sequence[NDArray[np.float32]], output: Path, *, times: float) -> Path:
    """Add the lifted changes from the top left corner on, brought to the target's scale, and encode."""
    clip = probe(target)
    pictures: list[Picture] = []
    for picture, change in zip(read_pictures(clip), lifted, strict=False):
        plane = np.asarray(picture.luma, np.uint8)
        pictures.append(replace(picture, luma=_with_change(plane, change, times=times)))
    write_pictures(pictures, output, form=form_of(clip, "mp4"), encoding=RELEASED)
    return output


def _with_change(plane: Plane, change: NDArray[np.float32], *, times: float) -> Plane:
    scale = min(plane.shape) / min(change.shape)
    fitted = cv2.resize(change, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    height, width = (min(a, b) for a, b in zip(plane.shape, fitted.shape, strict=True))
    whole = plane.astype(np.float32)
    whole[:height, :width] += np.float32(times) * np.asarray(fitted[:height, :width], dtype=np.float32)
    return np.clip(np.rint(whole), 0, 255).astype(np.uint8)

"""Whether the mark is seen: marked pictures against the originals, before any encoding, and after the product's own."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...media import Limits, Picture, form_of, probe, read_luma, read_pictures, write_pictures
from ...provenance import Payload
from ...provenance.watermark import Strength, WatermarkKey, load_method
from .cells import Cache, cell_key, code_version, file_sha256
from .differences import black_bars, flicker, psnr, square_error, ssim, worst_block
from .vmaf import vmaf

VMAF_WANTED = 96.0
PSNR_Y_WANTED = 42.0
EVERY = 4
"""SSIM and RGB are measured on one picture of four: they hardly change from one to the next, and take long."""
SAMPLE_WIDTH, SAMPLE_HEIGHT = 400, 300
MAGNIFIED = 8

Planes = tuple[NDArray[np.uint8], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibilityRow:
    """One clip: what the mark changes, in numbers that are said to follow the eye."""

    clip: str
    strength_db: float
    """PSNR-Y that the mark of a textured picture of this size may cost."""
    frames: int
    width: int
    height: int
    psnr_y_db: float
    """Of the mean square error of all pictures, 8-bit luma."""
    psnr_y_worst_frame_db: float
    psnr_rgb_db: float
    ssim: float
    vmaf: float
    """Marked against original, both without any encoding."""
    vmaf_worst_frame: float
    vmaf_ceiling: float
    """The original against itself: what this clip gets at best."""
    vmaf_encoded: float
    """The marked clip after the product's encode, against the original."""
    vmaf_encoded_unmarked: float
    """The unmarked clip after the same encode, against the original."""
    worst_block_db: float
    worst_block_at: tuple[int, int, int]
    """(frame, x, y) of that 64×64 block."""
    still_share: float
    flicker: float | None
    """Mean |change of the mark| over mean |mark| where the picture stands still; √2 would be a fresh mark each time."""
    flicker_worst: float | None
    bars_share: float
    bars_mean_change: float | None
    bars_largest_change: int | None

    @property
    def met(self) -> bool:
        """Whether VMAF and PSNR-Y are as good as is promised of each clip."""
        return self.vmaf >= VMAF_WANTED and self.psnr_y_db >= PSNR_Y_WANTED

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"worst_block_at": list(self.worst_block_at), "met": self.met}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "VisibilityRow":
        """Return what `as_json` wrote."""
        values: dict[str, Any] = {field.name: row[field.name] for field in fields(cls)}
        frame, x, y = row["worst_block_at"]
        values["worst_block_at"] = (frame, x, y)
        return cls(**values)


def run_visibility(
    clips: Sequence[Path],
    *,
    strength: Strength = Strength(),
    frames: int = 60,
    cells: Cache | None = None,
    on_row: Callable[[VisibilityRow], None] | None = None,
) -> tuple[VisibilityRow, ...]:
    """Measure each clip.

    Args:
        clips: Files that the product can mark.
        strength: Of the mark.
        frames: How many pictures of each, from its start.
        cells: Rows that are there already are not measured again.
        on_row: Told of each row as it comes.

    Raises:
        MissingExtra: The extra `bench`, which brings VMAF, is not installed.
        MediaError: A clip can't be read.
    """
    rows: list[VisibilityRow] = []
    for clip in clips:
        key = cell_key(
            "visibility",
            code=code_version("benchmarks/watermark/visibility.py", "benchmarks/watermark/differences.py"),
            clip=file_sha256(clip),
            frames=frames,
            strength=strength.psnr_y_db,
        )
        kept = None if cells is None else cells.get(key)
        row = measure(clip, strength=strength, frames=frames) if kept is None else VisibilityRow.from_json(kept)
        if kept is None and cells is not None:
            cells.put(key, row.as_json())
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return tuple(rows)


def measure(path: Path, *, strength: Strength, frames: int) -> VisibilityRow:
    """Mark the first pictures of a clip and compare."""
    originals, marked = _both(path, strength=strength, frames=frames)
    before, after = _planes(originals), _planes(marked)
    errors = [square_error(a, b) for a, b in zip(before, after, strict=True)]
    some = list(zip(originals, marked, strict=True))[::EVERY]
    block, moves, bars = worst_block(before, after), flicker(before, after), black_bars(before, after)
    raw = vmaf(before, after)
    return VisibilityRow(
        clip=path.name,
        strength_db=strength.db_for(before[0].shape[1], before[0].shape[0]),
        frames=len(originals),
        width=before[0].shape[1],
        height=before[0].shape[0],
        psnr_y_db=psnr(fmean(errors)),
        psnr_y_worst_frame_db=psnr(max(errors)),
        psnr_rgb_db=psnr(fmean(square_error(_rgb(a), _rgb(b)) for a, b in some)),
        ssim=fmean(ssim(_eight_bits(a), _eight_bits(b)) for a, b in some),
        vmaf=raw.mean,
        vmaf_worst_frame=raw.worst_frame,
        vmaf_ceiling=vmaf(before, before).mean,
        vmaf_encoded=vmaf(before, _encoded(marked, path)).mean,
        vmaf_encoded_unmarked=vmaf(before, _encoded(originals, path)).mean,
        worst_block_db=block.psnr_db,
        worst_block_at=(block.frame, block.x, block.y),
        still_share=moves.still_share,
        flicker=moves.change,
        flicker_worst=moves.worst_change,
        bars_share=bars.share,
        bars_mean_change=bars.mean_change,
        bars_largest_change=bars.largest_change,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture before and after, cut out at its own pixels, and what lies between."""

    clip: str
    original_png: bytes
    marked_png: bytes
    difference_png: bytes
    """Grey + 8 × the change of luma."""


def sample(path: Path, *, strength: Strength = Strength(), frame: int = 12) -> Sample:
    """Cut the middle out of one picture of a clip, at most 400×300 px, so that no scaling hides the mark.

    Args:
        path: The clip.
        strength: Of the mark.
        frame: Which picture; the last one of a shorter clip.
    """
    originals, marked = _both(path, strength=strength, frames=frame + 1)
    before, after = originals[-1], marked[-1]
    change = _eight_bits(after).astype(np.int32) - _eight_bits(before)
    difference = np.clip(128 + MAGNIFIED * change, 0, 255).astype(np.uint8)
    return Sample(path.name, _png(_rgb(before)), _png(_rgb(after)), _png(difference))


def _both(path: Path, *, strength: Strength, frames: int) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """Return the first pictures of a clip, and the same with a mark that depends on the clip alone."""
    clip = probe(path, limits=Limits())
    originals = tuple(islice(read_pictures(clip), frames))
    digest = hashlib.sha256(file_sha256(path).encode()).digest()
    key = WatermarkKey(key_id=1, secret=digest)
    payload = Payload(record_id=int.from_bytes(digest[:7], "big"), version=1)
    return originals, tuple(load_method().embed(iter(originals), payload, key, strength=strength))


def _encoded(pictures: Iterable[Picture], source: Path) -> Planes:
    """Return the luma after the product's own encode."""
    with tempfile.TemporaryDirectory(prefix="sealreel-visibility-") as name:
        target = Path(name) / "encoded.mp4"
        write_pictures(pictures, target, form=form_of(probe(source), "mp4"))
        return tuple(luma.plane for luma in read_luma(probe(target)))


def _planes(pictures: Sequence[Picture]) -> Planes:
    return tuple(_eight_bits(picture) for picture in pictures)


def _eight_bits(picture: Picture) -> NDArray[np.uint8]:
    if picture.bit_depth == 8:
        return np.asarray(picture.luma, dtype=np.uint8)
    return np.clip((picture.luma.astype(np.uint32) + 2) >> 2, 0, 255).astype(np.uint8)


# ITU-R BT.709 § 3.2-3.5 the other way round: limited-range Y, Cb, Cr to R, G, B.
_FROM_YUV = np.array(
    [[1.16438, 0.0, 1.79274, -248.10], [1.16438, -0.21325, -0.53291, 76.878], [1.16438, 2.11240, 0.0, -289.02]],
    np.float32,
)


def _rgb(picture: Picture) -> NDArray[np.uint8]:
    """Return 8-bit RGB; chroma is scaled up linearly."""
    height, width = picture.luma.shape
    shift = picture.bit_depth - 8
    chroma = [plane.astype(np.float32) / (1 << shift) for plane in picture.chroma]
    planes = [picture.luma.astype(np.float32) / (1 << shift)]
    planes += [np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)) for plane in chroma]
    if len(chroma) == 3:  # an image holds R-Y, G-Y, B-Y
        rgb = np.stack([planes[0] + plane for plane in planes[1:]], axis=2)
    else:
        rgb = np.asarray(cv2.transform(np.stack(planes, axis=2), _FROM_YUV))
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width = pixels.shape[:2]
    top, left = max(0, (height - SAMPLE_HEIGHT) // 2), max(0, (width - SAMPLE_WIDTH) // 2)
    cut = pixels[top : top + SAMPLE_HEIGHT, left : left + SAMPLE_WIDTH]
    ok, data = cv2.imencode(".png", cut if cut.ndim == 2 else cut[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not ok:
        raise ValueError(f"OpenCV wrote no PNG of {cut.shape}")
    return data.tobytes()

"""Ours and other people's watermarks side by side: the same pictures, the same attacks, the same few frames.

The peers are slow, so everything is small: 480 pixels on the short side, 8 frames, and for rivaGan 4 frames of the
three smallest clips. A cell counts for ours where the payload is decoded with a proven p ≤ 1e-9, and for a peer where
the majority of the frames has every bit right. The peers have no key and no presence test, so theirs comes without any
control of false positives. Nobody is told the original size or shown the original.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtra, ModelUnavailable, NoMarkPossible
from ...media import Picture, picture_of, probe
from ...media.rgb import luma_of, rgb_of
from ...provenance import Payload
from ...provenance.payload import PAYLOAD_BITS
from ...provenance.watermark import ACCEPT_LOG10_P, Method, WatermarkKey, load_method
from ...provenance.watermark.peers import FrameMethod, majority
from .attacks import attack_named
from .cells import Cache, cell_key, code_version, file_sha256
from .codecs import Codec
from .differences import psnr, square_error, ssim
from .footage import Footage, read_footage, write_footage

OURS = "sealreel.1"
PEERS = ("dwtDct", "dwtDctSvd", "blind_watermark", "rivaGan")
SLOW = "rivaGan"
FRAMES, SLOW_FRAMES, SLOW_CLIPS = 8, 4, 3
MAX_SHORT_SIDE = 480
COMPARED = (
    *("identity", "x264 CRF 23", "x264 CRF 33", "x265 CRF 30", "AV1 CRF 45", "VP9 CRF 40"),
    *("size × 0.5", "squeeze to 3/4", "crop to 80%", "crop to 55%", "in picture 60 %"),
    *("rotate 5°", "rotate 90°", "mirror", "lower third", "perspective 3 %"),
    *("brightness × 1.5", "grayscale", "JPEG 40", "blur 9", "noise 10", "drop 50 %"),
)
"""Of list A: something of every kind. `screenshot` and GIF are left out: they hold one frame or few."""
WITHOUT_LOSS = Codec("x264 without loss", "libx264", (("qp", "0"),))
"""Attacks begin from the marked pictures as 4:2:0 video, as every file has them, with no other loss."""
KEY = WatermarkKey(key_id=1, secret=hashlib.sha256(b"side by side").digest())
_SOURCES = ("attacks", "codecs", "footage", "geometry", "photometry", "timing", "peers")
_PACKAGES = ("invisible-watermark", "blind-watermark", "onnxruntime", "opencv-python-headless", "numpy", "av")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRow:
    """One clip, marked by one method, after one attack."""

    method: str
    clip: str
    attack: str
    recovered: bool
    bit_accuracy: float | None
    """Of the frames' majority; None for ours, where a payload is proven or not given, and where nothing was read."""
    p_value_log10: float | None
    """Ours alone."""
    frames: int
    width: int
    height: int
    psnr_rgb_db: float | None
    """Marked against original; None where the method refuses the clip."""
    ssim: float | None
    """Of luma."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def run_peers(
    clips: Sequence[Path],
    *,
    methods: Sequence[str] = (OURS, *PEERS),
    attacks: Sequence[str] = COMPARED,
    cells: Cache | None = None,
    on_row: Callable[[PeerRow], None] | None = None,
) -> tuple[PeerRow, ...]:
    """Mark each clip with each method, attack it, and read it.

    Args:
        clips: Videos; `SLOW` reads the three smallest alone.
        methods: Names that `load_method` knows; leave out those of `missing(…)`.
        attacks: Names of `ATTACKS`.
        cells: Rows that are there already are not measured again.
        on_row: Told of each row as it comes.

    Raises:
        MissingExtra: A method's package is not installed.
        MediaError: A clip can't be read.
    """
    rows: list[PeerRow] = []
    for name in methods:
        method = load_method(name)
        for clip in _smallest(clips) if name == SLOW else clips:
            for row in _rows_of(method, clip, attacks, cells):
                rows.append(row)
                if on_row is not None:
                    on_row(row)
    return tuple(rows)


def missing(methods: Sequence[str] = PEERS) -> dict[str, str]:
    """Return the methods that cannot run here, each with the reason."""
    reasons: dict[str, str] = {}
    for name in methods:
        try:
            load_method(name)
        except (MissingExtra, ModelUnavailable) as error:
            reasons[name] = str(error)
    return reasons


def _smallest(clips: Sequence[Path]) -> list[Path]:
    pixels = {clip: (found := probe(clip)).width * found.height for clip in clips}
    return sorted(clips, key=pixels.__getitem__)[:SLOW_CLIPS]


def _rows_of(method: Method, clip: Path, attacks: Sequence[str], cells: Cache | None) -> Iterator[PeerRow]:
    """Give one row an attack; the clip is marked only if a row is not there yet."""
    specimen: _Specimen | None = None
    with tempfile.TemporaryDirectory(prefix="sealreel-peers-") as folder:
        for attack in attacks:
            key = _key(method, clip, attack)
            kept = None if cells is None else cells.get(key)
            if kept is not None:
                yield PeerRow(**kept)
                continue
            specimen = specimen or _mark(method, clip, Path(folder))
            row = _attacked(method, clip, attack, specimen, Path(folder))
            if cells is not None:
                cells.put(key, row.as_json())
            yield row


def _key(method: Method, clip: Path, attack: str) -> str:
    """Name a row by all that it depends on; a peer's does not depend on our own mark, and outlives changes of it."""
    ours = code_version(*(f"benchmarks/watermark/{name}.py" for name in _SOURCES)) if method.name == OURS else None
    return cell_key(
        "peers",
        method=method.name,
        clip=file_sha256(clip),
        attack=attack,
        code=ours or _peer_version(),
        frames=_frames(method),
        short_side=MAX_SHORT_SIDE,
    )


def _peer_version() -> str:
    here = Path(__file__).parent
    folder = here.parents[1] / "provenance" / "watermark" / "peers"
    files = [here / f"{name}.py" for name in _SOURCES] + sorted(folder.glob("*.py"))
    text = "".join(file_sha256(path) for path in files) + "".join(_version(package) for package in _PACKAGES)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _frames(method: Method) -> int:
    return SLOW_FRAMES if method.name == SLOW else FRAMES


@dataclass(frozen=True, slots=True)
class _Specimen:
    """A marked clip on disk, or none where the method refused it."""

    marked: Path | None
    payload: Payload
    frames: int
    size: tuple[int, int]
    psnr_rgb_db: float | None
    ssim: float | None


def _mark(method: Method, clip: Path, folder: Path) -> _Specimen:
    footage = _small(read_footage(clip, frames=_frames(method)))
    number = int.from_bytes(hashlib.sha256(clip.name.encode()).digest()[:8], "big") % 2**60
    payload = Payload(record_id=number, version=KEY.key_id)
    try:
        marked = [rgb_of(picture) for picture in method.embed(_pictures(footage), payload, KEY)]
    except NoMarkPossible:
        return _Specimen(None, payload, len(footage.frames), footage.size, None, None)
    path = write_footage(footage.of(marked), folder / "marked.mp4", WITHOUT_LOSS)
    pairs = list(zip(footage.frames, marked, strict=True))
    return _Specimen(
        marked=path,
        payload=payload,
        frames=len(marked),
        size=footage.size,
        psnr_rgb_db=psnr(fmean(square_error(before, after) for before, after in pairs)),
        ssim=fmean(ssim(luma_of(before), luma_of(after)) for before, after in pairs),
    )


def _small(footage: Footage) -> Footage:
    """Scale down to 480 on the short side, to even sizes."""
    width, height = footage.size
    share = min(1.0, MAX_SHORT_SIDE / min(width, height))
    size = round(width * share) // 2 * 2, round(height * share) // 2 * 2
    if size == footage.size:
        return footage
    return footage.of([_resized(frame, size) for frame in footage.frames])


def _resized(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _pictures(footage: Footage) -> Iterator[Picture]:
    step = 1 / Fraction(footage.rate)
    for index, rgb in enumerate(footage.frames):
        yield picture_of(rgb, pts=index, time_base=step, duration=1)


def _attacked(method: Method, clip: Path, attack: str, specimen: _Specimen, folder: Path) -> PeerRow:
    recovered, accuracy, log10_p = False, None, None
    if specimen.marked is not None:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            path = attack_named(attack).apply(specimen.marked, Path(scratch))
            if isinstance(method, FrameMethod):
                recovered, accuracy = _read_by_majority(method, path, specimen)
            else:
                recovered, log10_p = _read_by_proof(method, path, specimen)
    return PeerRow(
        method=method.name,
        clip=clip.name,
        attack=attack,
        recovered=recovered,
        bit_accuracy=accuracy,
        p_value_log10=log10_p,
        frames=specimen.frames,
        width=specimen.size[0],
        height=specimen.size[1],
        psnr_rgb_db=specimen.psnr_rgb_db,
        ssim=specimen.ssim,
    )


def _read_by_proof(method: Method, path: Path, specimen: _Specimen) -> tuple[bool, float | None]:
    found = method.extract(probe(path), (KEY,))
    proven = found.p_value_log10 is not None and found.p_value_log10 <= ACCEPT_LOG10_P
    return found.status == "decoded" and proven and found.payload == specimen.payload, found.p_value_log10


def _read_by_majority(method: FrameMethod, path: Path, specimen: _Specimen) -> tuple[bool, float | None]:
    wanted = specimen.payload.to_bits()[PAYLOAD_BITS - method.capacity_bits :]
    bits, _agreement = majority(list(method.votes(read_footage(path, frames=specimen.frames).frames)))
    if not bits:
        return False, None
    return bits == wanted, fmean(a == b for a, b in zip(bits, wanted, strict=True))

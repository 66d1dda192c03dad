"""What somebody without the key cannot do with one marked frame."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from sealreel.media import Luma
from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey, extract_lumas
from sealreel.provenance.watermark.layout import TILE, layout_of
from sealreel.provenance.watermark.tile import pattern
from sealreel.provenance.watermark.whiten import whiten

Planes = list[NDArray[np.uint8]]
Stream = Callable[..., Iterator[Luma]]


def folded(plane: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Average the tiles of a plane and lay the average on all of it: the attack that undoes a periodic mark."""
    canonical = whiten(plane)
    rows, columns = canonical.shape[0] // TILE, canonical.shape[1] // TILE
    tiles = canonical[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE)
    tile = tiles.mean(axis=(0, 2))
    whole = np.tile(tile, (rows + 1, columns + 1))[: canonical.shape[0], : canonical.shape[1]]
    size = plane.shape[1], plane.shape[0]
    return np.asarray(cv2.resize(whole / whole.std(), size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def test_folding_one_frame_does_not_remove_the_mark(
    marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    estimate = folded(marked[0])
    attacked = [np.clip(np.rint(plane - 2.7 * estimate), 0, 255).astype(np.uint8) for plane in marked]  # 1.5 × its rms

    assert extract_lumas(stream(attacked), [key]).payload == payload


def test_folding_one_frame_does_not_give_a_mark_to_copy(
    clip: Planes, marked: Planes, stream: Stream, key: WatermarkKey
) -> None:
    estimate = folded(marked[0])
    forged = [np.clip(np.rint(plane + 2.7 * estimate), 0, 255).astype(np.uint8) for plane in clip]

    assert extract_lumas(stream(forged), [key]).status == "not_found"


def test_no_two_tiles_carry_the_same_pattern(marked: Planes, clip: Planes, key: WatermarkKey, payload: Payload) -> None:
    plane = pattern(layout_of(key), payload, width=512, height=512)
    tiles = plane.reshape(4, TILE, 4, TILE).transpose(0, 2, 1, 3).reshape(16, -1)
    alike = np.corrcoef(tiles) - np.eye(16)

    # Pilots are a quarter of the energy and the same everywhere; the rest has 1,048 independent signs: 4 / sqrt(1048).
    assert np.abs(alike).max() < 0.25 + 0.125

"""The sample sheet: forty prompts, five moments of each clip."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ...errors import MissingExtra, OutputUnwritable

MOMENTS: Final = (0, 12, 24, 36, 48)
"""Frames of each clip that are shown."""
_COLUMNS: Final = 2
_TILE: Final = 128
_WORDS: Final = 22
"""Pixels above each row of tiles."""
_GAP: Final = 12
_INK, _PAPER = (28, 37, 48), (255, 255, 255)


def sample_sheet(prompts: Sequence[str], clips: npt.NDArray[np.uint8]) -> bytes:
    """Draw the sheet as PNG.

    Args:
        prompts: One a clip.
        clips: (N, moments, height, width, 3).

    Raises:
        MissingExtra: Pillow, which comes with the extra `bench`, is not installed.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise MissingExtra("the sample sheet needs the extra `bench`: pip install 'sealreel[bench]'") from error
    rows = -(-len(prompts) // _COLUMNS)
    wide, high = len(MOMENTS) * _TILE + _GAP, _TILE + _WORDS + _GAP
    sheet = Image.new("RGB", (_COLUMNS * wide + _GAP, rows * high + _GAP), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    for number, (prompt, clip) in enumerate(zip(prompts, clips, strict=True)):
        left, top = _GAP + number // rows * wide, _GAP + number % rows * high
        draw.text((left, top), f"{number + 1}. {prompt}", fill=_INK, font=font)
        for place, frame in enumerate(clip):
            tile = Image.fromarray(frame).resize((_TILE, _TILE), Image.Resampling.BOX)
            sheet.paste(tile, (left + place * _TILE, top + _WORDS))
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def write_sheet(path: Path, prompts: Sequence[str], clips: npt.NDArray[np.uint8]) -> None:
    """Write the sheet; see `sample_sheet`.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: Pillow is not installed.
    """
    drawn = sample_sheet(prompts, clips)
    try:
        path.write_bytes(drawn)
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error

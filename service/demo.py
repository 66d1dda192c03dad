"""The promise in four steps, shown to a person: `python -m sealreel.service.demo "PROMPT" [--output DIR]`.

Generate a clip, verify it, strip its manifest and verify again, change one byte and verify again. Ends with a code
other than 0 if any step ends otherwise than promised. The files stay in DIR (./demo-output) to be looked at.
"""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from ..errors import OutputUnwritable, SealreelError
from ..media import probe, read_frames, remux
from .console import complain, say, warn
from .exits import Exit

USAGE = 'usage: python -m sealreel.service.demo "PROMPT" [--output DIR]'
SHEET_COLUMNS, SHEET_ROWS = 4, 2


@dataclass(frozen=True, slots=True)
class Step:
    """A command and what it promises."""

    title: str
    arguments: tuple[str, ...]
    promise: str
    code: Exit


def main(arguments: Sequence[str]) -> int:
    """Run the demonstration; the first argument is the prompt, whatever it looks like."""
    if len(arguments) == 1 and arguments[0] not in ("-h", "--help"):
        prompt, folder = arguments[0], Path("demo-output")
    elif len(arguments) == 3 and arguments[1] == "--output":
        prompt, folder = arguments[0], Path(arguments[2])
    else:
        warn(USAGE)
        return Exit.USAGE
    try:
        return demonstrate(prompt, folder)
    except SealreelError as error:
        complain(error)
        return Exit.CANNOT
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def demonstrate(prompt: str, folder: Path) -> int:
    """Show all steps; 0 if every one kept its promise."""
    _prepare(folder)
    clip, stripped, changed = folder / "clip.mp4", folder / "stripped.mp4", folder / "changed.mp4"
    if not _kept(generation(prompt, clip)):
        return Exit.CANNOT
    sheet = contact_sheet(clip, folder / "frames.png")
    say(f"  {sheet} shows {SHEET_COLUMNS * SHEET_ROWS} of its frames\n")
    kept = [_kept(_verify("2. Verify it", clip, "verified", Exit.OK))]

    remux(clip, stripped)
    say("  As many platforms do, the clip was copied stream by stream into a new file; its manifest is gone.\n")
    kept.append(
        _kept(_verify("3. Verify the stripped copy", stripped, "found again through the watermark", Exit.RECOVERED))
    )
    kept.append(_through_the_watermark(stripped))

    position = flip_a_byte(clip, changed)
    say(f"  One byte of the clip was changed: number {position}, inside the pictures' data (mdat).\n")
    kept.append(_kept(_verify("4. Verify the changed copy", changed, "caught as tampered", Exit.FOUND)))

    say(f"All as promised; the files are in {folder}/" if all(kept) else "NOT as promised: see the steps above")
    return Exit.OK if all(kept) else Exit.FOUND


def generation(prompt: str, clip: Path) -> Step:
    """Return the first step; whatever the prompt looks like, it is not taken for an option."""
    arguments = ("generate", "--force", "--output", str(clip), "--", prompt)
    return Step("1. Generate a clip that is watermarked, signed and recorded", arguments, "a signed clip", Exit.OK)


def _verify(title: str, file: Path, promise: str, code: Exit) -> Step:
    return Step(title, ("verify", "--watermark", "always", "--", str(file)), promise, code)


def _kept(step: Step) -> bool:
    """Run the step where the person can watch it, and compare its end with its promise."""
    say(f"{step.title}\n$ {shlex.join(('sealreel', *step.arguments))}")
    say(f"  expected: {step.promise}, exit code {int(step.code)}\n")
    sys.stdout.flush()
    code = subprocess.run([*_sealreel(), *step.arguments], check=False).returncode  # noqa: S603 - our own command
    kept = code == step.code
    say(f"  exit code {code}: {'as promised' if kept else f'NOT as promised ({int(step.code)})'}\n")
    return kept


def _through_the_watermark(file: Path) -> bool:
    """Return whether it was the mark that led to the record: alike content alone would end with the same code."""
    command = [*_sealreel(), "verify", "--json", "--", str(file)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True).stdout  # noqa: S603 - our own command
    recovered: dict[str, Any] | None = json.loads(answer)["recovered"] if answer else None
    found_by = None if recovered is None else recovered["found_by"]
    say(f"  with --json it says: found_by {found_by}\n")
    return found_by == "watermark"


def _sealreel() -> list[str]:
    """Return the command that was installed beside this Python."""
    installed = shutil.which("sealreel", path=str(Path(sys.executable).parent))
    return [installed] if installed else [sys.executable, "-m", "sealreel.service.cli"]


def _prepare(folder: Path) -> None:
    """Make the folder and clear away what an earlier demonstration left: `remux` writes over nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("stripped.mp4", "changed.mp4"):
            Path(folder, name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"{folder}: {error.strerror}; choose a folder that can be written") from error


def contact_sheet(clip: Path, target: Path) -> Path:
    """Write frames at even steps of the clip, row by row, as one PNG picture."""
    import cv2

    known = probe(clip)
    wanted = SHEET_COLUMNS * SHEET_ROWS
    frames = round(known.duration_seconds * known.rate)
    shown = [frame.rgb for frame in islice(read_frames(known), 0, None, max(frames // wanted, 1))][:wanted]
    blank = np.zeros_like(shown[0])
    shown += [blank] * (wanted - len(shown))
    rows = [np.hstack(shown[start : start + SHEET_COLUMNS]) for start in range(0, wanted, SHEET_COLUMNS)]
    sheet: npt.NDArray[np.uint8] = np.vstack(rows)  # (rows * H, columns * W, 3)
    _, png = cv2.imencode(".png", sheet[:, :, ::-1])  # OpenCV counts blue first
    target.write_bytes(png.tobytes())
    return target


def flip_a_byte(source: Path, target: Path) -> int:
    """Copy the file with one byte changed: the middle one of the largest mdat's payload, so no box header is hurt.

    Returns:
        The changed byte's position in the file.
    """
    with source.open("rb") as stream:
        start, end = max(_media_data(stream), key=lambda span: span[1] - span[0])
    position = (start + end) // 2
    content = bytearray(source.read_bytes())
    content[position] ^= 0xFF
    target.write_bytes(content)
    return position


def _media_data(stream: BinaryIO) -> list[tuple[int, int]]:
    """Return where the payload of each top-level mdat box starts and ends (ISO/IEC 14496-12 § 4.2)."""
    size_of_file = stream.seek(0, 2)
    spans: list[tuple[int, int]] = []
    offset = 0
    while offset + 8 <= size_of_file:
        stream.seek(offset)
        header = stream.read(16)
        size, payload = int.from_bytes(header[:4], "big"), offset + 8
        if size == 1:  # the size stands after the name, in 64 bits
            size, payload = int.from_bytes(header[8:], "big"), offset + 16
        end = size_of_file if size == 0 else offset + size
        if header[4:8] == b"mdat" and end > payload:
            spans.append((payload, min(end, size_of_file)))
        offset = max(end, offset + 8)
    return spans


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

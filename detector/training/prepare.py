"""From labelled clips to everything that is trained on: decoded, reconstructed, blended, each once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..canon import FRAMES, Frames
from .dataset import Row, read_clip_frames
from .recipe import Recipe
from .views import Item, Kind, one_thread

if TYPE_CHECKING:
    from .reconstruction import Reconstructor

Tell = Callable[[str], None]


def decoded(rows: Sequence[Row], folder: Path, *, jobs: int) -> tuple[Path, ...]:
    """Write each row's frames to a NumPy file of its own, and return them in the rows' order."""
    folder.mkdir(parents=True, exist_ok=True)
    files = tuple(folder / f"{row.path.stem}.npy" for row in rows)
    todo = [(row.path, file) for row, file in zip(rows, files, strict=True) if not file.exists()]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=one_thread) as pool:
        list(pool.map(_decode, *zip(*todo, strict=True), chunksize=8) if todo else ())
    return files


def _decode(path: Path, file: Path) -> None:
    save_whole(file, read_clip_frames(path))


def save_whole(file: Path, frames: Frames) -> None:
    """Write a NumPy file whole or not at all."""
    draft = file.with_suffix(".draft")
    with draft.open("wb") as stream:
        np.save(stream, frames)
    draft.replace(file)


def items_of(rows: Sequence[Row], files: Sequence[Path]) -> list[Item]:
    """Return the clips as they are, without those that may only be scored."""
    kinds: dict[str | None, Kind] = {None: "real", "full_synthetic": "generated", "face_manipulation": "face"}
    return [
        Item(frames=file, kind=kinds[row.head], source=row.source, group=row.group, clip=number)
        for number, (row, file) in enumerate(zip(rows, files, strict=True))
        if row.use == "train"
    ]


def aligned(
    items: Sequence[Item],
    by: "Sequence[Reconstructor]",
    folder: Path,
    *,
    recipe: Recipe,
    device: str,
    tell: Tell,
) -> list[Item]:
    """Send every real clip through some of the autoencoders; a new item each."""
    from .reconstruction import reconstruct

    folder.mkdir(parents=True, exist_ok=True)
    made: list[Item] = []
    reals = [item for item in items if item.kind == "real"]
    for count, item in enumerate(reals, start=1):
        rng = np.random.default_rng([recipe.seed, item.clip])
        for number in rng.permutation(len(by))[: recipe.variants]:
            one = by[int(number)]
            file = folder / f"{item.frames.stem}.{one.name}.npy"
            if not file.exists():
                save_whole(file, reconstruct(np.load(item.frames), one, rng, device=device))
            made.append(Item(frames=file, kind="aligned", source=item.source, group=item.group, clip=item.clip))
        if count % 50 == 0 or count == len(reals):
            tell(f"reconstructed {count} of {len(reals)} real clips")
    return made


def blends(items: Sequence[Item], folder: Path, *, recipe: Recipe, jobs: int, tell: Tell) -> list[Item]:
    """Blend the faces of real clips into themselves; clips without a face give none."""
    folder.mkdir(parents=True, exist_ok=True)
    reals = [item for item in items if item.kind == "real"]
    files = [folder / f"{item.frames.stem}.npy" for item in reals]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=one_thread) as pool:
        found = list(
            pool.map(
                _blend,
                [item.frames for item in reals],
                files,
                [(recipe.seed, item.clip) for item in reals],
                chunksize=4,
            )
        )
    made = [
        Item(frames=file, kind="blend", source=item.source, group=item.group, clip=item.clip)
        for item, file, has_face in zip(reals, files, found, strict=True)
        if has_face
    ]
    tell(f"blended the faces of {len(made)} of {len(reals)} real clips")
    return made


def _blend(source: Path, file: Path, seed: tuple[int, int]) -> bool:
    """Return whether there is a face; a file without frames notes that there is none."""
    from .blend import self_blend
    from .faces import faces_in

    if not file.exists():
        frames = np.load(source)[: 2 * FRAMES]
        boxes = faces_in(frames)
        blended = None if boxes is None else self_blend(frames, boxes, np.random.default_rng(seed))
        save_whole(file, np.zeros((0, 1, 1, 3), np.uint8) if blended is None else blended)
    return len(np.load(file, mmap_mode="r")) > 0

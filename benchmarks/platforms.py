"""What is left of a file's origin after platforms had it: manifest, watermark, fingerprint and detector side by side.

Each file is marked as `sealreel mark` does it, with keys and a store made for the run; each recipe (`recipes`) is done
to the result, and `verify` looks at what comes out.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..detector.weights import SHIPPED, read_card
from ..errors import MissingExtra, ModelUnavailable, SettingsInvalid
from ..media import Encoding, probe
from ..provenance import MarkConfig, Output, ReleaseConfig, Verdict, VerifyConfig, mark, verify
from ..provenance.keyring import open_keyring
from ..provenance.manifest import TrustAnchors
from ..provenance.signing import load_signer, local_root_pem
from .machine import Machine, describe_machine
from .material import write_video
from .recipes import RECIPES, Recipe
from .report import SCHEMA
from .watermark.cells import Cells, cell_key, code_version, file_sha256
from .watermark.codecs import h264
from .watermark.footage import read_footage, write_footage

FRAMES = 90
"""Of each clip: about three seconds, as long as a short post."""
NOT_INSTALLED = "not installed"
CLIPS = ("dog_720p.mp4", "street_1080x1920.mp4", "phone_720x1280.mp4", "chair_480x720.mp4", "stills/kodim07.png")
"""Of the robustness set: moving, vertical, static, the flat one, and a picture."""

Score = Callable[[Path], float]


_SOURCES = ("benchmarks/recipes.py", "benchmarks/platforms.py", "provenance")


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One file after one recipe."""

    clip: str
    recipe: str
    source: str
    manifest: str
    """`manifest.state` of `verify`."""
    watermark: str
    """`watermark.status`."""
    p_value_log10: float | None
    fingerprint: bool
    """Whether the content alone led to the record."""
    conclusion: str
    """The verdict of all together."""
    detector: float | None
    """Score, 1 = synthetic; None where no detector is installed."""
    bytes: int
    expected_p_value_log10: float | None
    """What `mark` had said beforehand."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformsConfig:
    """One run."""

    data: Path | None = None
    """A folder of clips, of which `CLIPS` are taken, or whatever there is; None: a clip of our own making."""
    frames: int = FRAMES
    recipes: tuple[str, ...] = ()
    """Names; empty means all."""
    quick: bool = False
    """Two files instead of five."""
    directory: Path | None = None
    """Where finished rows are kept, so that a run that was broken off goes on. None: nowhere."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.recipes) - {recipe.name for recipe in RECIPES})
        if unknown:
            raise ValueError(f"no recipe {', '.join(unknown)}; there are {', '.join(one.name for one in RECIPES)}")
        if self.frames < 1:
            raise ValueError(f"frames must be at least 1, got {self.frames}")


@dataclass(frozen=True, slots=True)
class PlatformsReport:
    """All rows of one run."""

    machine: Machine
    started_at: datetime
    quick: bool
    material: str
    detector: str
    """Whether there was one."""
    seconds: float
    rows: tuple[PlatformRow, ...]

    @property
    def met(self) -> bool:
        """There is no tolerance: what platforms do is theirs."""
        return True

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types, shaped as every benchmark."""
        meta = {
            "machine": self.machine.as_json(),
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "quick": self.quick,
            "material": self.material,
            "detector": self.detector,
        }
        rows = [row.as_json() for row in self.rows]
        return {
            "schema": SCHEMA,
            "benchmark": "platforms",
            "_meta": meta,
            "met": self.met,
            "rows": [],
            "skipped": [],
            "sections": {"platforms": {"seconds": self.seconds, "rows": rows}},
        }

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        header = ("clip", "manifest", "watermark", "log10 p", "fingerprint", "detector", "verdict", "recipe")
        return (header, *(self._line(row) for row in self.rows))

    def _line(self, row: PlatformRow) -> tuple[str, ...]:
        return (
            row.clip,
            row.manifest,
            row.watermark,
            "" if row.p_value_log10 is None else f"{row.p_value_log10:.1f}",
            "finds it" if row.fingerprint else "–",
            self.detector if row.detector is None else f"{row.detector:.2f}",
            row.conclusion,
            row.recipe,
        )


OnRow = Callable[[PlatformRow], None]


def run_platforms(config: PlatformsConfig = PlatformsConfig(), *, on_row: OnRow = lambda _: None) -> PlatformsReport:
    """Mark a few files, do every recipe to each, and look at what is left.

    Args:
        config: Which files and recipes.
        on_row: Is told of each row as it is done.

    Raises:
        MediaError: A clip can't be read.
        SettingsInvalid: The data folder holds no clip.
    """
    started_at, start = datetime.now(UTC), time.perf_counter()
    os.environ.setdefault("SVT_LOG", "1")  # else SVT-AV1 writes its settings on stderr; 1 is errors only
    score = find_detector()
    cells = None if config.directory is None else Cells(config.directory / "platforms.jsonl")
    rows: list[PlatformRow] = []
    with TemporaryDirectory(prefix="sealreel-platforms-") as name:
        directory = Path(name)
        for number, source in enumerate(_sources(config, directory)):
            folder = directory / str(number)
            folder.mkdir()
            for row in _rows(source, folder, config, score=score, cells=cells):
                on_row(row)
                rows.append(row)
    return PlatformsReport(
        machine=describe_machine(),
        started_at=started_at,
        quick=config.quick,
        material="a texture of our own making" if config.data is None else f"clips of {config.data.name}",
        detector=NOT_INSTALLED if score is None else "installed",
        seconds=time.perf_counter() - start,
        rows=tuple(rows),
    )


def find_detector() -> Score | None:
    """Return the scorer of this installation's detector; None where it has no weights, or nothing to run them."""
    from ..detector import load_detector

    try:
        detector = load_detector()
    except (MissingExtra, ModelUnavailable):
        return None
    return lambda path: detector.score(path).score


def _sources(config: PlatformsConfig, directory: Path) -> Sequence[Path]:
    if config.data is None:
        seconds = max(1, config.frames // 30)
        return [write_video(directory / "texture.mp4", width=1280, height=720, rate=Fraction(30), seconds=seconds)]
    chosen = [config.data / name for name in CLIPS if (config.data / name).exists()]
    chosen = chosen or sorted(path for path in config.data.iterdir() if path.suffix in (".mp4", ".mov", ".png", ".jpg"))
    if not chosen:
        raise SettingsInvalid(f"--data {config.data}: no clip or picture here")
    return [chosen[0], chosen[-1]] if config.quick else chosen


def _rows(
    source: Path, folder: Path, config: PlatformsConfig, *, score: Score | None, cells: Cells | None
) -> Iterator[PlatformRow]:
    """Yield a row a recipe; the file is marked only where a row is missing."""
    kind = probe(source).kind
    release: ReleaseConfig | None = None
    output: Output | None = None
    for recipe in RECIPES:
        if recipe.kind != kind or (config.recipes and recipe.name not in config.recipes):
            continue
        key = _key(source, recipe, config, scored_by=None if score is None else read_card(SHIPPED).sha256)
        kept = None if cells is None else cells.get(key)
        if kept is not None:
            yield PlatformRow(**kept)
            continue
        if release is None or output is None:
            release = _installation(folder)
            output = _marked(source, folder, release, frames=config.frames)
        row = _row(source, output, recipe, folder, release, score=score)
        if cells is not None:
            cells.put(key, row.as_json())
        yield row


def _key(source: Path, recipe: Recipe, config: PlatformsConfig, *, scored_by: str | None) -> str:
    return cell_key(
        "platforms",
        clip=file_sha256(source),
        name=source.name,
        recipe=recipe.name,
        frames=config.frames,
        scored_by=scored_by,
        code=code_version(*_SOURCES),
    )


def _installation(folder: Path) -> ReleaseConfig:
    """Make keys, an identity and a store that nothing else uses."""
    signer = load_signer("local", directory=folder / "keys")
    root = local_root_pem(folder / "keys")
    return ReleaseConfig(
        signer=signer,
        keyring=open_keyring(folder / "keys"),
        store_url=f"sqlite:///{folder / 'records.sqlite'}",
        trust=TrustAnchors(manifest=() if root is None else (root,)),
        encoding=Encoding(preset="medium", threads=1),
    )


def _marked(source: Path, folder: Path, release: ReleaseConfig, *, frames: int) -> Output:
    """Mark the beginning of a clip, or a whole picture, as a user would."""
    if probe(source).kind == "video":
        piece = folder / "piece.mp4"
        write_footage(read_footage(source, frames=frames), piece, h264(10))
        source = piece
    config = MarkConfig(release=release, digital_source_type="digitalCapture")
    return mark(source, folder / f"marked{source.suffix}", config)


def _row(
    source: Path, output: Output, recipe: Recipe, folder: Path, release: ReleaseConfig, *, score: Score | None
) -> PlatformRow:
    shared = recipe.apply(output.file, folder)
    with_all, by_content = _looked_at(shared, release)
    recovery = by_content.recovery
    return PlatformRow(
        clip=source.name,
        recipe=recipe.name,
        source=recipe.source,
        manifest=with_all.manifest.state,
        watermark=with_all.watermark.status,
        p_value_log10=with_all.watermark.p_value_log10,
        fingerprint=recovery is not None and recovery.record.payload == output.record,
        conclusion=with_all.conclusion,
        detector=None if score is None else score(shared),
        bytes=shared.stat().st_size,
        expected_p_value_log10=output.expected_p_value_log10,
    )


def _looked_at(shared: Path, release: ReleaseConfig) -> tuple[Verdict, Verdict]:
    """Return what is found with everything at hand, and without the watermark keys: by the content alone."""
    look = VerifyConfig(
        trust=release.trust, keys=release.keyring.keys, store_url=release.store_url, check_watermark="always"
    )
    return verify(shared, look), verify(shared, replace(look, keys=()))

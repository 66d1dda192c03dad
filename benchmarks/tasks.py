"""What the measured processes do: one function a task, run by name with its arguments from stdin.

`python -m sealreel.benchmarks.tasks` reads one JSON object and writes one; `process.run_task` is its other end.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .process import peak_memory_bytes

if TYPE_CHECKING:
    from ..provenance import ReleaseConfig
    from ..provenance.manifest import TrustAnchors

Numbers = dict[str, float]


def decode(_: Path, *, source: str) -> Numbers:
    """Decode every picture as marking does, and drop it."""
    from ..media import probe, read_pictures

    with timed() as taken:
        for _picture in read_pictures(probe(Path(source))):
            pass
    return taken


def transcode(_: Path, *, source: str, output: str) -> Numbers:
    """Decode and encode again as marking does (x264 medium), without a mark."""
    from ..media import form_of, probe, read_pictures, write_pictures

    clip = probe(Path(source))
    with timed() as taken:
        write_pictures(read_pictures(clip), Path(output), form=form_of(clip, "mp4"), copy_from=clip)
    return taken


def prepare(directory: Path) -> Numbers:
    """Make the keys, the identity and the store that a first use makes, so that no number holds them."""
    from ..provenance.store import open_store

    config = _release_config(directory)
    with timed() as taken, open_store(config.store_url):
        pass
    return taken


def sign(directory: Path, *, source: str, target: str) -> Numbers:
    """Sign a file with the local identity of this run."""
    from ..provenance.manifest import Claim, sign_file
    from ..provenance.signing import load_signer

    claim = Claim(
        title=Path(target).name,
        media_type="video/mp4",
        created_at=datetime.now(UTC),
        digital_source_type="trainedAlgorithmicMedia",
        generated_or_altered="generated",
        system="sealreel-bench",
        system_version="1",
        content_id=uuid4().urn,
    )
    signer = load_signer("local", directory=directory / "keys")
    trust = _trust(directory)
    with timed() as taken:
        sign_file(Path(source), Path(target), claim, signer, trust=trust)
    return taken


def mark(directory: Path, *, source: str, output: str) -> Numbers:
    """Mark a file with this run's own keys, identity and store."""
    import cv2

    from ..provenance import MarkConfig, mark as mark_file

    cv2.setNumThreads(1)  # so that the wall time of a step bounds its CPU time
    config = MarkConfig(release=_release_config(directory), digital_source_type="digitalCapture", force=True)
    with timed() as taken:
        done = mark_file(Path(source), Path(output), config)
    return taken | {f"{step}_ms": float(value) for step, value in done.timings_ms.items()}


def verify_manifest(directory: Path, *, path: str) -> Numbers:
    """Hash a file, then verify its manifest without its pixels; both with the bytes in the page cache."""
    from ..provenance import VerifyConfig, verify

    startup = time.process_time()  # the interpreter and the imports
    config = VerifyConfig(trust=_trust(directory), check_watermark="never")
    hashing = min(_hash_seconds(Path(path)) for _ in range(3))
    with timed() as taken:
        verdict = verify(Path(path), config)
    _expect(verdict.conclusion == "verified", f"{path} is {verdict.conclusion}, expected verified")
    return taken | {"sha256_seconds": hashing, "startup_cpu_seconds": startup}


def verify_pixels(directory: Path, *, path: str) -> Numbers:
    """Verify a file with its watermark, as far as it takes to be sure."""
    from ..provenance import VerifyConfig, verify
    from ..provenance.keyring import open_keyring

    keys = open_keyring(directory / "keys").keys
    config = VerifyConfig(trust=_trust(directory), keys=keys, check_watermark="always")
    with timed() as taken:
        found = verify(Path(path), config).watermark
    _expect(found.status == "decoded", f"the mark of {path} is {found.status}, expected decoded")
    return taken | {"p_value_log10": found.p_value_log10 or 0.0, "frames_read": float(found.frames_read)}


def generate(directory: Path, *, output: str) -> Numbers:
    """Generate the embedded model's default clip."""
    from ..generator import GenerationConfig, generate as generate_clip

    config = GenerationConfig(
        prompt="a red ball moves to the left", output=Path(output), release=_release_config(directory), seed=1
    )
    with timed() as taken:
        done = generate_clip(config)
    return taken | {f"{step}_ms": float(value) for step, value in done.timings_ms.items()}


def detect(_: Path, *, path: str) -> Numbers:
    """Load the detector and score one file, on all cores."""
    from ..detector import load_detector

    with timed() as taken:
        score = load_detector().score(Path(path))
    return taken | {"frames": float(len(score.frames))}


def look(_: Path, *, windows: str) -> Numbers:
    """Let the network read windows of noise one after the other, on one core."""
    import numpy as np

    from ..detector.canon import FRAMES, SIDE
    from ..detector.runtime import open_runtime
    from ..detector.weights import SHIPPED

    shape = int(windows), FRAMES, SIDE, SIDE, 3
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    runtime = open_runtime(SHIPPED, device="cpu")
    runtime.read(pictures[:1])  # memory is taken once
    with timed() as taken:
        runtime.read(pictures)
    return taken | {"frames": float(shape[0] * FRAMES)}


def _release_config(directory: Path) -> "ReleaseConfig":
    from ..provenance import ReleaseConfig
    from ..provenance.keyring import open_keyring
    from ..provenance.signing import load_signer

    return ReleaseConfig(
        signer=load_signer("local", directory=directory / "keys"),
        keyring=open_keyring(directory / "keys"),
        store_url=f"sqlite:///{directory / 'records.sqlite'}",
        trust=_trust(directory),
    )


def _trust(directory: Path) -> "TrustAnchors":
    from ..provenance.manifest import TrustAnchors
    from ..provenance.signing import local_root_pem

    root = local_root_pem(directory / "keys")
    return TrustAnchors(manifest=() if root is None else (root,))


def _hash_seconds(path: Path) -> float:
    start = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return time.perf_counter() - start


def _expect(condition: bool, problem: str) -> None:  # noqa: FBT001 - reads like an assertion
    """A number taken from a run that went wrong is worth nothing."""
    if not condition:
        raise RuntimeError(problem)


@contextmanager
def timed() -> Generator[Numbers]:
    """Fill in the wall and CPU seconds (all threads of this process) of what is done inside."""
    taken: Numbers = {"imported_mb": peak_memory_bytes() / 1e6}
    wall, cpu = time.perf_counter(), time.process_time()
    yield taken
    taken["wall_seconds"] = time.perf_counter() - wall
    taken["cpu_seconds"] = time.process_time() - cpu


TASKS: dict[str, Callable[..., Numbers]] = {
    task.__name__: task
    for task in (prepare, decode, transcode, sign, mark, verify_manifest, verify_pixels, generate, detect, look)
}


def main(tasks: Mapping[str, Callable[..., Numbers]] = TASKS) -> None:
    """Do the job on stdin: one of these tasks."""
    job: dict[str, Any] = json.load(sys.stdin)
    values = tasks[job["task"]](Path(job["directory"]), **job["arguments"])
    values["peak_bytes"] = peak_memory_bytes()
    sys.stdout.write(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()

"""`release`: whenever it is killed or refused, the final name never appears and nothing stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sealreel.errors import NoMarkPossible, OutputExists, OutputUnwritable
from sealreel.media import Frame, Picture, generated_form, pictures_from_frames
from sealreel.provenance import Facts, Payload, ReleaseConfig, VerifyConfig, release, verify
from sealreel.provenance.extraction import Extraction
from sealreel.provenance.imprint import ladder, reads_back
from sealreel.provenance.manifest import ModelInfo
from sealreel.provenance.store import open_store
from sealreel.provenance.watermark import LADDER_DB, load_method

FORM = generated_form(256, 256, Fraction(24))
FACTS = Facts(
    digital_source_type="trainedAlgorithmicMedia",
    generated_or_altered="generated",
    system="sealreel-test",
    system_version="1",
    model=ModelInfo("test", "urn:test:model:1"),
    prompt="a disc moves left",
    seed=5,
)


def frames() -> Iterator[Picture]:
    texture = np.random.default_rng(3).integers(40, 215, (256, 400, 3), dtype=np.uint8)
    made = (Frame(np.ascontiguousarray(texture[:, 4 * n : 4 * n + 256]), n / 24) for n in range(16))
    return pictures_from_frames(made, rate=Fraction(24))


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[4])
from pathlib import Path
from sealreel.provenance import ReleaseConfig, departure, release
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import TrustAnchors
from sealreel.provenance.signing import load_signer
from sealreel.provenance.store.sql import SqlStore
import test_release

keys, output, moment = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def dying_frames():
    for index, picture in enumerate(test_release.frames()):
        if moment == "while encoding" and index == 10:
            die()
        yield picture

def after(action):
    def wrapped(*args, **kwargs):
        action(*args, **kwargs)
        die()
    return wrapped

if moment == "before signing":
    departure.sign_file = die
elif moment == "after signing":
    departure.sign_file = after(departure.sign_file)
elif moment == "after recording":
    SqlStore.add_pending = after(SqlStore.add_pending)
elif moment == "before confirming":
    SqlStore.confirm = die
config = ReleaseConfig(signer=load_signer("local", directory=keys), keyring=open_keyring(keys),
                       store_url=f"sqlite:///{output.parent / 'store' / 'records.sqlite'}", trust=TrustAnchors())
release(dying_frames, output, form=test_release.FORM, facts=test_release.FACTS, config=config)
"""


def kill(identity: Path, output: Path, moment: str) -> None:
    here = str(Path(__file__).parent)
    ran = subprocess.run([sys.executable, "-c", KILLED, identity, output, moment, here], check=False, timeout=120)
    assert ran.returncode == -signal.SIGKILL


def let_out(output: Path, config: ReleaseConfig, *, pictures: Callable[[], Iterator[Picture]] = frames) -> None:
    release(pictures, output, form=FORM, facts=FACTS, config=config)


def left_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()} - {"store"}


def records_of(config: ReleaseConfig) -> list[str]:
    with open_store(config.store_url) as store:
        return [record.state for record in store.records()]


@pytest.mark.parametrize("moment", ["while encoding", "before signing", "after signing", "after recording"])
def test_a_killed_release_leaves_no_final_name_and_is_swept(
    identity: Path, tmp_path: Path, installation: ReleaseConfig, moment: str
) -> None:
    kill(identity, tmp_path / "clip.mp4", moment)
    drafts = left_in(tmp_path)

    let_out(tmp_path / "next.mp4", installation)

    assert "clip.mp4" not in drafts
    assert drafts, "the kill came too late to leave a draft: the test tests nothing"
    assert left_in(tmp_path) == {"next.mp4"}
    assert records_of(installation) == ["confirmed"]


def test_a_release_killed_after_the_rename_is_confirmed_by_the_next(
    identity: Path, tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig
) -> None:
    kill(identity, tmp_path / "clip.mp4", "before confirming")
    before = records_of(installation)

    let_out(tmp_path / "next.mp4", installation)

    assert (before, records_of(installation)) == (["pending"], ["confirmed", "confirmed"])
    assert verify(tmp_path / "clip.mp4", look).conclusion == "verified"


def test_a_generated_clip_says_how_it_was_made(tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig) -> None:
    let_out(tmp_path / "clip.mp4", installation)

    report = verify(tmp_path / "clip.mp4", look).manifest
    assert (report.state, report.digital_source_type, report.is_ai_generated) == (
        "trusted",
        "trainedAlgorithmicMedia",
        True,
    )


def test_the_prompt_is_recorded_as_a_salted_hash(tmp_path: Path, installation: ReleaseConfig) -> None:
    let_out(tmp_path / "clip.mp4", installation)

    with open_store(installation.store_url) as store:
        (record,) = store.records()
    assert record.prompt_sha256 is not None
    assert FACTS.prompt is not None
    stored = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())
    assert FACTS.prompt.encode() not in stored + (tmp_path / "clip.mp4").read_bytes()


def test_an_interruption_leaves_nothing(tmp_path: Path, installation: ReleaseConfig) -> None:
    def interrupted() -> Iterator[Picture]:
        for index, picture in enumerate(frames()):
            if index == 5:
                raise KeyboardInterrupt
            yield picture

    with pytest.raises(KeyboardInterrupt):
        let_out(tmp_path / "clip.mp4", installation, pictures=interrupted)

    assert (left_in(tmp_path), records_of(installation)) == (set(), [])


@pytest.mark.parametrize("step", ["sign_file", "unfinished"])
def test_a_failure_on_the_way_out_forgets_the_record(
    tmp_path: Path, installation: ReleaseConfig, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputUnwritable("the disk is full")

    monkeypatch.setattr(f"sealreel.provenance.departure.{step}", full)

    with pytest.raises(OutputUnwritable):
        let_out(tmp_path / "clip.mp4", installation)

    assert (left_in(tmp_path), records_of(installation)) == (set(), [])


def test_a_name_that_appears_meanwhile_is_left_alone(tmp_path: Path, installation: ReleaseConfig) -> None:
    def slow() -> Iterator[Picture]:
        yield from frames()
        (tmp_path / "clip.mp4").write_text("mine")

    with pytest.raises(OutputExists):
        let_out(tmp_path / "clip.mp4", installation, pictures=slow)

    assert (tmp_path / "clip.mp4").read_text() == "mine"
    assert (left_in(tmp_path), records_of(installation)) == ({"clip.mp4"}, [])


FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, sys.argv[3])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
from sealreel.errors import OutputUnwritable
from sealreel.media import Encoding
from sealreel.provenance import ReleaseConfig, release
from sealreel.provenance.store import open_store
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import TrustAnchors
from sealreel.provenance.signing import load_signer
import test_release

keys, output = Path(sys.argv[1]), Path(sys.argv[2])
config = ReleaseConfig(signer=load_signer("local", directory=keys), keyring=open_keyring(keys),
                       store_url=f"sqlite:///{output.parent / 'store' / 'records.sqlite'}", trust=TrustAnchors(),
                       encoding=Encoding(crf=1, preset="ultrafast"))
open_store(config.store_url).close()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    release(test_release.frames, output, form=test_release.FORM, facts=test_release.FACTS, config=config)
except OutputUnwritable:
    sys.exit(33)
"""


def test_a_disk_that_fills_up_half_way_leaves_nothing(identity: Path, tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", FULL_DISK, identity, tmp_path / "clip.mp4", here]

    ran = subprocess.run(command, check=False, timeout=120, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})

    assert (ran.returncode, left_in(tmp_path)) == (33, set())


def test_a_mark_that_never_reads_back_ends_without_a_file(
    tmp_path: Path, installation: ReleaseConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []

    def counted() -> Iterator[Picture]:
        passes.append(1)
        black = np.zeros((256, 256, 3), np.uint8)
        return pictures_from_frames((Frame(black, n / 24) for n in range(4)), rate=Fraction(24))

    with pytest.raises(NoMarkPossible, match="36 dB"):
        let_out(tmp_path / "clip.mp4", installation, pictures=counted)

    assert len(passes) == len(ladder(41.5))
    assert (left_in(tmp_path), records_of(installation)) == (set(), [])


def test_the_ladder_only_goes_up_in_strength_and_ends_at_36_db() -> None:
    steps = list(ladder(49.0))

    assert steps == sorted(steps, reverse=True)
    assert steps[-1] == LADDER_DB[-1] == 36.0


def test_a_strength_below_36_db_is_tried_alone() -> None:
    assert ladder(35.0) == (35.0,)


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (Extraction("decoded", "sealreel.1", payload=Payload(record_id=1), p_value_log10=-9.0), True),
        (Extraction("decoded", "sealreel.1", payload=Payload(record_id=1), p_value_log10=-8.9), False),
        (Extraction("decoded", "sealreel.1", payload=Payload(record_id=1)), False),
        (Extraction("decoded", "sealreel.1", payload=Payload(record_id=2), p_value_log10=-90.0), False),
        (Extraction("present", "sealreel.1", p_value_log10=-90.0), False),
        (Extraction("not_found", "sealreel.1"), False),
    ],
)
def test_only_the_proven_payload_reads_back(found: Extraction, good: bool) -> None:
    assert reads_back(found, Payload(record_id=1), load_method()) is good


@pytest.mark.benchmark
@pytest.mark.parametrize("method", ["dwtDctSvd", "rivaGan"])
def test_a_peer_s_mark_leads_to_the_record_too(
    tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig, method: str
) -> None:
    from sealreel.media import remux

    pytest.importorskip("imwatermark", reason="the extra `peers` is not installed")
    let_out(tmp_path / "clip.mp4", replace(installation, method=method))
    remux(tmp_path / "clip.mp4", tmp_path / "stripped.mp4")

    verdict = verify(tmp_path / "stripped.mp4", replace(look, methods=(method,)))

    assert (verdict.conclusion, verdict.watermark.p_value_log10) == ("recovered", None)
    assert verdict.reasons[0].code == "recovered.by_watermark"

"""`invisible-watermark` and `blind-watermark` behind the same interface."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.errors import MissingExtra, NoMarkPossible, UnsupportedMedia
from sealreel.media import Encoding, Picture, generated_form, probe, write_pictures
from sealreel.provenance import Payload
from sealreel.provenance.watermark import Strength, WatermarkKey, load_method, psnr_y

Planes = list[NDArray[np.uint8]]
Pictures = Callable[[Iterable[NDArray[np.uint8]]], Iterator[Picture]]

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("imwatermark") is None, reason="the extra `peers` is not installed"
)
PEERS = ["dwtDct", "dwtDctSvd"]


@pytest.mark.parametrize("name", [*PEERS, "rivaGan"])
def test_a_missing_package_says_how_to_get_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imwatermark", None)

    with pytest.raises(MissingExtra, match=r"pip install 'sealreel\[peers\]'"):
        load_method(name)


@needs_package
@pytest.mark.parametrize(("name", "bits"), [("dwtDct", 64), ("dwtDctSvd", 64), ("rivaGan", 32)])
def test_a_peer_says_what_it_holds_and_proves_nothing(name: str, bits: int) -> None:
    method = load_method(name)

    assert (method.name, method.capacity_bits, method.proves_presence) == (name, bits, False)


def _written(pictures: Iterable[Picture], path: Path) -> Path:
    write_pictures(pictures, path, form=generated_form(480, 360, rate=Fraction(25)), encoding=Encoding(crf=6))
    return path


@needs_package
def test_dwt_dct_svd_reads_back_after_a_light_encode(
    clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload, tmp_path: Path
) -> None:
    method = load_method("dwtDctSvd")
    marked = method.embed(pictures(clip), payload, key, strength=Strength())
    found = method.extract(probe(_written(marked, tmp_path / "marked.mp4")), [key])

    assert (found.status, found.payload) == ("decoded", payload)


@needs_package
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_never_claims_presence_or_a_p_value(
    name: str, clip: Planes, pictures: Pictures, key: WatermarkKey, tmp_path: Path
) -> None:
    found = load_method(name).extract(probe(_written(pictures(clip), tmp_path / "plain.mp4")), [key])

    assert found.status in ("decoded", "not_found")
    assert found.p_value_log10 is None


@needs_package
def test_riva_gan_carries_the_low_32_bits_as_a_handle(
    clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload, tmp_path: Path
) -> None:
    method = load_method("rivaGan")
    marked = method.embed(pictures(clip[:1]), payload, key, strength=Strength())
    found = method.extract(probe(_written(marked, tmp_path / "marked.mp4")), [key])

    assert (found.payload, found.capacity_bits) == (None, 32)
    assert found.status == "not_found" or found.handle == payload.to_int() & 0xFFFFFFFF


@needs_package
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_changes_a_picture_but_little(
    name: str, clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    marked = next(load_method(name).embed(pictures(clip), payload, key, strength=Strength()))

    assert psnr_y(clip[0], marked.luma) > 38.0
    assert marked.chroma[0].shape == (180, 240)


@needs_package
def test_a_picture_too_small_for_a_peer_is_refused(pictures: Pictures, key: WatermarkKey, payload: Payload) -> None:
    small = pictures([np.full((255, 256), 90, np.uint8)])

    with pytest.raises(NoMarkPossible, match="256 × 256"):
        next(load_method("dwtDct").embed(small, payload, key, strength=Strength()))


@needs_package
def test_deep_video_is_refused_by_a_peer(key: WatermarkKey, payload: Payload) -> None:
    deep = np.full((256, 256), 400, np.uint16)
    picture = Picture(luma=deep, chroma=(deep, deep), bit_depth=10, pts=0, time_base=Fraction(1, 25))

    with pytest.raises(UnsupportedMedia, match="10 bits"):
        next(load_method("dwtDctSvd").embed([picture], payload, key, strength=Strength()))


@needs_package
def test_a_small_file_holds_nothing_for_a_peer(key: WatermarkKey, pictures: Pictures, tmp_path: Path) -> None:
    path = tmp_path / "small.mp4"
    write_pictures(
        pictures([np.full((64, 64), 90, np.uint8)] * 3), path, form=generated_form(64, 64, rate=Fraction(25))
    )

    assert load_method("dwtDct").extract(probe(path), [key]).status == "not_found"


needs_blind_watermark = pytest.mark.skipif(
    importlib.util.find_spec("blind_watermark") is None, reason="the extra `peers` is not installed"
)


def test_a_missing_blind_watermark_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "blind_watermark", None)

    with pytest.raises(MissingExtra, match=r"pip install 'sealreel\[peers\]'"):
        load_method("blind_watermark")


@needs_blind_watermark
def test_blind_watermark_reads_back_after_a_light_encode(
    clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload, tmp_path: Path
) -> None:
    method = load_method("blind_watermark")
    marked = method.embed(pictures(clip[:4]), payload, key)
    found = method.extract(probe(_written(marked, tmp_path / "marked.mp4")), [key])

    assert (found.status, found.payload, found.p_value_log10) == ("decoded", payload, None)


@needs_blind_watermark
def test_blind_watermark_needs_more_blocks_than_bits(pictures: Pictures, key: WatermarkKey, payload: Payload) -> None:
    method = load_method("blind_watermark")

    with pytest.raises(NoMarkPossible, match="more than 64 blocks"):
        next(method.embed(pictures([np.full((64, 64), 90, np.uint8)]), payload, key))
    assert next(method.embed(pictures([np.full((72, 64), 90, np.uint8)]), payload, key)).luma.shape == (72, 64)


@needs_blind_watermark
def test_importing_blind_watermark_prints_nothing_and_leaves_processes_alone() -> None:
    program = (
        "import multiprocessing as m; m.set_start_method('spawn')\n"
        "from sealreel.provenance.watermark import load_method; load_method('blind_watermark')\n"
        "assert m.get_start_method() == 'spawn'"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

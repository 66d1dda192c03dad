"""TrustMark and Video Seal: what is said where they are missing, and how they are called, on stand-ins.

Neither has weights in a package registry, so nothing here says how well they mark.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.errors import MissingExtra, ModelUnavailable
from sealreel.media import Encoding, Picture, generated_form, probe, write_pictures
from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey, load_method

Planes = list[NDArray[np.uint8]]
Pictures = Callable[[Iterable[NDArray[np.uint8]]], Iterator[Picture]]


def test_a_missing_trustmark_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustmark", None)

    with pytest.raises(MissingExtra, match=r"pip install trustmark==0\.9\.2"):
        load_method("trustmark")


def test_missing_weights_of_trustmark_say_where_they_are_expected(trustmark_package: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"weights are missing: expected .*trustmark_Q\.yaml.* encoder_Q\.ckpt"):
        load_method("trustmark")


def test_other_weights_than_trustmark_knows_are_refused(trustmark_weights: None, trustmark_package: Path) -> None:
    (trustmark_package / "decoder_Q.ckpt").write_bytes(b"cut off")

    with pytest.raises(ModelUnavailable, match=r"decoder_Q\.ckpt is not the file that trustmark knows: MD5"):
        load_method("trustmark")


def test_a_missing_torch_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(MissingExtra, match=r"videoseal runs on torch.* pip install torch"):
        load_method("videoseal")


def test_missing_weights_of_video_seal_say_where_they_are_expected(videoseal_folder: Path) -> None:
    pytest.importorskip("torch", reason="the extra `generate` is not installed")

    with pytest.raises(ModelUnavailable, match=f"weights are missing: expected {videoseal_folder}/y_256b_img.jit"):
        load_method("videoseal")


def test_a_file_that_is_no_torchscript_is_refused(videoseal_weights: None, videoseal_folder: Path) -> None:
    (videoseal_folder / "y_256b_img.jit").write_bytes(b"not a model")

    with pytest.raises(ModelUnavailable, match="expected Video Seal's TorchScript file"):
        load_method("videoseal")


@pytest.mark.parametrize("name", ["trustmark", "videoseal"])
def test_a_neural_peer_marks_and_reads_frames_with_the_whole_payload(
    name: str,
    request: pytest.FixtureRequest,
    clip: Planes,
    pictures: Pictures,
    key: WatermarkKey,
    payload: Payload,
    tmp_path: Path,
) -> None:
    request.getfixturevalue(f"{name}_weights")
    method = load_method(name)
    form = generated_form(480, 360, rate=Fraction(25))
    marked = method.embed(pictures(clip[:3]), payload, key)
    write_pictures(marked, tmp_path / "marked.mp4", form=form, encoding=Encoding(crf=10))

    found = method.extract(probe(tmp_path / "marked.mp4"), [])

    assert (found.status, found.payload, found.p_value_log10) == ("decoded", payload, None)


def test_frames_in_which_trustmark_finds_nothing_do_not_vote(
    trustmark_weights: None, clip: Planes, pictures: Pictures, tmp_path: Path
) -> None:
    form = generated_form(480, 360, rate=Fraction(25))
    write_pictures(pictures(clip[:2]), tmp_path / "plain.mp4", form=form)

    found = load_method("trustmark").extract(probe(tmp_path / "plain.mp4"), [])

    assert (found.status, found.frames_read, found.statistic) == ("not_found", 2, 0.0)

"""One hash says which weights these are, and a card that names others is not believed."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sealreel.errors import ModelUnavailable, WeightsInvalid
from sealreel.generator.loader import load_pipeline
from sealreel.generator.weights import weights_sha256


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for part, content in (("vae", b"second"), ("transformer", b"first")):
        (tmp_path / part).mkdir()
        (tmp_path / part / "model.safetensors").write_bytes(content)
    (tmp_path / "vae" / "config.json").write_text("{}")
    return tmp_path


def test_it_is_what_sha256sum_prints_of_what_sha256sum_prints(directory: Path) -> None:
    first, second = (hashlib.sha256(content).hexdigest() for content in (b"first", b"second"))
    printed = f"{first}  transformer/model.safetensors\n{second}  vae/model.safetensors\n"

    assert weights_sha256(directory) == hashlib.sha256(printed.encode()).hexdigest()


def test_another_byte_is_another_hash_and_another_setting_is_not(directory: Path) -> None:
    before = weights_sha256(directory)
    (directory / "vae" / "config.json").write_text("[]")
    assert weights_sha256(directory) == before

    (directory / "vae" / "model.safetensors").write_bytes(b"secone")
    assert weights_sha256(directory) != before


def test_a_blob_of_the_hubs_cache_is_known_by_its_name(directory: Path, tmp_path: Path) -> None:
    before = weights_sha256(directory)
    weights = directory / "vae" / "model.safetensors"
    blob = tmp_path / "blobs" / hashlib.sha256(b"second").hexdigest()
    blob.parent.mkdir()
    blob.write_bytes(b"not read")
    weights.unlink()
    weights.symlink_to(blob)

    assert weights_sha256(directory) == before


def test_a_directory_without_weights_has_no_hash(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="holds no weights"):
        weights_sha256(tmp_path)


def test_a_loaded_pipeline_knows_its_weights(models: Callable[[str], Path]) -> None:
    assert load_pipeline(str(models("ltx")), device="cpu").weights_sha256 == weights_sha256(models("ltx"))


def test_weights_that_the_card_does_not_name_are_refused(copy_of: Callable[[str], Path]) -> None:
    directory = copy_of("windows")
    card = json.loads((directory / "sealreel.json").read_text())
    (directory / "sealreel.json").write_text(json.dumps(card | {"weights_sha256": "0" * 64}))

    with pytest.raises(WeightsInvalid, match="names weights 0000"):
        load_pipeline(str(directory), device="cpu")

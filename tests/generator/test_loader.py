"""Any stock video pipeline loads from its directory; anything doubtful is refused before a weight is read."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import ModelUnavailable, NotAVideoModel
from sealreel.generator import loader
from sealreel.generator.loader import LoadedPipeline, load_pipeline
from sealreel.generator.model_card import CARD_NAME, read_card

Models = Callable[[str], Path]


def rewrite_index(directory: Path, **values: Any) -> Path:
    path = directory / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    return directory


def rewrite_weights(directory: Path, part: str, change: Callable[[dict[str, Any]], object]) -> None:
    safetensors: Any = pytest.importorskip("safetensors.torch")
    (path,) = (directory / part).glob("*.safetensors")
    weights: dict[str, Any] = safetensors.load_file(path)
    change(weights)
    safetensors.save_file(weights, path, {"format": "pt"})


def load(directory: Path) -> LoadedPipeline:
    return load_pipeline(str(directory), device="cpu")


@pytest.mark.parametrize(
    ("family", "name", "rules"),
    [
        ("ltx", "LTXPipeline", (1, 8, 32)),
        ("wan", "WanPipeline", (1, 4, 16)),
        ("latte", "LattePipeline", (1, 1, 8)),
        ("text_to_video_sd", "TextToVideoSDPipeline", (1, 1, 8)),
    ],
)
def test_a_video_pipeline_loads_with_its_rules_and_without_a_word(
    models: Models, family: str, name: str, rules: tuple[int, int, int], capfd: pytest.CaptureFixture[str]
) -> None:
    pipeline = load(models(family))

    assert pipeline.keywords.pipeline == name
    assert (pipeline.rules.frame_first, pipeline.rules.frame_step, pipeline.rules.size_step) == rules
    assert pipeline.placement.device == "cpu"
    assert capfd.readouterr() == ("", "")


def test_a_pipeline_that_makes_pictures_is_refused(models: Models) -> None:
    with pytest.raises(NotAVideoModel, match="StableDiffusionPipeline makes no video"):
        load(models("still"))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("./no/such/dir", "no such directory, and not a hub id"),
        ("../x", "no such directory"),
        ("", "has no model_index.json|no such directory"),
        ("https://example.org/model", "no such directory"),
    ],
)
def test_what_is_not_there_is_unavailable(
    model: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ModelUnavailable, match=said):
        load_pipeline(model)


def test_a_hub_id_is_not_fetched_when_offline() -> None:
    with pytest.raises(ModelUnavailable, match=r"sealreel-tests/none is not in the local cache \(offline\)"):
        load_pipeline("sealreel-tests/none", offline=True)


def test_a_file_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")

    with pytest.raises(ModelUnavailable, match="is a file; a model is a diffusers directory"):
        load(tmp_path / "model.safetensors")


def test_a_directory_without_an_index_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"has no model_index\.json"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "\xff\xfe"])
def test_a_broken_index_is_unavailable(tmp_path: Path, text: str) -> None:
    (tmp_path / "model_index.json").write_bytes(text.encode("latin-1"))

    with pytest.raises(ModelUnavailable, match=r"model_index\.json"):
        load(tmp_path)


@pytest.mark.parametrize("part", ["transformer", "text_encoder"])
def test_pickled_weights_are_refused(copy_of: Models, part: str) -> None:
    directory = copy_of("ltx")
    (weights,) = (directory / part).glob("*.safetensors")
    weights.rename(weights.with_suffix(".bin"))

    with pytest.raises(ModelUnavailable, match="is pickled, which can run code; convert it to safetensors"):
        load(directory)


@pytest.mark.parametrize("part", ["transformer", "text_encoder"])
def test_a_weight_that_is_not_in_the_file_is_an_error_not_a_random_number(copy_of: Models, part: str) -> None:
    directory = copy_of("ltx")
    norm = "encoder.block.0.layer.0.layer_norm.weight" if part == "text_encoder" else "proj_out.bias"
    rewrite_weights(directory, part, lambda weights: weights.pop(norm))

    with pytest.raises(ModelUnavailable, match="incomplete, weights are missing"):
        load(directory)


def test_cut_off_weights_are_an_error(copy_of: Models) -> None:
    directory = copy_of("wan")
    (weights,) = (directory / "vae").glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:2000])

    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        load(directory)


def test_a_missing_part_is_an_error(copy_of: Models) -> None:
    directory = copy_of("wan")
    shutil.rmtree(directory / "vae")

    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        load(directory)


def test_code_that_a_model_brings_is_never_run(copy_of: Models, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    directory = rewrite_index(copy_of("ltx"), _class_name=["pipeline", "Mine"])
    (directory / "pipeline.py").write_text(f"open({str(ran)!r}, 'w')")

    with pytest.raises(ModelUnavailable, match="names its own code"):
        load(directory)
    assert not ran.exists()


def test_a_part_from_another_library_is_refused_before_that_is_imported(copy_of: Models) -> None:
    directory = rewrite_index(copy_of("ltx"), vae=["antigravity", "Vae"])

    with pytest.raises(ModelUnavailable, match="part 'vae' comes from 'antigravity'"):
        load(directory)
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("name", ["NoSuchPipeline", "__version__", "os.system"])
def test_an_unknown_class_is_unavailable(copy_of: Models, name: str) -> None:
    with pytest.raises(ModelUnavailable, match="has no pipeline"):
        load(rewrite_index(copy_of("ltx"), _class_name=name))


def test_a_class_that_is_no_pipeline_is_refused(copy_of: Models) -> None:
    with pytest.raises(NotAVideoModel, match="is not a pipeline"):
        load(rewrite_index(copy_of("ltx"), _class_name="AutoencoderKL"))


def test_cuda_is_not_replaced_by_the_cpu_quietly(models: Models) -> None:
    torch: Any = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")

    with pytest.raises(ModelUnavailable, match="CUDA was asked for"):
        load_pipeline(str(models("ltx")), device="cuda")


def test_the_embedded_model_is_a_directory_inside_the_package() -> None:
    assert Path(loader.__file__).parent / "embedded" == loader.EMBEDDED


def test_the_models_card_gives_the_defaults(tmp_path: Path) -> None:
    card = {"name": "tiny", "version": "1", "frames": 16, "fps": "30000/1001", "steps": 8, "guidance_scale": 3}
    (tmp_path / CARD_NAME).write_text(json.dumps(card))

    read = read_card(tmp_path, name="directory")

    assert (read.name, read.version, read.frames, read.steps) == ("tiny", "1", 16, 8)
    assert read.fps == Fraction(30000, 1001)
    assert (read.guidance_scale, read.width) == (3.0, None)


def test_a_directory_without_a_card_is_named_after_itself(tmp_path: Path) -> None:
    assert read_card(tmp_path, name="directory").name == "directory"


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"frames": "many"}', '{"fps": "1/0"}', '{"steps": 0}', '{"frames": true}']
)
def test_a_broken_card_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / CARD_NAME).write_text(text)

    with pytest.raises(ModelUnavailable, match=r"the model's card must be a JSON object"):
        read_card(tmp_path, name="directory")


def test_importing_the_generator_loads_neither_torch_nor_diffusers() -> None:
    heavy = ["torch", "diffusers", "transformers"]
    code = f"import sys, sealreel.generator; print([m for m in {heavy} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_missing_extra_names_the_pip_command() -> None:
    code = (
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'diffusers' else find(name, *rest)\n"
        "from sealreel.generator.loader import load_pipeline\n"
        "from sealreel.errors import MissingExtra\n"
        "try: load_pipeline('.')\n"
        "except MissingExtra as error: print(error)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "generating needs diffusers: pip install 'sealreel[generate]'"

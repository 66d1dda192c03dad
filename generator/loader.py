"""Load any diffusers video pipeline from a directory or a hub id: safetensors only, no code from the model."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from ..errors import ModelUnavailable, NotAVideoModel, WeightsInvalid
from .adapter import Keywords, keywords_of
from .memory import Device, Placement, dtype_for, place
from .model_card import ModelCard, read_card
from .rules import Rules, rules_of
from .siblings import Start, class_for
from .third_party import hushed, load_module
from .weights import weights_sha256

EMBEDDED = Path(__file__).parent / "embedded"
"""The model that ships with the package: a stock diffusers directory, loaded like any other."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_LIBRARIES = ("diffusers", "transformers")
_IN_WINDOWS = ("LTXPipeline", "LTXImageToVideoPipeline")
"""Classes whose parts `sampling` knows."""
_SMALL_BYTES = 256 << 20
_MADE_UP = re.compile(r"newly initialized|\bMISSING\b")
"""What diffusers and transformers warn of when a weight is not in the file and they draw a random one instead."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPipeline:
    """A video pipeline in memory, and what is known of it."""

    model: str
    """As it was asked for: `embedded`, a directory, a hub id."""
    card: ModelCard
    keywords: Keywords
    rules: Rules
    placement: Placement
    pipe: Any
    """The diffusers pipeline."""
    sides: Any | None = None
    """Readers of left and right (`sides.Sides`) of a model that has some."""
    matcher: Any | None = None
    """Readers of words and half-made clips (`matching.Matcher`) of a model that has some."""
    weights_sha256: str | None = None
    """Which weights these are, see `weights`; None for a pipeline that was not loaded from files."""


def load_pipeline(
    model: str = "embedded", *, device: Device = "auto", offline: bool = False, start: Start = "text"
) -> LoadedPipeline:
    """Load a pipeline that makes video from text, or from text and a picture.

    The class is looked at before any weight is read. Weights are safetensors; code that a model brings is never run;
    a weight that the files do not hold is an error, not a random number. Nothing is fetched for a directory; a hub id
    is fetched because the caller named it.

    Args:
        model: `embedded`, a diffusers directory, or a hub id (`owner/name`).
        device: `auto` takes CUDA if there is one.
        offline: Take a hub id from the local cache only.
        start: What clips are to start from. With a picture, a text-to-video model is loaded with the class of its
            family that takes one, where the same weights do both.

    Raises:
        ModelUnavailable: Not there, not a diffusers directory, incomplete, or with pickled weights only.
        WeightsInvalid: Not the weights that its card names.
        NotAVideoModel: Its pipeline makes something else, or needs more than there is to start from.
        OptionUnsupported: It takes no picture.
        MissingExtra: The extra `generate` is not installed.
    """
    with hushed() as heard:
        directory = _locate(model)
        index_path = _fetch_index(model, offline=offline) if directory is None else directory / "model_index.json"
        index = _read_index(index_path)
        pipeline_class = class_for(start, _class_of(model, index), index)
        keywords = keywords_of(pipeline_class.__name__, pipeline_class.__call__, start=start)
        if directory is not None:
            _refuse_pickles(directory, index)
        commit = index_path.parent.name if directory is None else None  # the cache's snapshots/COMMIT/
        pipe = _from_pretrained(
            pipeline_class,
            model if directory is None else str(directory.resolve()),
            dtype=dtype_for("cpu" if directory is not None and _is_small(directory) else device),
            revision=commit,
            local_files_only=offline or directory is not None,
        )
        _refuse_made_up(model, heard)
        pipe.set_progress_bar_config(disable=True)
        placement = place(pipe, device)
    name = model if directory is None else directory.resolve().name
    card = read_card(index_path.parent, name=name)
    if card.overlap is not None and keywords.pipeline not in _IN_WINDOWS:
        raise ModelUnavailable(
            f"{name}: its card asks for windows (overlap), which {keywords.pipeline} cannot be run in"
        )
    from .matching import load_matcher  # needs torch, which is there by now
    from .sides import load_sides

    found = weights_sha256(index_path.parent)
    if card.weights_sha256 not in (None, found):
        raise WeightsInvalid(
            f"{name}: its card names weights {card.weights_sha256}, the files are {found}; get the model again"
        )
    return LoadedPipeline(
        model=model,
        card=card if commit is None or card.version is not None else replace(card, version=commit),
        keywords=keywords,
        rules=rules_of(pipe),
        placement=placement,
        pipe=pipe,
        sides=load_sides(index_path.parent, getattr(pipe, "tokenizer", None)),
        matcher=load_matcher(index_path.parent, pipe),
        weights_sha256=found,
    )


def _locate(model: str) -> Path | None:
    """Return the directory that is meant, or None for a hub id."""
    if model == "embedded":
        if not (EMBEDDED / "model_index.json").is_file():
            raise ModelUnavailable(
                f"the embedded model is not installed ({EMBEDDED}); reinstall sealreel, or name a model"
            )
        return EMBEDDED
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise ModelUnavailable(f"{path} is a file; a model is a diffusers directory (model_index.json) or a hub id")
    if _HUB_ID.fullmatch(model):
        return None
    raise ModelUnavailable(f"{model}: no such directory, and not a hub id (owner/name)")


def _is_small(directory: Path) -> bool:
    """Whether the weights take so little that fp32 costs a GPU nothing."""
    return sum(path.stat().st_size for path in directory.glob("*/*.safetensors")) < _SMALL_BYTES


def _read_index(path: Path) -> dict[str, Any]:
    try:
        index: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelUnavailable(f"{path.parent} has no model_index.json; a diffusers directory is needed") from error
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{path} is not readable JSON: {error}") from error
    if not isinstance(index, dict):
        raise ModelUnavailable(f"{path} holds {type(index).__name__}, an object is needed")
    return cast("dict[str, Any]", index)


def _fetch_index(model: str, *, offline: bool) -> Path:
    """Fetch model_index.json of a hub model and nothing else yet."""
    hub = load_module("huggingface_hub")
    try:
        return Path(hub.hf_hub_download(model, "model_index.json", local_files_only=offline))
    except (OSError, ValueError, hub.errors.HfHubHTTPError) as error:
        how = "is not in the local cache (offline)" if offline else "could not be fetched from the hub"
        raise ModelUnavailable(f"{model} {how}: {_first_line(error)}") from error


def _class_of(model: str, index: dict[str, Any]) -> Any:
    """Return the pipeline class that the index names, if it and its parts are stock ones."""
    diffusers = load_module("diffusers")
    name = index.get("_class_name")
    if not isinstance(name, str):
        raise ModelUnavailable(
            f"{model} names its own code as pipeline ({name!r:.80}); only diffusers' classes are run"
        )
    for part, source in index.items():
        library = cast("list[Any]", source)[0] if isinstance(source, list) and source else None
        if library is not None and library not in _LIBRARIES and not hasattr(diffusers.pipelines, str(library)):
            raise ModelUnavailable(
                f"{model}: part {part!r:.40} comes from {library!r:.40}; only {', '.join(_LIBRARIES)} are"
            )
    found = getattr(diffusers, name, None) if name.isidentifier() and not name.startswith("_") else None
    if found is None:
        raise ModelUnavailable(f"{model}: diffusers {diffusers.__version__} has no pipeline {name!r:.80}")
    if not (isinstance(found, type) and issubclass(found, diffusers.DiffusionPipeline)):
        raise NotAVideoModel(f"{model}: {name!r:.80} is not a pipeline")
    return found


def _refuse_pickles(directory: Path, index: dict[str, Any]) -> None:
    for part in (name for name, source in index.items() if isinstance(source, list)):
        files = [path.name for path in (directory / part).glob("*")] if (directory / part).is_dir() else []
        pickled = [name for name in files if name.endswith(_PICKLES)]
        if pickled and not any(name.endswith(".safetensors") for name in files):
            raise ModelUnavailable(
                f"{directory / part / pickled[0]} is pickled, which can run code; convert it to safetensors "
                "(save_pretrained does)"
            )


def _from_pretrained(pipeline_class: Any, model: str, **options: Any) -> Any:
    try:
        return pipeline_class.from_pretrained(model, use_safetensors=True, trust_remote_code=False, **options)
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise ModelUnavailable(f"{model} could not be loaded: {_first_line(error)}") from error


def _refuse_made_up(model: str, heard: list[str]) -> None:
    made_up = [line for line in heard if _MADE_UP.search(line)]
    if made_up:
        raise ModelUnavailable(f"{model} is incomplete, weights are missing: {_first_line(made_up[0])}")


def _first_line(error: object) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__

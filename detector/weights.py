# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch and safetensors leave many types open)
"""A folder of weights: the tensors, the graph that points into them, and the card that says what they are."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import ModelUnavailable, WeightsInvalid

if TYPE_CHECKING:
    from .network import Network

SHIPPED = Path(__file__).parent / "weights"
WEIGHTS, GRAPH, CARD = "detector.safetensors", "detector.onnx", "card.json"
SCHEMA = "sealreel.detector/1"
CARD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class WeightsCard:
    """What a folder of weights says of itself; the hashes bind it to the two files beside it."""

    name: str
    version: str
    backbone: str
    """timm's name of the network under the heads."""
    sha256: str
    """Of the safetensors file."""
    graph_sha256: str
    """Of the ONNX file."""
    licence: str
    training_hash: str
    """SHA-256 of what went in: the rows, the recipe, the seed, the first weights."""
    trained_on: Mapping[str, int]
    """Clips a source."""
    heads: Mapping[str, Any]
    """Calibration and operating points a head; see `calibration`."""
    notes: Mapping[str, Any]
    """Where and how long it was trained, and whatever the model card tells besides."""

    def as_json(self) -> dict[str, Any]:
        """Return what `card.json` keeps."""
        return {"schema": SCHEMA} | {
            field: dict(value) if isinstance(value := getattr(self, field), Mapping) else value
            for field in self.__dataclass_fields__
        }


def read_card(folder: Path) -> WeightsCard:
    """Read the card of a folder; the files it speaks of are checked by `check_weights`.

    Raises:
        ModelUnavailable: The folder holds no weights.
        WeightsInvalid: The card cannot be understood.
    """
    file = folder / CARD
    try:
        with file.open("rb") as stream:
            text = stream.read(CARD_BYTES + 1)
    except OSError as error:
        raise ModelUnavailable(
            f"{file}: {error.strerror}; expected a folder with {WEIGHTS}, {GRAPH}, {CARD}"
        ) from error
    try:
        value = cast(dict[str, Any], json.loads(text))
        if value.pop("schema") != SCHEMA:
            raise WeightsInvalid(f"{file}: not of the form {SCHEMA}; get the weights again")
        card = WeightsCard(**value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsInvalid(f"{file}: {error}; not a card of detector weights") from error
    return card


def check_weights(folder: Path, card: WeightsCard) -> None:
    """Compare the files with the card's hashes.

    Raises:
        ModelUnavailable: A file is missing.
        WeightsInvalid: A file is not the one that the card describes.
    """
    for name, wanted in ((WEIGHTS, card.sha256), (GRAPH, card.graph_sha256)):
        found = sha256_of(folder / name)
        if found != wanted:
            raise WeightsInvalid(
                f"{folder / name}: SHA-256 {found[:16]}…, its card says {wanted[:16]}…; "
                "the file was changed or belongs to another version, get both again"
            )


def sha256_of(file: Path) -> str:
    """Return the file's SHA-256 in hexadecimal.

    Raises:
        ModelUnavailable: It cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"{file}: {error.strerror}; the folder of weights is incomplete") from error


def write_card(folder: Path, card: WeightsCard) -> None:
    """Write `card.json` whole or not at all."""
    draft = folder / (CARD + ".draft")
    draft.write_text(json.dumps(card.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(folder / CARD)


def load_network(folder: Path, card: WeightsCard) -> "Network":
    """Build the network in torch with this folder's weights, in evaluation mode.

    Raises:
        WeightsInvalid: The file holds another network.
    """
    from safetensors.torch import load_file

    from .network import Network

    tensors = {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS).items()}
    early = {name.split(".")[1] for name in tensors if name.startswith("early_spots.")}  # none in version 1
    network = Network(card.backbone, early=len(early))
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    # Counters of batches are no weights; nothing else may be missing.
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise WeightsInvalid(f"{folder / WEIGHTS}: not the weights of a {card.backbone} detector")
    return network.eval()

"""What is in force: flags, then SEALREEL_* variables, then sealreel.toml, then defaults; each value with its source."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from ..errors import SettingsInvalid
from .values import PARSERS, Preset, TimestampMode, WatermarkCheck

FILE_NAME = "sealreel.toml"
PREFIX = "SEALREEL_"
_OTHER_VARIABLES = frozenset({"CONFIG", "CONFIG_DIR", "DATA_DIR", "DEBUG"})
"""`SEALREEL_*` variables that say where to look or how to report, not what is in force."""


@dataclass(frozen=True, slots=True)
class Directories:
    """Where an installation keeps its things."""

    config: Path
    data: Path

    @property
    def keys(self) -> Path:
        """Signing identity and watermark keys."""
        return self.config / "keys"

    @property
    def trust(self) -> Path:
        """Anchors that the user chose to trust, a folder a kind."""
        return self.config / "trust"

    @property
    def detector_calibration(self) -> Path:
        """Where calibrate leaves the thresholds that detect then uses."""
        return self.data / "detector-calibration.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set once instead of said each time."""

    store: str
    """Where records are kept: a SQLAlchemy URL."""
    signer: str = "local"
    """Who signs: `local`, `pem:CHAIN,KEY`, `pkcs11:…` or `awskms:KEY_ID,CHAIN`."""
    signer_password_file: Path | None = None
    """A file whose first line is the key's password or the token's PIN; else it is asked for on a terminal."""
    tsa_url: str | None = None
    """The RFC 3161 time stamp authority to ask; none by default, so nothing is asked."""
    timestamp: TimestampMode = "none"
    """`required` fails without a time stamp, `best-effort` notes its absence. `required` where only tsa_url is set."""
    trust: tuple[Path, ...] = ()
    """PEM files of manifest signers to trust, besides those of `sealreel keys trust` and the own root."""
    online: bool = False
    """Whether verify may fetch what a file points at."""
    watermark: WatermarkCheck = "auto"
    """Whether verify reads the pixels: `auto` does where the manifest alone does not settle it."""
    thorough: bool = False
    """Whether verify reads the pixels to their end instead of stopping at the first sure mark."""
    fail_on: tuple[str, ...] = ()
    """The only verdicts for which verify ends with a code other than 0; empty: all of them."""
    watermark_method: str = "sealreel.1"
    """How pixels are marked: sealreel.1, a peer such as dwtDctSvd (extra `peers`), or a registered method."""
    watermark_strength: float | None = None
    """PSNR-Y in dB that the mark may cost, 36 to 60: lower is stronger; the method's own default where unset."""
    model: str = "embedded"
    """What generate runs: `embedded`, a diffusers directory or a hub id."""
    style: str | None = None
    """How generate's clips look, for a model whose card names styles; the embedded one has photoreal and animated."""
    quality: bool = False
    """Whether generate takes the model's quality mode: more steps and guidance, and so more time."""
    detector_calibration: str = "auto"
    """Thresholds of detect: `none` for those the weights came with, a file of calibrate, or `auto`: the file that
    calibrate left in the data folder, where there is one."""
    crf: int = 18
    """x264 quality, 0 to 51; lower is better and larger."""
    preset: Preset = "medium"
    """x264 speed."""
    max_pixels: int = 64_000_000
    """Pixels a frame that are decoded of an untrusted file."""
    max_seconds: float = 6 * 3600.0
    """Seconds of video that are decoded of an untrusted file."""


NAMES = tuple(field.name for field in fields(Settings))


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings, where each came from, and where the installation lives."""

    settings: Settings
    sources: Mapping[str, str]
    """Setting to `flag --store`, `variable SEALREEL_STORE`, the path of the settings file, or `default`."""
    directories: Directories
    file: Path | None
    """The settings file that was read."""


def directories(environment: Mapping[str, str]) -> Directories:
    """Return where this installation lives: SEALREEL_*_DIR, else the XDG directories, else those below the home."""
    return Directories(
        config=_directory(environment, "SEALREEL_CONFIG_DIR", "XDG_CONFIG_HOME", ".config"),
        data=_directory(environment, "SEALREEL_DATA_DIR", "XDG_DATA_HOME", ".local/share"),
    )


def _directory(environment: Mapping[str, str], own: str, xdg: str, below_home: str) -> Path:
    if environment.get(own):
        return Path(environment[own]).expanduser().absolute()
    base = environment.get(xdg, "")
    if base.startswith("/"):  # the XDG specification: a relative path is invalid and ignored
        return Path(base, "sealreel")
    try:
        return Path.home() / below_home / "sealreel"
    except RuntimeError as error:
        raise SettingsInvalid(f"no home directory is known; set {own} to a directory of yours") from error


def resolve(
    flags: Mapping[str, object], *, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> InForce:
    """Join the four sources.

    Args:
        flags: Setting to the value given on the command line; None where it was not given.
        file: The settings file named with `--config`; else SEALREEL_CONFIG, else sealreel.toml in the configuration
            directory if it is there.
        environment: The process's own by default.

    Raises:
        SettingsInvalid: A name is unknown or a value impossible; the message names the nearest known.
    """
    environment = os.environ if environment is None else environment
    homes = directories(environment)
    path, from_file = _read_file(homes, file, environment)
    values: dict[str, object] = {"store": f"sqlite:///{homes.data / 'records.sqlite'}"}
    sources = dict.fromkeys(NAMES, "default")
    given = [
        *((name, value, str(path)) for name, value in from_file.items()),
        *((name, text, f"variable {PREFIX}{name.upper()}") for name, text in _variables(environment).items()),
        *((name, value, f"flag {_flag(name)}") for name, value in flags.items() if value is not None),
    ]
    for name, value, source in given:
        values[name] = _checked(name, value, source, beside=path.parent if path and source == str(path) else None)
        sources[name] = source
    if values.get("tsa_url") and sources["timestamp"] == "default":
        values["timestamp"], sources["timestamp"] = "required", "default where tsa_url is set"
    settings = Settings(**cast("dict[str, Any]", values))
    if settings.timestamp != "none" and settings.tsa_url is None:
        raise SettingsInvalid(f"timestamp is {settings.timestamp!r} but no authority is named; set tsa_url (--tsa-url)")
    return InForce(settings=settings, sources=sources, directories=homes, file=path)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _read_file(
    homes: Directories, named: Path | None, environment: Mapping[str, str]
) -> tuple[Path | None, dict[str, object]]:
    if named is None and environment.get("SEALREEL_CONFIG"):
        named = Path(environment["SEALREEL_CONFIG"])
    path = named or homes.config / FILE_NAME
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        if named is None:
            return None, {}
        raise SettingsInvalid(f"{path}: no such settings file; leave --config out to run with the defaults") from error
    except OSError as error:
        raise SettingsInvalid(f"{path}: {error.strerror}; expected a TOML file of settings") from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both
        raise SettingsInvalid(f'{path}: {error}; expected lines like: store = "sqlite:///records.sqlite"') from error
    for name in table:
        _known(name, str(path), name)
    return path, cast("dict[str, object]", table)


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings among the environment's variables; an empty one counts as not set."""
    found: dict[str, str] = {}
    for variable, text in environment.items():
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX) not in _OTHER_VARIABLES:
            name = variable.removeprefix(PREFIX).lower()
            _known(name, "environment", variable)
            if text:
                found[name] = text
    return found


def _known(name: str, source: str, spelled: str) -> None:
    if name in NAMES:
        return
    nearest = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.0)[0]
    nearest = PREFIX + nearest.upper() if spelled.startswith(PREFIX) else nearest
    raise SettingsInvalid(f"{source}: unknown setting {spelled!r}; the nearest known is {nearest!r} (sealreel config)")


def _checked(name: str, value: object, source: str, *, beside: Path | None) -> object:
    """Return the value in its own type; text is parsed, as variables have nothing else."""
    try:
        return PARSERS[name](value, beside)
    except ValueError as error:
        raise SettingsInvalid(f"{name} from {source}: {error}, got {value!r}") from error

"""Flags, variables, the file, defaults: in that order, with the source beside each value."""

import sys
from pathlib import Path

import pytest

from sealreel.errors import SettingsInvalid
from sealreel.service.settings import NAMES, InForce, directories, resolve
from sealreel.service.values import PARSERS


def in_force(tmp_path: Path, text: str = "", flags: dict[str, object] | None = None, **variables: str) -> InForce:
    (tmp_path / "sealreel.toml").write_text(text)
    homes = {"SEALREEL_CONFIG_DIR": str(tmp_path), "SEALREEL_DATA_DIR": str(tmp_path / "data")}
    return resolve(flags or {}, environment={**homes, **variables})


def test_the_default_store_lies_in_the_data_directory(tmp_path: Path) -> None:
    known = in_force(tmp_path)

    assert known.settings.store == f"sqlite:///{tmp_path}/data/records.sqlite"
    assert known.sources["store"] == "default"


def test_the_file_wins_over_the_default(tmp_path: Path) -> None:
    known = in_force(tmp_path, "crf = 20")

    assert (known.settings.crf, known.sources["crf"]) == (20, str(tmp_path / "sealreel.toml"))


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    known = in_force(tmp_path, "crf = 20", SEALREEL_CRF="21")

    assert (known.settings.crf, known.sources["crf"]) == (21, "variable SEALREEL_CRF")


def test_a_flag_wins_over_a_variable(tmp_path: Path) -> None:
    known = in_force(tmp_path, "crf = 20", {"crf": 22}, SEALREEL_CRF="21")

    assert (known.settings.crf, known.sources["crf"]) == (22, "flag --crf")


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert in_force(tmp_path, "crf = 20", {"crf": None}).settings.crf == 20


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert in_force(tmp_path, SEALREEL_CRF="").settings.crf == 18


@pytest.mark.parametrize(("text", "nearest"), [("stroe = 'x'", "store"), ("tsaurl = 'x'", "tsa_url")])
def test_an_unknown_key_names_the_nearest_known(tmp_path: Path, text: str, nearest: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"sealreel.toml: unknown setting .* nearest known is '{nearest}'"):
        in_force(tmp_path, text)


def test_an_unknown_variable_names_the_nearest_known(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsInvalid, match="unknown setting 'SEALREEL_SINGER'; the nearest known is 'SEALREEL_SIGNER'"
    ):
        in_force(tmp_path, SEALREEL_SINGER="local")


@pytest.mark.parametrize(
    "text",
    [
        "crf = 52", "crf = 18.5", "crf = true", "crf = 'low'", "online = 'perhaps'", "timestamp = 'sometimes'",
        "fail_on = ['bad']", "trust = 7", "store = ''", "watermark_strength = 20", "max_seconds = nan", "model = 3",
    ],
)  # fmt: skip
def test_an_impossible_value_says_which_setting_and_what_was_expected(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsInvalid, match=rf"^{text.split(' ', maxsplit=1)[0]} from .*: expected .*, got"):
        in_force(tmp_path, text)


@pytest.mark.parametrize("content", [b"crf =", b"\xff\xfe", b"[[["])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sealreel.toml").write_bytes(content)

    with pytest.raises(SettingsInvalid, match=r"sealreel.toml: .* expected lines like"):
        resolve({}, environment={"SEALREEL_CONFIG_DIR": str(tmp_path)})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no such settings file"):
        resolve({}, file=tmp_path / "other.toml", environment={"SEALREEL_CONFIG_DIR": str(tmp_path)})


def test_a_named_file_replaces_the_users_own(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("preset = 'fast'")
    (tmp_path / "sealreel.toml").write_text("crf = 30")

    known = resolve({}, file=other, environment={"SEALREEL_CONFIG_DIR": str(tmp_path)})

    assert (known.settings.preset, known.settings.crf) == ("fast", 18)


def test_paths_in_the_file_count_from_the_file(tmp_path: Path) -> None:
    assert in_force(tmp_path, "trust = ['roots/a.pem']").settings.trust == (tmp_path / "roots/a.pem",)


def test_a_list_in_a_variable_is_split_as_its_kind_is_written(tmp_path: Path) -> None:
    settings = in_force(tmp_path, SEALREEL_TRUST="a.pem:b.pem", SEALREEL_FAIL_ON="tampered, recovered").settings

    assert settings.trust == (Path("a.pem"), Path("b.pem"))
    assert settings.fail_on == ("tampered", "recovered")


def test_naming_an_authority_makes_the_time_stamp_required(tmp_path: Path) -> None:
    assert in_force(tmp_path, flags={"tsa_url": "http://tsa.example"}).settings.timestamp == "required"


def test_a_time_stamp_without_an_authority_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no authority is named"):
        in_force(tmp_path, flags={"timestamp": "best-effort"})


def test_directories_follow_the_xdg_specification() -> None:
    homes = directories({"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "relative", "HOME": "/ignored"})

    assert homes.config == Path("/c/sealreel")
    assert homes.data == Path.home() / ".local/share/sealreel"


def test_every_setting_has_a_parser() -> None:
    assert set(PARSERS) == set(NAMES)


def test_the_methods_are_those_of_the_library(tmp_path: Path) -> None:
    from sealreel.provenance.watermark import METHOD_NAMES

    assert [in_force(tmp_path, SEALREEL_WATERMARK_METHOD=name).settings.watermark_method for name in METHOD_NAMES] == [
        *METHOD_NAMES
    ]


def test_an_unknown_method_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"expected one of sealreel\.1, dwtDct"):
        in_force(tmp_path, SEALREEL_WATERMARK_METHOD="stegastamp")


def test_a_registered_method_may_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "site" / "acme-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[sealreel.watermark_methods]\nacme = not_imported:Method\n")
    monkeypatch.setattr(sys, "path", [str(info.parent), *sys.path])

    assert in_force(tmp_path, 'watermark_method = "acme"').settings.watermark_method == "acme"


def test_a_calibration_is_a_word_or_a_file_beside_the_settings(tmp_path: Path) -> None:
    assert in_force(tmp_path).settings.detector_calibration == "auto"
    assert in_force(tmp_path, "detector_calibration = 'none'").settings.detector_calibration == "none"
    beside = in_force(tmp_path, "detector_calibration = 'mine.json'").settings.detector_calibration
    assert beside == str(tmp_path / "mine.json")

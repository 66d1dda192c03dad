"""`sealreel config` as a user types it."""

from collections.abc import Callable
from typing import Any

from sealreel.service.settings import NAMES

Run = Callable[..., Any]


def test_every_setting_is_printed_with_its_source(shell: Run) -> None:
    settings = shell("config", "--json").answer["settings"]

    assert set(settings) == set(NAMES)
    assert settings["crf"] == {"value": 18, "source": "default"}


def test_the_settings_file_may_be_named_before_or_after_the_verb(shell: Any) -> None:
    file = shell.home.with_name("mine.toml")
    file.write_text("crf = 23")

    for arguments in (["--config", file, "config", "--json"], ["config", "--json", "--config", file]):
        assert shell(*arguments).answer["settings"]["crf"] == {"value": 23, "source": str(file)}


def test_a_password_in_an_address_is_not_shown(shell: Run) -> None:
    variables = {
        "SEALREEL_STORE": "postgresql+psycopg://me:s3cret@host/db",
        "SEALREEL_SIGNER": "pkcs11:token=t;object=o?pin-value=s3cret&module-path=/m.so",
    }

    shown = shell("config", **variables).out + shell("config", "--json", **variables).out

    assert "s3cret" not in shown
    assert "module-path=/m.so" in shown


def test_a_bad_setting_is_a_usage_error_in_every_form(shell: Run) -> None:
    ran = shell("config", "--json", SEALREEL_CRF="high")

    assert ran.code == 2
    assert ran.answer["reasons"][0]["code"] == "error.SettingsInvalid"
    assert "crf from variable SEALREEL_CRF: expected a number from 0 to 51, got 'high'" in ran.err

"""Watermark keys: made once, rotated without forgetting, backed up where only the passphrase opens."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import KeyringUnusable, OutputExists
from sealreel.provenance.keyring import backup, open_keyring, restore, rotate
from sealreel.provenance.signing import load_signer


def test_the_keyring_is_made_at_the_first_use_and_kept(tmp_path: Path) -> None:
    first = open_keyring(tmp_path / "keys")

    assert open_keyring(tmp_path / "keys") == first
    assert first.current.key_id == 1
    assert first.keys == (first.current,)
    assert len(first.prompt_salt) == 32


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    one, other = open_keyring(tmp_path / "one"), open_keyring(tmp_path / "other")

    assert one.current.secret != other.current.secret
    assert one.prompt_salt != other.prompt_salt


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    open_keyring(tmp_path / "config" / "keys")

    assert stat.S_IMODE((tmp_path / "config" / "keys" / "keyring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "config" / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "config").stat().st_mode) == 0o700


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    keyring = open_keyring(tmp_path)

    assert repr(keyring.current.secret) not in repr(keyring)
    assert repr(keyring.prompt_salt) not in repr(keyring)


def test_rotation_marks_with_a_new_key_and_still_reads_the_old(tmp_path: Path) -> None:
    old = open_keyring(tmp_path)
    new = rotate(tmp_path)

    assert new.current.key_id == 2
    assert new.keys == (new.current, old.current)
    assert new.prompt_salt == old.prompt_salt
    assert open_keyring(tmp_path) == new


def test_the_sixteenth_key_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    for _ in range(14):
        rotate(tmp_path)
    before = open_keyring(tmp_path)

    with pytest.raises(KeyringUnusable, match="15 key ids are in use"):
        rotate(tmp_path)
    assert open_keyring(tmp_path) == before


OPEN_AT_ONCE = """
import sys
from pathlib import Path
from sealreel.provenance.keyring import open_keyring
print("ready", flush=True)
sys.stdin.readline()
print(open_keyring(Path(sys.argv[1])).current.secret.hex())
"""


def test_two_processes_that_start_at_once_get_one_keyring(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AT_ONCE, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        for process in (first, second):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (first, second):
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        secrets = {process.communicate(timeout=60)[0].strip() for process in (first, second)}

    assert secrets == {open_keyring(tmp_path).current.secret.hex()}


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null", '{"schema": "sealreel.keyring/1", "keys": 3}'])
def test_a_damaged_keyring_is_named_and_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / "keyring.json").write_text(content)

    with pytest.raises(KeyringUnusable, match=r"keyring\.json"):
        open_keyring(tmp_path)
    assert (tmp_path / "keyring.json").read_text() == content


def test_a_keyring_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keyring.json").write_text(json.dumps({"schema": "sealreel.keyring/9"}))

    with pytest.raises(KeyringUnusable, match="newer"):
        open_keyring(tmp_path)


def test_a_backup_brings_back_keys_and_identity(tmp_path: Path) -> None:
    rotate(tmp_path / "old")
    signer = load_signer("local", directory=tmp_path / "old")
    backup(tmp_path / "old", tmp_path / "keys.backup", "correct horse")
    restored = restore(tmp_path / "keys.backup", tmp_path / "new", "correct horse")

    assert restored == open_keyring(tmp_path / "old")
    assert load_signer("local", directory=tmp_path / "new").chain_pem == signer.chain_pem


def test_a_backup_shows_nothing_without_its_passphrase(tmp_path: Path) -> None:
    secret = open_keyring(tmp_path / "old").current.secret
    backup(tmp_path / "old", tmp_path / "keys.backup", "correct horse")
    content = (tmp_path / "keys.backup").read_bytes()

    assert secret not in content
    assert secret.hex().encode() not in content
    assert stat.S_IMODE((tmp_path / "keys.backup").stat().st_mode) == 0o600


def test_a_wrong_passphrase_or_a_changed_byte_restores_nothing(tmp_path: Path) -> None:
    open_keyring(tmp_path / "old")
    backup(tmp_path / "old", tmp_path / "keys.backup", "correct horse")
    damaged = bytearray((tmp_path / "keys.backup").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "damaged.backup").write_bytes(damaged)

    for name, passphrase in (("keys.backup", "wrong horse"), ("damaged.backup", "correct horse")):
        with pytest.raises(KeyringUnusable, match="wrong passphrase, or the backup is damaged"):
            restore(tmp_path / name, tmp_path / "new", passphrase)
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_no_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk")

    with pytest.raises(KeyringUnusable, match="not a backup"):
        restore(tmp_path / "junk", tmp_path / "new", "x")
    with pytest.raises(KeyringUnusable, match="No such file"):
        restore(tmp_path / "gone", tmp_path / "new", "x")


def test_restoring_over_keys_is_refused(tmp_path: Path) -> None:
    open_keyring(tmp_path / "old")
    backup(tmp_path / "old", tmp_path / "keys.backup", "correct horse")
    here = open_keyring(tmp_path / "here")

    with pytest.raises(OutputExists, match="would be lost"):
        restore(tmp_path / "keys.backup", tmp_path / "here", "correct horse")
    assert open_keyring(tmp_path / "here") == here


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    open_keyring(tmp_path)
    (tmp_path / "taken").write_text("mine")

    with pytest.raises(OutputExists):
        backup(tmp_path, tmp_path / "taken", "x")
    assert (tmp_path / "taken").read_text() == "mine"


def test_there_is_nothing_to_back_up_before_the_first_use(tmp_path: Path) -> None:
    with pytest.raises(KeyringUnusable, match="nothing to back up"):
        backup(tmp_path / "none", tmp_path / "keys.backup", "x")


def test_an_empty_passphrase_is_a_mistake(tmp_path: Path) -> None:
    open_keyring(tmp_path)

    with pytest.raises(ValueError, match="passphrase"):
        backup(tmp_path, tmp_path / "keys.backup", "")

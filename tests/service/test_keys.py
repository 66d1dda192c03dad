"""`sealreel keys` as a user types it."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Run = Callable[..., Any]


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """A file that holds one."""
    file = tmp_path / "passphrase"
    file.write_text("correct horse\n")
    return file


def identity(folder: Path, *, days: int = 30) -> tuple[Path, Path]:
    """Write a certificate that may sign claims, and its key; with days < 0 it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "a newsroom"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Newsroom"),
        ]
    )
    start = datetime.now(UTC) - timedelta(days=60)
    usage = {
        "digital_signature": True,
        "content_commitment": True,
        "key_encipherment": False,
        "data_encipherment": False,
    }
    usage |= {
        "key_agreement": False,
        "key_cert_sign": False,
        "crl_sign": False,
        "encipher_only": False,
        "decipher_only": False,
    }
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an issuer")]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


def test_showing_makes_nothing(shell: Run) -> None:
    answer = shell("keys", "show", "--json").answer

    assert (answer["local_root"], answer["watermark_keys"], answer["trust"]) == (None, [], [])
    assert not Path(answer["directory"]).exists()


def test_init_makes_identity_and_key_for_their_owner_alone(shell: Run) -> None:
    answer = shell("keys", "init", "--json").answer

    assert answer["watermark_keys"] == [{"id": 1, "current": True}]
    assert "Sealreel local root" in answer["local_root"]["subject"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in Path(answer["directory"]).rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_second_init_changes_nothing(shell: Run) -> None:
    first = shell("keys", "init", "--json").answer

    assert shell("keys", "init", "--json").answer == first


def test_the_root_is_printed_for_others_to_trust(shell: Run) -> None:
    shell("keys", "init")

    pem = shell("keys", "show", "--root").out

    assert x509.load_pem_x509_certificate(pem.encode())


def test_without_an_identity_there_is_no_root_to_print(shell: Run) -> None:
    ran = shell("keys", "show", "--root")

    assert (ran.code, ran.out) == (3, "")
    assert "sealreel keys init" in ran.err


@pytest.mark.parametrize("kind", ["manifest", "tsa", "cawg"])
def test_a_trusted_root_is_kept_under_its_kind(shell: Run, tmp_path: Path, kind: str) -> None:
    chain, _ = identity(tmp_path)

    answer = shell("keys", "trust", chain, "--kind", kind, "--json").answer

    assert [anchor["kind"] for anchor in answer["trust"]] == [kind]
    assert Path(answer["file"]).read_bytes() == chain.read_bytes()


def test_trusting_twice_is_trusting_once(shell: Run, tmp_path: Path) -> None:
    chain, _ = identity(tmp_path)
    shell("keys", "trust", chain)

    assert len(shell("keys", "trust", chain, "--json").answer["trust"]) == 1


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_not_trusted(shell: Run, tmp_path: Path, content: bytes | None) -> None:
    pem = tmp_path / "root.pem"
    if content is not None:
        pem.write_bytes(content)

    ran = shell("keys", "trust", pem)

    assert ran.code == 2
    assert str(pem) in ran.err
    assert shell("keys", "show", "--json").answer["trust"] == []


def test_rotation_keeps_the_old_key_for_reading(shell: Run) -> None:
    shell("keys", "init")

    keys = shell("keys", "rotate", "--json").answer["watermark_keys"]

    assert keys == [{"id": 2, "current": True}, {"id": 1, "current": False}]


def test_a_backup_restores_into_a_new_installation(shell: Run, tmp_path: Path, passphrase: Path) -> None:
    made = shell("keys", "init", "--json").answer
    shell("keys", "backup", tmp_path / "b", "--passphrase-file", passphrase)

    ran = shell(
        "keys", "restore", tmp_path / "b", "--passphrase-file", passphrase, "--json",
        SEALREEL_CONFIG_DIR=str(tmp_path / "other"),
    )  # fmt: skip

    assert ran.answer["local_root"] == made["local_root"]


def test_a_backup_without_a_terminal_asks_for_a_passphrase_file(shell: Run, tmp_path: Path) -> None:
    shell("keys", "init")

    ran = shell("keys", "backup", tmp_path / "b")

    assert (ran.code, (tmp_path / "b").exists()) == (2, False)
    assert "no terminal to ask" in ran.err


def test_a_wrong_passphrase_restores_nothing(shell: Run, tmp_path: Path, passphrase: Path) -> None:
    shell("keys", "init")
    shell("keys", "backup", tmp_path / "b", "--passphrase-file", passphrase)
    passphrase.write_text("wrong\n")

    ran = shell(
        "keys", "restore", tmp_path / "b", "--passphrase-file", passphrase, SEALREEL_CONFIG_DIR=str(tmp_path / "other")
    )

    assert ran.code == 3
    assert "wrong passphrase" in ran.err
    assert not list((tmp_path / "other").rglob("*.json"))


def test_an_own_identity_is_imported(shell: Run, tmp_path: Path) -> None:
    answer = shell("keys", "import", *identity(tmp_path), "--json").answer

    assert answer["imported"]["subject"] == "O=Newsroom,CN=a newsroom"


def test_an_imported_identity_is_not_replaced_by_accident(shell: Run, tmp_path: Path) -> None:
    files = identity(tmp_path)
    shell("keys", "import", *files)

    ran = shell("keys", "import", *files)

    assert ran.code == 3
    assert "--force" in ran.err


def test_an_expired_identity_is_refused_with_the_reason(shell: Run, tmp_path: Path) -> None:
    ran = shell("keys", "import", *identity(tmp_path, days=-1))

    assert ran.code == 3
    assert "expired" in ran.err
    assert str(tmp_path / "chain.pem") in ran.err


def test_a_key_of_another_certificate_is_refused(shell: Run, tmp_path: Path) -> None:
    chain, _ = identity(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = identity(tmp_path / "other")

    ran = shell("keys", "import", chain, other)

    assert ran.code == 3
    assert shell("keys", "show", "--json").answer["imported"] is None


def test_an_imported_identity_signs(shell: Run, footage: Path, tmp_path: Path) -> None:
    shell("keys", "import", *identity(tmp_path))

    ran = shell("mark", footage, "-o", tmp_path / "a.mp4", "--signer", "imported", "--preset", "ultrafast")

    assert ran.code == 0, ran.err
    answer = shell("verify", tmp_path / "a.mp4", "--json").answer
    assert (answer["verdict"], answer["manifest"]["signer"]) == ("intact_untrusted", "Newsroom")

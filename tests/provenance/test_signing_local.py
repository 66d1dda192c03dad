"""The installation's own identity: private, whole, one for all processes, never expired."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from sealreel.errors import OutputUnwritable, SigningIdentityInvalid
from sealreel.provenance.signing import load_signer, local_root_pem, local_signer


def leaf_of(directory: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates((directory / "identity" / "signer.pem").read_bytes())[0]


def modes(directory: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (directory, *directory.rglob("*"))}


def test_the_identity_is_made_at_the_first_use_and_kept(tmp_path: Path) -> None:
    first = load_signer("local", directory=tmp_path)

    assert load_signer("local", directory=tmp_path).chain_pem == first.chain_pem
    assert (first.algorithm, first.origin) == ("es256", "local")


def test_there_is_no_root_before_the_first_use(tmp_path: Path) -> None:
    assert local_root_pem(tmp_path) is None


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    load_signer("local", directory=tmp_path / "keys")

    for name, mode in modes(tmp_path / "keys").items():
        assert mode == (0o700 if name in ("keys", "identity") else 0o600), name


def test_the_leaf_follows_the_profile_of_claim_signers(tmp_path: Path) -> None:
    load_signer("local", directory=tmp_path)
    leaf = leaf_of(tmp_path)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)

    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert purposes == [ObjectIdentifier("1.3.6.1.4.1.62558.2.1"), ExtendedKeyUsageOID.EMAIL_PROTECTION]
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=366)
    assert leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier) is not None
    assert leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier) is not None


def test_the_root_issued_the_leaf(tmp_path: Path) -> None:
    load_signer("local", directory=tmp_path)
    root = local_root_pem(tmp_path)
    assert root is not None

    leaf_of(tmp_path).verify_directly_issued_by(x509.load_pem_x509_certificate(root))


def test_a_leaf_is_renewed_before_it_expires_under_the_same_root(tmp_path: Path) -> None:
    year_ago = datetime.now(UTC) - timedelta(days=340)
    old = local_signer(tmp_path, now=year_ago)
    root = local_root_pem(tmp_path)
    new = local_signer(tmp_path)

    assert new.chain_pem != old.chain_pem
    assert local_root_pem(tmp_path) == root
    assert leaf_of(tmp_path).not_valid_after_utc > datetime.now(UTC) + timedelta(days=300)


def test_an_expired_leaf_is_renewed_too(tmp_path: Path) -> None:
    local_signer(tmp_path, now=datetime.now(UTC) - timedelta(days=800))

    local_signer(tmp_path)
    assert leaf_of(tmp_path).not_valid_after_utc > datetime.now(UTC)


def test_the_signature_is_the_keys(tmp_path: Path) -> None:
    signer = load_signer("local", directory=tmp_path)
    key = leaf_of(tmp_path).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)

    from cryptography.hazmat.primitives.hashes import SHA256

    key.verify(signer.sign(b"message"), b"message", ec.ECDSA(SHA256()))


OPEN_AT_ONCE = """
import sys
from pathlib import Path
from sealreel.provenance.signing import load_signer
print("ready", flush=True)
sys.stdin.readline()
print(load_signer("local", directory=Path(sys.argv[1])).chain_pem.hex())
"""


def test_two_processes_that_start_at_once_get_one_identity(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AT_ONCE, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        for process in (first, second):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        assert first.stdin is not None
        assert second.stdin is not None
        for pipe in (first.stdin, second.stdin):
            pipe.write("go\n")
            pipe.flush()
        chains = {process.communicate(timeout=60)[0].strip() for process in (first, second)}

    assert chains == {load_signer("local", directory=tmp_path).chain_pem.hex()}


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    leftover = tmp_path / "identity" / ".root.key.0011223344556677.draft"
    leftover.parent.mkdir()
    leftover.write_bytes(b"half a key")

    load_signer("local", directory=tmp_path)
    assert not leftover.exists()


def test_a_root_without_its_key_is_named(tmp_path: Path) -> None:
    local_signer(tmp_path, now=datetime.now(UTC) - timedelta(days=800))
    (tmp_path / "identity" / "root.key").unlink()

    with pytest.raises(SigningIdentityInvalid, match=r"root\.key"):
        local_signer(tmp_path)


def test_a_keys_directory_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputUnwritable, match="file"):
        load_signer("local", directory=tmp_path / "file")

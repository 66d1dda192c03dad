"""From one line of text to a signer: `local`, `pem:…`, `pkcs11:…`, `awskms:…`."""

from pathlib import Path

from ...errors import SigningIdentityInvalid
from .certificates import check_chain, read_chain, read_file, to_pem
from .keys import Password, read_private_key, signing_with
from .local import local_signer
from .signer import Signer

SPEC_FORMS = "local, pem:CHAIN.pem,KEY.pem, pkcs11:token=…;object=…?module-path=…, awskms:KEY_ID,CHAIN.pem"


def load_signer(spec: str, *, directory: Path, password: Password | None = None) -> Signer:
    """Open a signing identity and check that it can sign C2PA claims, before anything is signed.

    Args:
        spec: `local`: the installation's own CA, made at the first use. `pem:CHAIN,KEY`: two PEM files; the key may be
            encrypted. `pkcs11:…`: an RFC 7512 URI, see `hsm.pkcs11_signer`. `awskms:KEY_ID,CHAIN`: an asymmetric
            key of AWS KMS (id, ARN or alias) and the PEM chain issued for it.
        directory: Where the installation keeps its keys.
        password: Asked for an encrypted key's password or a token's PIN, only if one is needed.

    Raises:
        SigningIdentityInvalid: With the reason: expired, wrong key, wrong purpose, wrong order, wrong password.
        MissingExtra: python-pkcs11 or boto3 is not installed.
        SigningFailed: The token or the cloud does not answer.
        OutputUnwritable: The local identity can't be made.
    """
    scheme, _, rest = spec.partition(":")
    if scheme == "local" and not rest:
        return local_signer(directory)
    if scheme == "pem" and rest:
        return pem_signer(*_two(rest, spec), password=password)
    if scheme == "pkcs11" and rest:
        from .hsm import pkcs11_signer

        return pkcs11_signer(spec, password=password)
    if scheme == "awskms" and rest:
        from .kms import kms_signer

        # A key's ARN holds colons but no comma; a path may hold both, so the first comma parts them.
        key_id, chain = _two(rest, spec)
        return kms_signer(key_id, Path(chain))
    raise SigningIdentityInvalid(f"unknown signing identity {spec[:80]!r}; expected one of: {SPEC_FORMS}")


def pem_signer(chain_path: str, key_path: str, *, password: Password | None = None) -> Signer:
    """Sign with the user's own certificate chain and private key, both in PEM.

    Raises:
        SigningIdentityInvalid: With the reason.
    """
    chain = read_chain(read_file(Path(chain_path), what="a PEM certificate chain"), where=chain_path)
    key = read_private_key(read_file(Path(key_path), what="a PEM private key"), password, where=key_path)
    algorithm = check_chain(chain, key.public_key(), where=chain_path)
    return Signer(algorithm=algorithm, chain_pem=to_pem(chain), sign=signing_with(key, algorithm), origin="pem")


def _two(text: str, spec: str) -> tuple[str, str]:
    first, comma, second = text.partition(",")
    if not (first and comma and second):
        raise SigningIdentityInvalid(f"{spec[:80]!r} names one thing, not two; expected one of: {SPEC_FORMS}")
    return first, second

"""Sign with a key that never leaves AWS KMS."""

# boto3 makes its client classes at run time, so nothing about them is known to a type checker.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from ...errors import MissingExtra, SigningFailed, SigningIdentityInvalid
from .certificates import check_chain, read_chain, read_file, to_pem
from .signer import Algorithm, Signer

CONNECT_SECONDS = 5
READ_SECONDS = 10
_KMS_NAMES: dict[Algorithm, str] = {
    "es256": "ECDSA_SHA_256",
    "es384": "ECDSA_SHA_384",
    "es512": "ECDSA_SHA_512",
    "ps256": "RSASSA_PSS_SHA_256",
    "ps384": "RSASSA_PSS_SHA_384",
    "ps512": "RSASSA_PSS_SHA_512",
}


def kms_signer(key_id: str, chain_path: Path) -> Signer:
    """Sign with an asymmetric KMS key and the certificate chain issued for it.

    Credentials, region and endpoint come from where the AWS tools take them; an ARN brings its own region.

    Raises:
        MissingExtra: boto3 is not installed.
        SigningIdentityInvalid: The chain can't sign claims, or is not for this key.
        SigningFailed: KMS does not answer or refuses.
    """
    chain = read_chain(read_file(chain_path, what="a PEM certificate chain"), where=str(chain_path))
    client, failures = _connect(key_id)
    where = f"KMS key {key_id}"
    answer = _ask(lambda: client.get_public_key(KeyId=key_id), failures, where=where)
    algorithm = check_chain(chain, serialization.load_der_public_key(answer["PublicKey"]), where=str(chain_path))
    if algorithm not in _KMS_NAMES:
        raise SigningIdentityInvalid(f"{where}: {algorithm} keys are not supported here; use an ECC_NIST or RSA key")

    def sign(message: bytes) -> bytes:
        digest = hashlib.new(f"sha{algorithm[2:]}", message).digest()
        request = {"KeyId": key_id, "Message": digest, "MessageType": "DIGEST"}
        request["SigningAlgorithm"] = _KMS_NAMES[algorithm]
        return _ask(lambda: client.sign(**request), failures, where=where)["Signature"]

    return Signer(algorithm=algorithm, chain_pem=to_pem(chain), sign=sign, origin="awskms")


def _connect(key_id: str) -> tuple[Any, tuple[type[Exception], ...]]:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise MissingExtra("signing with AWS KMS needs boto3: pip install 'sealreel[kms]'") from error
    settings = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 3, "mode": "standard"},
    )
    parts = key_id.split(":")  # arn:aws:kms:REGION:ACCOUNT:key/ID
    region = parts[3] if len(parts) > 5 and parts[0] == "arn" else None
    try:
        return boto3.client("kms", region_name=region, config=settings), (BotoCoreError, ClientError)
    except BotoCoreError as error:
        raise SigningFailed(f"KMS key {key_id}: {error}") from error


def _ask(call: Callable[[], Any], failures: tuple[type[Exception], ...], *, where: str) -> Any:
    try:
        return call()
    except failures as error:
        raise SigningFailed(f"{where}: {error}") from error

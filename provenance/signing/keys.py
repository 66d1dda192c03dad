"""Private keys in PEM: read them, and sign with them as C2PA's algorithms want it."""

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ...errors import SigningIdentityInvalid
from .signer import Algorithm

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Password = Callable[[], bytes]
"""Asked only if a key turns out to be encrypted."""


def read_private_key(pem: bytes, password: Password | None, *, where: str) -> PrivateKey:
    """Parse a PEM private key, PKCS#8 or traditional.

    Raises:
        SigningIdentityInvalid: Not a key, encrypted without a password at hand, wrong password, or a kind
            of key that C2PA does not sign with.
    """
    try:
        key = _load(pem, password)
    except (ValueError, TypeError) as error:
        if "password" in str(error).lower() or "decrypt" in str(error).lower():
            found = "the key is encrypted and " + ("the password is wrong" if password else "no password was given")
            raise SigningIdentityInvalid(f"{where}: {found}") from error
        raise SigningIdentityInvalid(f"{where}: no readable private key; expected PEM (PKCS#8)") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise SigningIdentityInvalid(f"{where}: a key of type {type(key).__name__}; expected ECDSA, RSA or Ed25519")
    return key


def hash_of(algorithm: Algorithm) -> hashes.HashAlgorithm:
    """Return the hash that a C2PA algorithm signs; its number is in the name."""
    return {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[algorithm[2:]]


def signing_with(key: PrivateKey, algorithm: Algorithm) -> Callable[[bytes], bytes]:
    """Return the function that signs a message; ECDSA comes out as DER, which C2PA converts."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign
    digest = hash_of(algorithm)
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)  # RFC 8230, § 2
        return lambda message: key.sign(message, pss, digest)
    return lambda message: key.sign(message, ec.ECDSA(digest))


def belongs(signature: bytes, message: bytes, key: PublicKeyTypes, algorithm: Algorithm) -> bool:
    """Say whether a signature, ECDSA as r‖s, was made with the private half of a public key."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
            return True
        digest = hash_of(algorithm)
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
            key.verify(signature, message, pss, digest)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
            return True
    except InvalidSignature:
        return False
    return False


def _load(pem: bytes, password: Password | None) -> object:
    try:
        return serialization.load_pem_private_key(pem, None)
    except TypeError:  # "Password was not given but private key is encrypted"
        if password is None:
            raise
        return serialization.load_pem_private_key(pem, password())

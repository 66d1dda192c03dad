"""Sign with a key that never leaves a PKCS#11 token."""

# python-pkcs11 is a Cython module; what its types don't say is written where a value enters this file.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

from cryptography import x509

from ...errors import MissingExtra, SigningFailed, SigningIdentityInvalid
from .certificates import check_chain, read_chain, read_file, to_pem
from .keys import Password, belongs
from .signer import Algorithm, Signer

_TRIAL = b"does this key belong to its certificate?"
VENDOR_CHAIN = "x-chain"
"""Our one vendor attribute (RFC 7512, § 2.4): a PEM file to take the chain from instead of the token."""


@dataclass(frozen=True, slots=True, repr=False)  # it may hold the PIN
class TokenUri:
    """The parts of an RFC 7512 URI that are used here."""

    module: str
    token: str | None
    label: str | None
    key_id: bytes | None
    pin: str | None
    pin_source: str | None
    chain: str | None


def parse_uri(uri: str) -> TokenUri:
    """Read `pkcs11:token=…;object=…;id=%01?module-path=…&pin-source=…`.

    Raises:
        SigningIdentityInvalid: Not such a URI, or it names no module or no key.
    """
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    attributes = {name: value for name, _, value in (part.partition("=") for part in path.split(";") if part)}
    options = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    if "module-path" not in options:
        raise SigningIdentityInvalid("pkcs11: URI without ?module-path=/…/library.so; add the token's PKCS#11 library")
    if "object" not in attributes and "id" not in attributes:
        raise SigningIdentityInvalid("pkcs11: URI names no key; add object=LABEL or id=%01")
    return TokenUri(
        module=options["module-path"],
        token=unquote(attributes["token"]) if "token" in attributes else None,
        label=unquote(attributes["object"]) if "object" in attributes else None,
        key_id=unquote_to_bytes(attributes["id"]) if "id" in attributes else None,
        pin=options.get("pin-value"),
        pin_source=options.get("pin-source"),
        chain=options.get(VENDOR_CHAIN),
    )


def pkcs11_signer(uri: str, *, password: Password | None = None) -> Signer:
    """Sign on the token that an RFC 7512 URI names.

    The PIN comes from `pin-source` (a file), `pin-value`, or `password`. The chain comes from the token's certificates
    (the one with the key's id or label first, then its issuers), or from the file of `x-chain`.

    Raises:
        MissingExtra: python-pkcs11 is not installed.
        SigningIdentityInvalid: No such token, key or certificate, a wrong PIN, or a chain that can't sign claims.
        SigningFailed: The token fails.
    """
    target = parse_uri(uri)
    pin = _pin(target, password)
    with _session(target, pin) as session:
        key = _find_key(session, target)
        chain = _chain(session, target)
        where = target.chain or f"token {target.token or target.module}"
        algorithm = check_chain(chain, None, where=where)
        trial = _sign(key, algorithm, _TRIAL)  # found out now, not after the encoding
    if not belongs(trial, _TRIAL, chain[0].public_key(), algorithm):
        raise SigningIdentityInvalid(f"{where}: the key on the token does not belong to the first certificate")

    def sign(message: bytes) -> bytes:
        with _session(target, pin) as session:  # a new one each time: tokens drop idle ones
            return _sign(_find_key(session, target), algorithm, message)

    return Signer(algorithm=algorithm, chain_pem=to_pem(chain), sign=sign, origin="pkcs11")


@contextmanager
def _session(target: TokenUri, pin: str | None) -> Generator[Any]:
    pkcs11 = _library()
    where = f"token {target.token or ''} of {target.module}".replace("token  of", "the token of")
    try:
        library: Any = pkcs11.lib(target.module)
        token: Any = library.get_token(token_label=target.token)
        with token.open(user_pin=pin) as session:
            yield session
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid) as error:
        raise SigningIdentityInvalid(f"{where}: wrong PIN") from error
    except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned) as error:
        raise SigningIdentityInvalid(f"{where}: not exactly one such token; name it with token=LABEL") from error
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
        raise SigningIdentityInvalid(
            f"{where}: not exactly one private key with this object= and id= (logged in: {pin is not None})"
        ) from error
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise SigningFailed(f"{where}: {type(error).__name__} {error}".rstrip()) from error


def _library() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise MissingExtra("signing on a token needs python-pkcs11: pip install 'sealreel[hsm]'") from error
    return pkcs11


def _pin(target: TokenUri, password: Password | None) -> str | None:
    if target.pin_source is not None:
        path = Path(unquote(target.pin_source.removeprefix("file://").removeprefix("file:")))
        return read_file(path, what="a file that holds the PIN").decode().strip()
    if target.pin is not None:
        return target.pin
    return password().decode() if password is not None else None


def _find_key(session: Any, target: TokenUri) -> Any:
    return session.get_key(object_class=_library().ObjectClass.PRIVATE_KEY, label=target.label, id=target.key_id)


def _chain(session: Any, target: TokenUri) -> tuple[x509.Certificate, ...]:
    if target.chain is not None:
        return read_chain(read_file(Path(target.chain), what="a PEM certificate chain"), where=target.chain)
    pkcs11 = _library()
    attribute = pkcs11.Attribute
    first: x509.Certificate | None = None
    others: list[x509.Certificate] = []
    for found in session.get_objects({attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}):
        certificate = x509.load_der_x509_certificate(bytes(found[attribute.VALUE]))
        same_id = target.key_id is not None and bytes(found[attribute.ID]) == target.key_id
        if first is None and (same_id or (target.label is not None and found[attribute.LABEL] == target.label)):
            first = certificate
        else:
            others.append(certificate)
    if first is None:
        raise SigningIdentityInvalid(
            "the token holds no certificate with the key's id or label; write one there or add x-chain=/…/chain.pem"
        )
    return tuple(_climb(first, others))


def _climb(leaf: x509.Certificate, others: list[x509.Certificate]) -> Iterator[x509.Certificate]:
    current: x509.Certificate | None = leaf
    left = list(others)
    while current is not None:
        yield current
        issuer = current.issuer
        current = next((candidate for candidate in left if candidate.subject == issuer), None)
        if current is not None:
            left.remove(current)


def _sign(key: Any, algorithm: Algorithm, message: bytes) -> bytes:
    mechanisms = _library().Mechanism
    if algorithm == "ed25519":
        return bytes(key.sign(message, mechanism=mechanisms.EDDSA))
    digest = hashlib.new(f"sha{algorithm[2:]}", message).digest()
    if algorithm.startswith("es"):
        return bytes(key.sign(digest, mechanism=mechanisms.ECDSA))  # r‖s
    return bytes(key.sign(digest, mechanism=mechanisms.RSA_PKCS_PSS, mechanism_param=_pss(algorithm)))


def _pss(algorithm: Algorithm) -> tuple[Any, Any, int]:
    pkcs11 = _library()
    bits = algorithm[2:]
    hash_mechanism = getattr(pkcs11.Mechanism, f"SHA{bits}")
    return hash_mechanism, getattr(pkcs11.MGF, f"SHA{bits}"), int(bits) // 8

"""Exit codes: what a script may rely on."""

from collections.abc import Iterable
from enum import IntEnum

from ..errors import PromptInvalid, RefusedByPolicy, SealreelError, SettingsInvalid


class Exit(IntEnum):
    """The meaning of each code; stable, only ever added to."""

    OK = 0
    """Looked, and nothing is wrong."""
    FOUND = 1
    """Looked, and the answer is bad: tampered, invalid credential, content mismatch."""
    USAGE = 2
    """The command line, a setting or the prompt cannot be used."""
    CANNOT = 3
    """Could not look or could not do it."""
    NO_PROVENANCE = 4
    """Looked, and found neither manifest nor mark."""
    UNTRUSTED = 5
    """Intact, but this installation does not trust the signer."""
    RECOVERED = 6
    """The manifest is gone, but the pixels led to a stored one."""
    REFUSED = 7
    """Refused by policy."""
    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as shells count."""
    PIPE_CLOSED = 141
    """Whoever read our output went away: 128 + SIGPIPE."""


_WORST_FIRST = (
    Exit.USAGE,  # a prompt of a batch that cannot be used: the rest of the answer is not what was asked for
    Exit.CANNOT,
    Exit.FOUND,
    Exit.REFUSED,
    Exit.RECOVERED,
    Exit.UNTRUSTED,
    Exit.NO_PROVENANCE,
    Exit.OK,
)

_BY_VERDICT = {
    "verified": Exit.OK,
    "intact_untrusted": Exit.UNTRUSTED,
    "recovered": Exit.RECOVERED,
    "content_mismatch": Exit.FOUND,
    "tampered": Exit.FOUND,
    "invalid_credential": Exit.FOUND,
    "no_provenance": Exit.NO_PROVENANCE,
    "unsupported": Exit.CANNOT,
    "error": Exit.CANNOT,
}

VERDICTS = tuple(_BY_VERDICT)
"""Every verdict that `verify` can give."""


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the code that speaks for several inputs; OK for none at all."""
    met = set(codes)
    unknown = met - set(_WORST_FIRST)
    if unknown:
        raise ValueError(f"not codes of one input: {sorted(unknown)}")
    return next((code for code in _WORST_FIRST if code in met), Exit.OK)


def exit_of_verdict(verdict: str, *, fail_on: tuple[str, ...] = ()) -> Exit:
    """Return the code of one file's verdict.

    Args:
        verdict: A verdict of `verify`.
        fail_on: Where not empty, the only findings that are not 0; a file that could not be looked at is 3 anyway.
    """
    code = _BY_VERDICT[verdict]
    if fail_on and code is not Exit.CANNOT and verdict not in fail_on:
        return Exit.OK
    return code


def exit_of_error(error: SealreelError) -> Exit:
    """Return the code of an error raised on purpose, as the tree in `errors.py` says."""
    if isinstance(error, SettingsInvalid | PromptInvalid):
        return Exit.USAGE
    if isinstance(error, RefusedByPolicy):
        return Exit.REFUSED
    return Exit.CANNOT

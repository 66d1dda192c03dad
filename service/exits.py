"""Exit codes: what a script may rely on."""

from collections.abc import Iterable
from enum import IntEnum

from ..errors import PromptInvalid, RefusedByPolicy, SealreelError, SettingsInvalid


class Exit(IntEnum):
    """The meaning of each code; stable, only ever added to."""

    OK = 0
    """Looked, and nothing is wrong."""
    FOUND = 1
    """Looked, and the answer is bad: tampered, invalid credential, content mismatch, likely synthetic."""
    USAGE = 2
    """The command line, a setting or the prompt cannot be used."""
    CANNOT = 3
    """Could not look or could not do it."""
    NO_PROVENANCE = 4
    """Looked, and found neither manifest nor mark; or the detector cannot tell."""
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

_BY_DETECTION = {
    "likely_real": Exit.OK,
    "likely_synthetic": Exit.FOUND,
    "inconclusive": Exit.NO_PROVENANCE,
}

VERDICTS = tuple(_BY_VERDICT)
"""Every verdict that `verify` can give."""
SYNTHETIC = "likely_synthetic"
"""The detector's verdict that `verify --detect` can fail on."""


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the code that speaks for several inputs; OK for none at all."""
    met = set(codes)
    unknown = met - set(_WORST_FIRST)
    if unknown:
        raise ValueError(f"not codes of one input: {sorted(unknown)}")
    return next((code for code in _WORST_FIRST if code in met), Exit.OK)


def exit_of_detection(verdict: str) -> Exit:
    """Return the code of the detector's verdict on one file."""
    return _BY_DETECTION[verdict]


def exit_of_verdict(verdict: str, *, fail_on: tuple[str, ...] = (), detection: str | None = None) -> Exit:
    """Return the code of one file's verdict.

    Args:
        verdict: A verdict of `verify`.
        fail_on: Where not empty, the only findings that are not 0; a file that could not be looked at is 3 anyway.
        detection: The detector's verdict; it counts only where `fail_on` names it.
    """
    code = _BY_VERDICT[verdict]
    if fail_on and code is not Exit.CANNOT and verdict not in fail_on:
        code = Exit.OK
    return worst((code, _BY_DETECTION[detection])) if detection in fail_on else code


def exit_of_error(error: SealreelError) -> Exit:
    """Return the code of an error raised on purpose, as the tree in `errors.py` says."""
    if isinstance(error, SettingsInvalid | PromptInvalid):
        return Exit.USAGE
    if isinstance(error, RefusedByPolicy):
        return Exit.REFUSED
    return Exit.CANNOT

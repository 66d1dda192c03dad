"""The codes that scripts rely on."""

import itertools

import pytest

from sealreel.errors import PromptInvalid, RefusedByPolicy, SealreelError, SettingsInvalid, StoreLocked, UnreadableMedia
from sealreel.service.exits import VERDICTS, Exit, exit_of_error, exit_of_verdict, worst

ORDER = [Exit(code) for code in (2, 3, 1, 7, 6, 5, 4, 0)]


def test_the_worst_of_two_codes_stands_first_in_the_contract() -> None:
    for earlier, later in itertools.combinations(ORDER, 2):
        assert worst([later, earlier]) is earlier


def test_no_input_at_all_is_nothing_wrong() -> None:
    assert worst([]) is Exit.OK


def test_a_code_that_no_input_can_have_is_a_bug() -> None:
    with pytest.raises(ValueError, match="not codes of one input"):
        worst([Exit.INTERRUPTED])


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        ("verified", 0),
        ("tampered", 1),
        ("invalid_credential", 1),
        ("content_mismatch", 1),
        ("unsupported", 3),
        ("error", 3),
        ("no_provenance", 4),
        ("intact_untrusted", 5),
        ("recovered", 6),
    ],
)
def test_every_verdict_has_the_code_of_the_contract(verdict: str, code: int) -> None:
    assert exit_of_verdict(verdict) == code


def test_fail_on_lets_every_other_finding_pass() -> None:
    failing = {verdict for verdict in VERDICTS if exit_of_verdict(verdict, fail_on=("tampered", "recovered"))}

    assert failing == {"tampered", "recovered", "unsupported", "error"}


@pytest.mark.parametrize(
    ("error", "code"),
    [(SettingsInvalid(), 2), (PromptInvalid(), 2), (RefusedByPolicy(), 7), (StoreLocked(), 3), (UnreadableMedia(), 3)],
)
def test_every_error_has_the_code_of_its_tree(error: SealreelError, code: int) -> None:
    assert exit_of_error(error) == code

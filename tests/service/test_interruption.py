"""Ctrl-C ends the run, also when it comes while native code is calling back."""

import subprocess
import sys

import pytest

SCRIPT = """
import os, signal, sys
import sealreel.media.source as source
from pathlib import Path
from sealreel.media import probe
from sealreel.service.interruption import install

sent = []

def interrupted(self, offset, whence=0):
    if not sent:  # once: one at every call would put off its own delivery for ever
        sent.append(True)
        os.kill(os.getpid(), signal.{name})
    return self._file.seek(offset, whence)

interrupted.__code__ = interrupted.__code__.replace(co_filename=source.__file__)
source.BoundedFile.seek = interrupted
install()
try:
    while True:
        probe(Path({path!r}))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_an_interruption_within_a_callback_is_not_lost(footage: object, name: str, code: int) -> None:
    script = SCRIPT.format(name=name, path=str(footage))

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)

    assert (ran.returncode, ran.stderr) == (code, "")

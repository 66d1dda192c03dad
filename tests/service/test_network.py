"""What works offline opens no connection; seen from Python, and from below it where native code is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOOK = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        print("NETWORK", event, arguments[-1], file=sys.stderr, flush=True)
sys.addaudithook(watch)
from sealreel.service.cli import main
main()
"""


@pytest.fixture(params=["verify", "verify --watermark always", "detect", "mark", "generate"])
def command(request: pytest.FixtureRequest, studio: Any, tmp_path: Path) -> list[str]:
    """Arguments of a verb that works offline."""
    verb: str = request.param
    if verb == "generate":
        request.getfixturevalue("embedded")
        return ["generate", "a red ball rolls to the left", "-o", str(tmp_path / "made.mp4"), "--steps", "2"]
    if verb == "detect":
        return ["detect", str(studio.marked), "--model", str(request.getfixturevalue("detector_weights"))]
    if verb == "mark":
        return ["mark", str(studio.original), "-o", str(tmp_path / "out.mp4"), "--preset", "ultrafast"]
    return [*verb.split(), str(studio.marked)]


@pytest.fixture
def run(studio: Any) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program as the studio's user, without any variable that keeps libraries offline."""
    clean = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    environment = {**clean, **studio.shell.environment}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=300)

    return run


def test_python_opens_no_connection(command: list[str], run: Callable[..., Any]) -> None:
    ran = run(sys.executable, "-c", HOOK, *command)

    assert ran.returncode == 0, ran.stderr
    assert "NETWORK" not in ran.stderr


def test_the_watch_sees_a_connection(run: Callable[..., Any]) -> None:
    attempt = HOOK.replace("main()", "").replace("from sealreel.service.cli import", "import socket #")

    ran = run(sys.executable, "-c", attempt + "socket.socket().connect_ex(('127.0.0.1', 9))")

    assert "NETWORK socket.connect ('127.0.0.1', 9)" in ran.stderr


def traced(run: Callable[..., Any], log: Path, *arguments: str) -> list[str]:
    """Return the connections to other machines that the process and its children tried, native code included."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed; make test installs it")
    calls = "connect,sendto,sendmsg"
    ran = run("strace", "-f", "-qq", "-e", f"trace={calls}", "-o", str(log), sys.executable, *arguments)
    if "ptrace" in ran.stderr and not log.exists():
        pytest.skip(f"strace may not trace here: {ran.stderr.splitlines()[0]}")
    assert ran.returncode == 0, ran.stderr
    return [line for line in log.read_text().splitlines() if "AF_INET" in line]


def test_native_code_opens_no_connection(command: list[str], run: Callable[..., Any], tmp_path: Path) -> None:
    assert traced(run, tmp_path / "calls", "-m", "sealreel.service.cli", *command) == []


def test_the_trace_sees_a_connection(run: Callable[..., Any], tmp_path: Path) -> None:
    attempt = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"

    (call,) = traced(run, tmp_path / "calls", "-c", attempt)

    assert "AF_INET" in call
    assert "127.0.0.1" in call

"""What is built is what works: the wheel and the sdist, installed without the checkout, verify and generate."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program away from the checkout, so that nothing is imported from it by chance."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    return subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def build(source: Path, kind: str, target: Path) -> Path:
    """Build one distribution with the tools of this environment."""
    done = run(sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", target, source, cwd=target)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of a copy of the tracked files: a build leaves nothing in the checkout."""
    checkout = tmp_path_factory.mktemp("checkout")
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a git checkout: cannot tell the project's files from others")
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            target = checkout / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return build(checkout, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist's content."""
    target = tmp_path_factory.mktemp("unpacked")
    assert run("tar", "-xzf", sdist, cwd=target).returncode == 0
    (folder,) = target.iterdir()
    return folder


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what the sdist holds: so both are tried in one."""
    return build(unpacked, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`sealreel` of a new environment that holds the wheel, and sees this one's third-party packages only.

    A path line in a .pth file adds the folder but runs none of its own .pth files, so the editable install of the
    checkout stays out of sight.
    """
    home = tmp_path_factory.mktemp("environment")
    assert run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home).returncode == 0
    packages = home / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    done = run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        home / "bin" / "python",
        "install",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=home,
    )
    assert done.returncode == 0, done.stderr
    return home / "bin" / "sealreel"


def test_the_wheel_holds_the_tracked_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names} == {"sealreel", "sealreel-0.1.0.dist-info"}
    assert not [name for name in names if name.startswith(("sealreel/tests", "sealreel/docs", "sealreel/typings"))]
    assert {"sealreel/py.typed", "sealreel/generator/embedded/model_index.json"} <= set(names)


def test_every_data_file_beside_the_code_is_in_the_wheel(wheel: Path) -> None:
    shipped = set(zipfile.ZipFile(wheel).namelist())
    listed = run(
        "git", "ls-files", "media", "provenance", "generator", "benchmarks", "service", cwd=ROOT
    ).stdout.split()

    assert {f"sealreel/{name}" for name in listed if (ROOT / name).exists()} - shipped == set()


def test_an_installed_wheel_generates_and_verifies(program: Path, tmp_path: Path) -> None:
    homes = {"SEALREEL_CONFIG_DIR": str(tmp_path / "config"), "SEALREEL_DATA_DIR": str(tmp_path / "data")}

    made = run(
        program, "generate", "a blue square moves up", "-o", "clip.mp4", "--steps", "2", "--json", cwd=tmp_path, **homes
    )
    verified = run(program, "verify", "clip.mp4", "--json", cwd=tmp_path, **homes)

    assert made.returncode == 0, made.stderr
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["verdict"] == "verified"


def test_an_installed_wheel_does_not_see_the_checkout(program: Path, tmp_path: Path) -> None:
    where = run(program.parent / "python", "-c", "import sealreel; print(sealreel.__file__)", cwd=tmp_path).stdout

    assert str(program.parent.parent) in where

"""The house as `docs/architecture.md` draws it: floors, packaging, names. Runs over the source, imports nothing."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

FLOORS: dict[str, set[str]] = {
    "errors": set(),
    "media": {"errors"},
    "provenance": {"errors", "media"},
    "detector": {"errors", "media"},
    "generator": {"errors", "media", "provenance"},
    "benchmarks": {"errors", "media", "provenance", "generator", "detector"},
    "service": {"errors", "media", "provenance", "generator", "detector", "benchmarks"},
}
"""Who may import whom; `sealreel.__version__` is open to all."""

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
HEAVY = {"torch", "diffusers", "transformers", "timm", "ray", "sqlalchemy", "alembic", "onnxruntime"}


def sources() -> list[Path]:
    """Every shipped Python file, relative to the root."""
    found = [ROOT / "__init__.py", ROOT / "errors.py"]
    for floor in FLOORS:
        found += sorted((ROOT / floor).rglob("*.py"))
    return [path.relative_to(ROOT) for path in found]


def imports(path: Path) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...], int]]:
    """Each import of a file: the node, what it names from the project's root, and its line.

    An import of another package yields an empty name.
    """
    package = ("sealreel", *path.parts[:-1])
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = (*base, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                yield node, (*module, alias.name)[1:], node.lineno
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield node, (), node.lineno


def outside(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The top-level packages that an absolute import names."""
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").split(".")[0]}
    return {alias.name.split(".")[0] for alias in node.names}


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_imports_only_the_floors_below(path: Path) -> None:
    floor = path.parts[0].removesuffix(".py")
    allowed = FLOORS.get(floor, set()) | {floor, "__version__"}

    wrong = [
        f"{path}:{line} imports {'.'.join(name)}" for _, name, line in imports(path) if name and name[0] not in allowed
    ]

    assert wrong == []


@pytest.mark.parametrize("path", sources(), ids=str)
def test_imports_inside_the_project_are_relative(path: Path) -> None:
    wrong = [line for node, name, line in imports(path) if not name and "sealreel" in outside(node)]

    assert wrong == [], f"{path}: absolute self-import in line {wrong}"


def test_c2pa_is_imported_in_one_file() -> None:
    importers = {path for path in sources() for node, name, _ in imports(path) if not name and "c2pa" in outside(node)}

    assert len(importers) == 1, importers


@pytest.mark.parametrize("path", [p for p in sources() if p.name == "__init__.py"], ids=str)
def test_a_door_loads_nothing_heavy(path: Path) -> None:
    top_level = [
        node for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    wrong = [node.lineno for node in top_level if not getattr(node, "level", 0) and outside(node) & HEAVY]

    assert wrong == []


def test_every_folder_with_code_is_shipped() -> None:
    folders = {"sealreel" if path.parent == Path() else f"sealreel.{'.'.join(path.parent.parts)}" for path in sources()}

    assert set(PROJECT["tool"]["setuptools"]["packages"]) == folders


def test_every_folder_with_code_is_a_package() -> None:
    bare = {path.parent for path in sources() if not (ROOT / path.parent / "__init__.py").exists()}

    assert bare == set()


def test_no_module_strays_at_the_root() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "errors.py"}


def test_the_root_package_holds_a_docstring_and_the_version_only() -> None:
    docstring, version = ast.parse((ROOT / "__init__.py").read_text()).body

    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(version).startswith("__version__ = ")


def test_the_version_is_said_once() -> None:
    namespace: dict[str, str] = {}
    exec((ROOT / "__init__.py").read_text(), namespace)

    assert PROJECT["project"]["version"] == namespace["__version__"]


def test_tests_are_not_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_is_named_after_what_it_holds(path: Path) -> None:
    assert not EMPTY_NAMES & {*path.parts[:-1], path.stem}


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_stays_readable(path: Path) -> None:
    lines = (ROOT / path).read_text().count("\n")

    assert lines <= 400, f"{path} has {lines} lines: a second idea has appeared, split it"


def test_configuration_lives_in_two_files() -> None:
    strays = {
        "setup.py",
        "setup.cfg",
        "tox.ini",
        "pytest.ini",
        "ruff.toml",
        "pyrightconfig.json",
        "MANIFEST.in",
        "requirements.txt",
    }

    assert {path.name for path in ROOT.iterdir()} & strays == set()

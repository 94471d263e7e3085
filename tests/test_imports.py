"""What may import what, read from the source."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCES = [REPOSITORY / "app.py", *sorted((REPOSITORY / "ae").rglob("*.py"))]
# From the design: each may import from rows above its own, and no other way.
ORDER = (
    {"ae.noise"},
    {"ae.config"},
    {"ae.data", "ae.networks"},
    {"ae.autoencoder"},
    {"ae.training"},
    {"ae.runs"},
)


def module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in SOURCES}


def imports(path: Path) -> set[str]:
    """Full names of all that is imported anywhere in a file, functions included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else node.module)
    return found


def is_screen(name: str) -> bool:
    return name == "app" or name == "ae.ui" or name.startswith("ae.ui.")


def loaded_after(statement: str) -> set[str]:
    """Top-level modules in a new process after ``statement``."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("name", [name for name in MODULES if not is_screen(name)])
def test_only_the_screen_imports_streamlit(name):
    assert not [other for other in imports(MODULES[name]) if other.split(".")[0] == "streamlit"]


@pytest.mark.parametrize("name", [name for name in MODULES if not is_screen(name)])
def test_nothing_imports_the_screen_but_itself(name):
    assert not [other for other in imports(MODULES[name]) if is_screen(other)]


def test_imports_go_the_way_of_the_design():
    rank = {name: row for row, names in enumerate(ORDER) for name in names}
    assert set(rank) <= set(MODULES)
    wrong = [
        (name, other)
        for name in rank
        for other in imports(MODULES[name])
        if other in rank and rank[other] >= rank[name]
    ]
    assert not wrong


def test_no_imports_go_in_a_circle():
    graph = {name: imports(path) & set(MODULES) for name, path in MODULES.items()}
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "statement",
    ["import ae", "import ae.__main__, ae.runs", "import ae; ae.load_mnist(); ae.list_models()"],
)
def test_tensorflow_is_imported_when_first_needed(statement):
    assert not loaded_after(statement) & {"tensorflow", "keras", "streamlit"}


def test_public_names_exist():
    import ae

    assert sorted(set(ae.__all__)) == sorted(ae.__all__)
    assert all(hasattr(ae, name) for name in ae.__all__)

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
# A wing imports from those before it, never from those after it.
WINGS = (
    *("errors", "system", "imaging", "data", "config", "nn", "analysis"),
    *("compression", "training", "store", "charts", "runs", "cli", "ui"),
)
PAGES = ("anomalies", "compress", "denoise", "draw", "generate", "latent", "reconstruct", "train")


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


def wing_of(name: str) -> str | None:
    """The wing of a module of ``ae``; None for ``ae`` itself and for its command line's entry."""
    return name.split(".")[1] if name.count(".") and name != "ae.__main__" else None


def test_every_module_is_in_a_wing():
    wings = {wing_of(name) for name in MODULES if name.startswith("ae")} - {None}
    assert wings == set(WINGS)


@pytest.mark.parametrize("name", [name for name in MODULES if wing_of(name)])
def test_a_wing_imports_from_those_before_it_alone(name):
    others = {other for other in imports(MODULES[name]) if other in MODULES}
    assert "ae" not in others, "import the wing that has the name"
    allowed = WINGS[: WINGS.index(wing_of(name)) + 1]
    assert not [other for other in others if wing_of(other) not in allowed]


@pytest.mark.parametrize("page", PAGES)
def test_no_pages_parts_import_another_pages(page):
    mine = {name: path for name, path in MODULES.items() if name.startswith(f"ae.ui.{page}.")}
    assert mine
    strangers = [f"ae.ui.{other}" for other in (*PAGES, "pages") if other != page]
    wrong = [
        (name, other)
        for name, path in mine.items()
        for other in imports(path)
        if any(f"{other}.".startswith(f"{stranger}.") for stranger in strangers)
    ]
    assert not wrong


def test_components_import_no_other_part_of_the_screen():
    wrong = [
        (name, other)
        for name, path in MODULES.items()
        if name.startswith("ae.ui.components")
        for other in imports(path)
        if is_screen(other) and not other.startswith("ae.ui.components")
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

"""Keys of the session and of the address have one home, read from the sources."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from ae.ui import state

REPOSITORY = Path(__file__).parents[2]
HOME = REPOSITORY / "ae/ui/state.py"
SOURCES = [REPOSITORY / "app.py", *sorted((REPOSITORY / "ae/ui").rglob("*.py"))]
STATES = ("session_state", "query_params")
METHODS = ("get", "pop", "setdefault", "to_dict", "update", "get_all")


def is_text(node: ast.expr) -> bool:
    """Whether a key is a text of its own, or begins with one."""
    if isinstance(node, ast.JoinedStr):
        return bool(node.values) and isinstance(node.values[0], ast.Constant)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in STATES


def literal_keys(source: str) -> list[int]:
    """Lines that use the session or the address, or a widget's key, under a text of their own."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        found = []
        if isinstance(node, ast.Subscript) and is_state(node.value):
            found = [node.slice]
        elif isinstance(node, ast.Compare) and any(map(is_state, node.comparators)):
            found = [node.left]
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and is_state(function.value):
                found = node.args[:1]
            elif isinstance(function, ast.Attribute) and function.attr != "sort":
                found = [word.value for word in node.keywords if word.arg == "key"]
        elif isinstance(node, ast.Attribute) and is_state(node.value):
            lines += [node.lineno] * (node.attr not in METHODS)
        lines += [node.lineno for each in found if is_text(each)]
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_key_is_written_beside_its_home(path):
    assert path == HOME or literal_keys(path.read_text(encoding="utf-8")) == []


def test_a_key_written_elsewhere_is_found():
    for line in (
        'st.session_state["a"]',
        "st.session_state.a = 1",
        'st.session_state.get("a")',
        '"a" in st.query_params',
        'st.button("x", key="a")',
        'st.button("x", key=f"a{1}")',
    ):
        assert literal_keys(line) == [1], line


def test_no_two_keys_are_the_same():
    _, home = HOME.read_text(encoding="utf-8").split("# --- in the session alone")
    tree = ast.parse(f"# {home.split('PADS =')[0]}")
    keys = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    texts = [key.value for key in keys if isinstance(key, ast.Constant)]
    texts += [each.value for key in keys if isinstance(key, ast.Tuple) for each in key.elts]
    texts += state.PARAMETERS
    assert len(texts) > 90
    assert len(set(texts)) == len(texts)

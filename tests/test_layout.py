"""The shape of the house: how long, how documented, who imports whom, and that no name is taken."""

import ast
import importlib.metadata
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("crawlers", "classifier", "pipeline", "dashboards")
SOURCES = sorted(
    [ROOT / "headstamp.py"] + [path for package in (*PACKAGES, "benchmarks") for path in (ROOT / package).rglob("*.py")]
)
MOST_LINES, MOST_IN_FUNCTION, MEDIAN_FUNCTION = 300, 40, 10


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    assert ast.get_docstring(ast.parse(text)), "a module starts with one sentence that says what it is for"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_function_is_short(path: Path) -> None:
    assert [f"{node.name}: {length(node)} lines" for node in functions(path) if length(node) > MOST_IN_FUNCTION] == []


def test_half_of_all_functions_have_ten_lines_or_fewer() -> None:
    assert statistics.median(length(node) for path in SOURCES for node in functions(path)) <= MEDIAN_FUNCTION


def test_nobody_mocks() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert [named(path) for path in tests if "unittest.mock" in path.read_text(encoding="utf-8")] == []


def test_no_folder_of_tests_shadows_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_installed_distribution_ships_a_package_of_our_names() -> None:
    taken = importlib.metadata.packages_distributions()
    assert {
        name: taken[name] for name in (*PACKAGES, "headstamp", "models") if set(taken.get(name, [])) - {"headstamp"}
    } == {}


def test_help_imports_no_heavy_package() -> None:
    code = (
        "import sys, headstamp\n"
        "try: headstamp.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'scrapy', 'twisted', 'numpy', 'apsw', 'starlette', 'rich', 'onnxruntime', 'kafka', 'elasticsearch'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Which chapter may know which: the arrows of the package, and that no import closes a circle."""

import ast
from pathlib import Path

import pytest
from support import TRAINING

PACKAGE = TRAINING / "denoise_training"

# In reading order. What all chapters share: the numbers, the reader of settings, and the measures.
SHARED = {"framing", "settings", "measures"}
ARROWS = {
    "framing": set(),
    "settings": set(),
    "measures": {"framing"},
    "data": {"framing"},
    "network": {"framing"},
    "loss": {"framing"},
    "run": {"data", "network", "loss", *SHARED},
    "classic": {"data", "loss", "run", *SHARED},
    "export": {"data", "network", "classic", "run", *SHARED},
    "score": {"data", "network", "run", *SHARED},
    "pictures": {"data", "classic", *SHARED},
}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
SCRIPTS = sorted((TRAINING / "scripts").glob("*.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(TRAINING).with_suffix("").parts)


def imported(path: Path) -> set[str]:
    """Modules of this folder that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module_name(path).split(".")[: -node.level] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            found |= {name, *(f"{name}.{alias.name}" for alias in node.names)}
    known = {module_name(file) for file in (*FILES, *SCRIPTS)}
    return found & known


def chapter(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_follow_the_arrows(path: Path):
    own = chapter(module_name(path))
    others = {chapter(name) for name in imported(path) if name.startswith("denoise_training.")} - {own}
    assert others <= ARROWS[own], f"{own} may know {', '.join(sorted(ARROWS[own])) or 'nothing'}"
    assert not [name for name in imported(path) if name.startswith("scripts.")], (
        "programs know the package, not the reverse"
    )


def test_every_chapter_has_its_arrows():
    assert {chapter(module_name(path)) for path in FILES} == set(ARROWS)
    chapters = list(ARROWS)
    for place, name in enumerate(chapters):
        assert ARROWS[name] <= set(chapters[:place]), f"{name} may know only what is read before it"


def test_no_import_closes_a_circle():
    graph = {module_name(path): imported(path) - {module_name(path)} for path in (*FILES, *SCRIPTS)}
    done: set[str] = set()

    def walk(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail[trail.index(module) :], module])
        if module in done:
            return
        for other in sorted(graph[module]):
            walk(other, (*trail, module))
        done.add(module)

    for module in graph:
        walk(module, ())
    assert done == set(graph)


@pytest.mark.parametrize("path", [*FILES, *SCRIPTS], ids=module_name)
def test_files_are_short_enough_to_read_at_once(path: Path):
    assert len(path.read_text().splitlines()) <= 300


def test_programs_are_apart():
    for path in FILES:
        text = path.read_text()
        assert "__main__" not in text and "argparse" not in text, f"{path.name}: programs belong in scripts/"

"""What README, docs and runs say of files and programs."""

import importlib
import re
from pathlib import Path

import pytest
from support import TRAINING

PACKAGE = TRAINING / "denoise_training"
PAGES = [TRAINING / "README.md", *sorted((TRAINING / "docs").glob("*.md"))]
RUNS = sorted((TRAINING / "runs").glob("*.sh"))
PROGRAMS = {path.stem for path in (TRAINING / "scripts").glob("*.py")} - {"arguments"}


def contents() -> str:
    """The README's list of chapters."""
    return PAGES[0].read_text().partition("## The book")[2].partition("\n## ")[0]


def test_the_table_of_contents_names_every_file_of_every_chapter_and_no_other():
    chapters = re.findall(r"^\d+\. \*\*(?:`(\w+)/`|the floor)\*\*(.*?)(?=^\d+\. |\Z)", contents(), re.M | re.S)
    named = {
        f"{chapter}/{file}" if chapter else file for chapter, text in chapters for file in re.findall(r"\w+\.py", text)
    }
    found = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    assert named == found


@pytest.mark.parametrize("path", [*PAGES, *RUNS], ids=lambda path: path.name)
def test_commands_and_files_that_are_named_exist(path: Path):
    text = path.read_text()
    assert set(re.findall(r"scripts\.([a-z_]+)", text)) <= PROGRAMS
    for name in re.findall(r"\bruns/([a-z\d-]+\.sh)", text):
        assert (TRAINING / "runs" / name).exists(), name
    for name in re.findall(r"\bconfigs/([\w-]+\.toml)", text):
        assert (TRAINING / "configs" / name).exists(), name
    for name in re.findall(r"\btests/[\w/]+\.py", text):
        assert (TRAINING / name).exists(), name
    if path.suffix == ".md":
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (path.parent / link).exists(), link


def test_the_readme_lists_every_program():
    text = PAGES[0].read_text()
    assert {name for name in PROGRAMS if f"`scripts.{name}`" in text} == PROGRAMS


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_programs_start_and_tell_what_they_take(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"scripts.{name}").main()
    assert ended.value.code == 0 and "usage:" in capsys.readouterr().out


def test_comments_that_send_to_another_file_name_one_that_is_there():
    files = {path.name for path in TRAINING.rglob("*.py") if ".venv" not in path.parts}
    for path in [*PACKAGE.rglob("*.py"), *(TRAINING / "scripts").glob("*.py"), *(TRAINING / "configs").glob("*.toml")]:
        for name in re.findall(r"\b([a-z_]+)\.py\b", path.read_text()):
            assert f"{name}.py" in files, f"{path.name} speaks of {name}.py"

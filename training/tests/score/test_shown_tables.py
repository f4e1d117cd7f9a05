"""The tables of the README and of docs/quality.md against the committed scores."""

import json
import re

from denoise_training.score import table_text
from denoise_training.score.engine import ROOT
from denoise_training.score.peers import PEERS

COMMITTED = ROOT / "training/scores.json"


def cells(text: str) -> list[list[str]]:
    """The table's cells, however a formatter lays it out."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return [row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row)]


def shown(document: str, which: str) -> tuple[str, str]:
    """A table between its marks, and what stands after it."""
    begin, end = table_text.marks(which)
    _, _, rest = (ROOT / document).read_text().partition(begin)
    inside, _, after = rest.partition(end)
    return inside, after


def committed() -> dict:
    return json.loads(COMMITTED.read_text())


def test_the_guide_shows_the_last_run():
    assert cells(shown("docs/quality.md", table_text.TABLE)[0]) == cells(table_text.tables(committed()))


def test_the_readme_shows_five_rows_of_the_last_run():
    rows = cells(shown("README.md", table_text.SHORT_TABLE)[0])
    assert rows == cells(table_text.short_table(committed()))
    assert [row[0] for row in rows] == ["", "noisy", "RNNoise", "GTCRN", "`base`", "`tiny`"]


def test_what_the_guide_says_of_the_classic_designs_quotes_the_table():
    table, after = shown("docs/quality.md", table_text.TABLE)
    words = [p for p in after.split("\n\n") if p.startswith("What the classic designs teach")]
    assert len(words) == 1
    in_table = set(re.findall(r"\d+\.\d+", table))
    assert [n for n in re.findall(r"\d+\.\d+", words[0]) if n not in in_table] == []


def test_the_table_has_the_default_model_beside_the_noisy_input_and_the_peers():
    assert {"noisy", "base", *PEERS} <= set(json.loads(COMMITTED.read_text())["systems"])

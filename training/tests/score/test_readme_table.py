"""The README's quality table against the committed scores."""

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


def shown() -> tuple[str, str]:
    """The README's table, and the paragraph after it."""
    _, _, rest = (ROOT / "README.md").read_text().partition(table_text.BEGIN)
    inside, _, after = rest.partition(table_text.END)
    return inside, after.strip().split("\n## ")[0]


def test_the_readme_shows_the_last_run():
    expected = table_text.tables(json.loads(COMMITTED.read_text()))
    assert cells(shown()[0]) == cells(expected)


def test_what_the_readme_says_of_the_classic_designs_quotes_the_table():
    words = [p for p in shown()[1].split("\n\n") if p.startswith("What the classic designs teach")]
    classic = [e for e in json.loads(COMMITTED.read_text())["systems"].values() if "own_band" in e]
    assert len(words) == 1 or not classic
    numbers = re.findall(r"\d+\.\d+", "".join(words))
    in_table = set(re.findall(r"\d+\.\d+", shown()[0]))
    assert [n for n in numbers if n not in in_table] == []


def test_the_table_has_the_default_model_beside_the_noisy_input_and_the_peers():
    assert {"noisy", "base", *PEERS} <= set(json.loads(COMMITTED.read_text())["systems"])

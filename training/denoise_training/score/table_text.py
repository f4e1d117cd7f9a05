"""The quality table as people read it: Markdown for scores.md, docs/quality.md and, in five rows, the README."""

from pathlib import Path

from .evaluate import MEASURES, cell, not_all

TABLE, SHORT_TABLE = "table", "short table"  # the two between marks in documents
HEADINGS = {
    "pesq": "PESQ-WB", "stoi": "STOI", "estoi": "ESTOI", "si_sdr": "SI-SDR, dB",
    "ovrl": "OVRL", "sig": "SIG", "bak": "BAK",
}  # fmt: skip
COSTS = {"microsPerSecond": "µs per s", "latencyMs": "latency, ms", "parameters": "parameters", "bytes": "KB"}


# The README shows the default, what else is bundled, and whom they are compared with.
SHORT_ROWS = ("noisy", "rnnoise", "gtcrn", "base", "tiny")
SHORT_SCORES = {"pesq": "PESQ-WB", "estoi": "ESTOI", "si_sdr": "SI-SDR, dB", "ovrl": "DNSMOS OVRL", "bak": "BAK"}
SHORT_COSTS = ("microsPerSecond", "latencyMs")


def cost_cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name == "bytes":
        return f"{value / 1000:.0f}"
    if name == "microsPerSecond":
        return f"{float(f'{value:.2g}'):.0f}"  # two digits that count: a third moves from run to run
    return f"{value:.0f}"


def tables(table: dict) -> str:
    """The tables of docs/quality.md: all systems, those that keep less than the whole band, all on unseen corpora."""
    lines = [
        "| | " + " | ".join([*HEADINGS.values(), *COSTS.values()]) + " |",
        "|---|" + "---|" * (len(HEADINGS) + len(COSTS)),
    ]
    for entry in table["systems"].values():
        scores = [cell(name, entry["mean"].get(name)) for name in MEASURES]
        costs = [cost_cell(name, entry.get("cost", {}).get(name)) for name in COSTS]
        lines.append(f"| {entry['title']} | " + " | ".join([*scores, *costs]) + " |")
    narrow = {name: entry for name, entry in table["systems"].items() if "own_band" in entry}
    if narrow:
        lines += [
            "",
            "| below its highest frequency | kHz | SI-SDR, noisy | enhanced | BAK, noisy | enhanced |",
            "|---|" + "---|" * 5,
        ]
        for entry in narrow.values():
            band = entry["own_band"]
            pairs = [cell(name, band[kind].get(name)) for name in ("si_sdr", "bak") for kind in ("noisy", "enhanced")]
            lines.append(f"| {entry['title']} | {band['high_hz'] / 1000:.3g} | " + " | ".join(pairs) + " |")
    if "unseen" in table:
        lines += [
            "",
            "| voices of unseen corpora | " + " | ".join(HEADINGS.values()) + " |",
            "|---|" + "---|" * len(HEADINGS),
        ]
        for entry in table["unseen"]["systems"].values():
            cells = " | ".join(cell(name, entry["mean"].get(name)) for name in MEASURES)
            lines.append(f"| {entry['title']} | {cells} |")
    return "\n".join(lines) + "\n"


def short_table(table: dict) -> str:
    """The table of the README."""
    headings = [*SHORT_SCORES.values(), *(COSTS[name] for name in SHORT_COSTS)]
    lines = ["| | " + " | ".join(headings) + " |", "|---|" + "---|" * len(headings)]
    for name in SHORT_ROWS:
        entry = table["systems"].get(name)
        if entry is None:
            continue
        cells = [cell(measure, entry["mean"].get(measure)) for measure in SHORT_SCORES]
        cells += [cost_cell(cost, entry.get("cost", {}).get(cost)) for cost in SHORT_COSTS]
        lines.append(f"| {entry['title']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def groups(table: dict) -> str:
    """PESQ-WB, SI-SDR and BAK of everything by SNR and by kind of noise; then the same of unseen corpora."""
    return group_tables(table, "") + (group_tables(table["unseen"], ", unseen corpora") if "unseen" in table else "")


def group_tables(table: dict, where: str) -> str:
    text = ""
    for key, title in (("by_snr", "SNR, dB"), ("by_noise", "noise")):
        for measure in ("pesq", "si_sdr", "bak"):
            names = list(table["systems"]["noisy"][key])
            text += (
                f"\n{HEADINGS[measure]} by {title}{where}\n\n| | "
                + " | ".join(names)
                + " |\n|---|"
                + "---|" * len(names)
                + "\n"
            )
            for entry in table["systems"].values():
                text += (
                    f"| {entry['title']} | "
                    + " | ".join(cell(measure, entry[key][n].get(measure)) for n in names)
                    + " |\n"
                )
    return text


def report(table: dict) -> str:
    packages = ", ".join(f"{k} {v}" for k, v in {**table["packages"], **table["machine"].get("packages", {})}.items())
    lines = [f"{name}: left out: {reason}" for name, reason in table["left_out"].items()]
    text = f"{tables(table)}\n{table['mixtures']['files']} mixtures. Packages: {packages}.\n{not_all(table['systems'])}"
    if "unseen" in table:
        unseen = table["unseen"]
        text += f"\n{unseen['mixtures']['files']} mixtures of unseen corpora.\n{not_all(unseen['systems'])}"
    return text + "".join(f"\n{line}\n" for line in lines)


def marks(which: str) -> tuple[str, str]:
    return f"<!-- {which}: written by training/runs/table.sh -->", f"<!-- /{which} -->"


def put_into(document: Path, which: str, text: str) -> None:
    """Replaces what stands between the two marks."""
    begin, end = marks(which)
    before, begin_mark, rest = document.read_text().partition(begin)
    _, end_mark, after = rest.partition(end)
    if not begin_mark or not end_mark:
        raise ValueError(f"{document} lacks the marks {begin} and {end}: put them where the table is to stand")
    document.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")

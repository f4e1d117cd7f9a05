"""The quality table as people read it: Markdown for scores.md and the README."""

from pathlib import Path

from .evaluate import MEASURES, cell, not_all

BEGIN, END = "<!-- table: written by training/runs/table.sh -->", "<!-- /table -->"
HEADINGS = {
    "pesq": "PESQ-WB", "stoi": "STOI", "estoi": "ESTOI", "si_sdr": "SI-SDR, dB",
    "ovrl": "OVRL", "sig": "SIG", "bak": "BAK",
}  # fmt: skip
COSTS = {"microsPerSecond": "µs per s", "latencyMs": "latency, ms", "parameters": "parameters", "bytes": "KB"}


def cost_cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name == "bytes":
        return f"{value / 1000:.0f}"
    if name == "microsPerSecond":
        return f"{float(f'{value:.2g}'):.0f}"  # two digits that count: a third moves from run to run
    return f"{value:.0f}"


def tables(table: dict) -> str:
    """The tables of the README: all systems, models that keep less than the whole band, and all on unseen corpora."""
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


def put_into(readme: Path, text: str) -> None:
    """Replaces what stands between the two marks."""
    before, begin_mark, rest = readme.read_text().partition(BEGIN)
    _, end_mark, after = rest.partition(END)
    if not begin_mark or not end_mark:
        raise ValueError(f"{readme} lacks the marks {BEGIN} and {END}: put them where the table is to stand")
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")

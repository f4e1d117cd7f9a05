"""One picture of a prepared folder: how much there is, how long, how wide, how loud, and of what kinds."""

from collections import defaultdict

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from ..data.noises import noise_kind
from ..data.prepared import Clip, Prepared
from ..framing import RATE_HZ

SPLITS = {"train": "#3465a4", "valid": "#f57900", "eval": "#73a839"}
KIND_COLOURS = {"speech": "#3465a4", "noise": "#cc4455"}


def minutes_by(clips: list[Clip], key) -> dict[str, dict[str, float]]:
    """Minutes of each group and split, largest group first."""
    total: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for clip in clips:
        total[key(clip)][clip.split] += clip.samples / RATE_HZ / 60
    return dict(sorted(total.items(), key=lambda item: -sum(item[1].values())))


def bars(axis: plt.Axes, groups: dict[str, dict[str, float]], title: str) -> None:
    names, left = list(groups), np.zeros(len(groups))
    for split, colour in SPLITS.items():
        widths = np.array([groups[n].get(split, 0.0) for n in names])
        axis.barh(names, widths, left=left, color=colour, label=split)
        left += widths
    for place, total in enumerate(left):
        axis.text(total, place, f" {total:.1f}", va="center", fontsize=8)
    axis.set_xlim(0, left.max() * 1.14)
    axis.invert_yaxis()
    axis.tick_params(axis="y", labelsize=8)
    axis.set(title=title, xlabel="minutes")
    axis.legend(fontsize=8, loc="lower right")


def levels(data: Prepared, clips: list[Clip], most: int = 300) -> np.ndarray:
    """RMS of up to `most` clips, spread over all of them, in dBFS; each clip's peak was brought to 0.9."""
    picked = [clips[i] for i in np.unique(np.linspace(0, len(clips) - 1, min(most, len(clips))).astype(int))]
    return np.array([10 * np.log10(np.mean(data.read(c, 0, 10 * RATE_HZ) ** 2) + 1e-10) for c in picked])


def draw_summary(data: Prepared) -> plt.Figure:
    """Durations, rates, levels and classes of a prepared folder; the caller saves and closes the figure."""
    clips = {kind: [c for c in data.clips if c.kind == kind] for kind in KIND_COLOURS}
    if not all(clips.values()):
        raise ValueError("expected a prepared folder with speech and noise, one of them is empty")
    figure, axes = plt.subplots(2, 3, figsize=(17, 10), layout="constrained")
    total = sum(c.samples for c in data.clips) / RATE_HZ / 3600
    voices = len({c.recording for c in clips["speech"]})
    rooms = sum(c.kind == "rir" for c in data.clips)
    figure.suptitle(
        f"{total:.1f} hours in {len(data.clips)} clips: {voices} voices or sets of voices, "
        f"{len({c.recording for c in clips['noise']})} noise recordings, {rooms} rooms",
        fontsize=14,
    )
    bars(axes[0, 0], minutes_by(clips["speech"], lambda c: c.folder), "speech by source")
    bars(axes[0, 1], minutes_by(clips["noise"], lambda c: c.folder), "noise by source")
    bars(axes[0, 2], minutes_by(clips["noise"], noise_kind), "noise by class")
    for kind, colour in KIND_COLOURS.items():
        seconds = np.array([c.samples / RATE_HZ for c in clips[kind]])
        label = f"{kind}: median {np.median(seconds):.1f} s"
        edges = np.geomspace(0.1, max(120.0, seconds.max()), 40)
        axes[1, 0].hist(seconds, edges, color=colour, alpha=0.6, label=label)
        loud = levels(data, clips[kind])
        label = f"{kind}: median {np.median(loud):.1f} dBFS"
        axes[1, 2].hist(loud, np.arange(-60, 0, 1.5), density=True, color=colour, alpha=0.6, label=label)
    axes[1, 0].set(title="durations", xlabel="seconds", ylabel="clips", xscale="log")
    axes[1, 2].set(title="levels (RMS below full scale, peaks at 0.9)", xlabel="dBFS", ylabel="density")
    draw_rates(axes[1, 1], clips)
    for axis in axes[1]:
        axis.legend(fontsize=9)
    return figure


def draw_rates(axis: plt.Axes, clips: dict[str, list[Clip]]) -> None:
    """Clips by the rate of the file they came from, which is twice the bandwidth that is known of them."""
    rates = sorted({2 * c.bandwidth_hz for group in clips.values() for c in group})
    for side, (kind, colour) in enumerate(KIND_COLOURS.items()):
        counts = [sum(2 * c.bandwidth_hz == r for c in clips[kind]) for r in rates]
        axis.bar(np.arange(len(rates)) + 0.4 * side - 0.2, counts, 0.4, color=colour, label=kind)
    axis.set_xticks(range(len(rates)), [f"{r / 1000:g}" for r in rates])
    axis.set(title="rates of the sources", xlabel="kHz", ylabel="clips")

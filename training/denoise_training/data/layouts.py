"""The ways in which folders of audio are arranged, each turned into a list of sources.

Notable: what matters is `recording`, the name of what must stay on one side of the split. For speech it is the speaker,
for noise the original recording, and every collection hides it in another place.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".au", ".caf", ".w64"}


@dataclass
class Source:
    """One file to prepare."""

    path: str  # absolute path of the file
    kind: str  # speech, noise or rir
    label: str  # speaker or noise class
    recording: str  # what must stay on one side of the split: a speaker, or one noise recording
    folder: str  # collection it came from; the split is balanced over these
    bandwidth_hz: int = 0  # nothing is recorded above this frequency (0: half the file's own rate)
    licence: str = ""
    licence_flag: str = ""
    minus: str = ""  # a file that is subtracted first: the noise of a noisy and clean pair


def audio_files(root: Path) -> list[Path]:
    files = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not files:
        raise FileNotFoundError(f"no audio under {root}: expected files ending in {', '.join(sorted(SUFFIXES))}")
    return files


def recording_name(path: Path) -> str:
    """Name shared by all pieces of one recording: `_0`, `_1` are cut off, and ESC takes (`1-977-A`) lose their take."""
    esc = re.match(r"(\d+-\d+)-[A-Z](?![A-Za-z0-9])", path.stem)
    return esc.group(1) if esc else re.sub(r"_\d+$", "", path.stem)


def manifest(root: Path) -> list[Source]:
    """MANIFEST.csv with the columns path, kind, speaker_or_class, sample_rate, licence, licence_flag."""
    sources = []
    with open(root / "MANIFEST.csv", newline="") as file:
        for row in csv.DictReader(file):
            path = Path(row["path"])
            folder = path.parts[1] if len(path.parts) > 2 else row["kind"]
            if row["kind"] == "speech":
                # Voices of a crowd without labels cannot be told apart, so each clip is its own voice.
                recording = str(path) if "unknown" in row["speaker_or_class"] else row["speaker_or_class"]
            else:
                recording = f"{folder}/{recording_name(path)}"
            sources.append(
                Source(
                    path=str(root / path),
                    kind=row["kind"],
                    label=row["speaker_or_class"] or path.stem,
                    recording=recording,
                    folder=folder,
                    bandwidth_hz=int(float(row["sample_rate"] or 0)) // 2,
                    licence=row.get("licence", ""),
                    licence_flag=row.get("licence_flag", ""),
                )
            )
    return sources


def speech(root: Path) -> list[Source]:
    """Any tree: the folder next to the file is the speaker."""
    return [speech_source(p, root, p.parent.name) for p in audio_files(root)]


def noise(root: Path) -> list[Source]:
    """Any tree: the folder next to the file is the class, the file name without its piece number the recording."""
    return [noise_source(p, root, p.parent.name) for p in audio_files(root)]


def rir(root: Path) -> list[Source]:
    """Any tree of room responses."""
    return [Source(str(p), "rir", p.stem, f"{root.name}/{p.stem}", root.name) for p in audio_files(root)]


def librispeech(root: Path) -> list[Source]:
    """speaker/chapter/speaker-chapter-sentence.flac."""
    return [speech_source(p, root, p.stem.split("-")[0]) for p in audio_files(root)]


def vctk(root: Path) -> list[Source]:
    """wav48*/p225/p225_001_mic1.flac; the second microphone of a sentence is left out."""
    return [speech_source(p, root, p.stem.split("_")[0]) for p in audio_files(root) if not p.stem.endswith("mic2")]


def voicebank(root: Path) -> list[Source]:
    """clean_*/p226_001.wav beside noisy_*/p226_001.wav: the clean ones are speech, the differences noise."""
    sources = []
    for clean in [p for p in audio_files(root) if p.parent.name.startswith("clean_")]:
        noisy = clean.parent.parent / clean.parent.name.replace("clean_", "noisy_", 1) / clean.name
        speaker = clean.stem.split("_")[0]
        sources.append(speech_source(clean, root, speaker))
        if noisy.exists():
            # Nothing says which recording a noise came from, so the noises of one speaker stay together.
            recording = f"{root.name}/noise-of-{speaker}"
            sources.append(Source(str(noisy), "noise", "mixed", recording, root.name, minus=str(clean)))
    return sources


def esc50(root: Path) -> list[Source]:
    """audio/ and meta/esc50.csv, which names the class and the recording (`src_file`) of every clip."""
    sources = []
    with open(root / "meta" / "esc50.csv", newline="") as file:
        for row in csv.DictReader(file):
            path = root / "audio" / row["filename"]
            sources.append(
                Source(str(path), "noise", f"esc:{row['category']}", f"{root.name}/{row['src_file']}", root.name)
            )
    return sources


def demand(root: Path) -> list[Source]:
    """DKITCHEN/ch01.wav ... ch16.wav: sixteen microphones of one recording, of which the first is taken."""
    return [
        Source(str(p), "noise", p.parent.name, f"{root.name}/{p.parent.name}", root.name)
        for p in sorted(root.rglob("ch01.wav"))
    ]


def ms_snsd(root: Path) -> list[Source]:
    """clean_train, clean_test, noise_train, noise_test; Babble_1, Babble_2 are pieces of one recording."""
    sources = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        if folder.name.startswith("clean_"):
            sources += [speech_source(p, root, p.stem.split("_")[0]) for p in audio_files(folder)]
        elif folder.name.startswith("noise_"):
            sources += [noise_source(p, root, recording_name(p)) for p in audio_files(folder)]
    return sources


def dns(root: Path) -> list[Source]:
    """clean*/, noise*/ and impulse_responses*/ of the DNS Challenge; the reader's number stands in the file name."""
    sources = []
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        name = folder.name.lower()
        if name.startswith("clean"):
            for path in audio_files(folder):
                reader = re.search(r"reader_(\d+)|(p\d{3})_", path.stem)
                speaker = next((g for g in reader.groups() if g), path.stem) if reader else path.stem
                sources.append(speech_source(path, root, speaker))
        elif name.startswith("noise"):
            sources += [noise_source(p, root, p.parent.name) for p in audio_files(folder)]
        elif name.startswith("impulse"):
            sources += rir(folder)
    return sources


def speech_source(path: Path, root: Path, speaker: str) -> Source:
    return Source(str(path), "speech", speaker, f"{root.name}/{speaker}", root.name)


def noise_source(path: Path, root: Path, label: str) -> Source:
    return Source(str(path), "noise", label, f"{root.name}/{path.parent.name}/{recording_name(path)}", root.name)


LAYOUTS: dict[str, Callable[[Path], list[Source]]] = {
    f.__name__: f for f in (manifest, speech, noise, rir, librispeech, vctk, voicebank, esc50, demand, ms_snsd, dns)
}


def read_layout(text: str) -> list[Source]:
    """`librispeech=/data/LibriSpeech` -> its sources."""
    name, separator, path = text.partition("=")
    if not separator or name not in LAYOUTS:
        raise ValueError(f"expected layout=folder with a layout out of {', '.join(LAYOUTS)}; got {text!r}")
    root = Path(path).resolve()
    if not root.is_dir():
        raise FileNotFoundError(f"{root} is not a folder")
    return LAYOUTS[name](root)

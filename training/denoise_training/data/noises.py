"""Kinds of noise, told by words in the names of recordings, and how often each is met."""

from .prepared import Clip


def words_of(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Share of examples for each kind of noise, and words that identify it; the first match wins. What people meet in
# calls comes first: recordings of animals and nature outnumber it in free collections.
NOISE_KINDS = (
    (
        "keyboard",
        0.13,
        words_of("keyboard typing typewriter mouse_click keystroke"),
    ),
    (
        "people",
        0.12,
        words_of(
            "crowd cafe restaurant crowded-bar office laughing library supermarket subway station applause clapping "
            "carousel church temple baby cough sneeze breath snor laboratory"
        ),
    ),
    (
        "machine",
        0.19,
        words_of(
            "fan vacuum machine hum engine dryer saw static airplane helicopter motor ventil laundry compressor vinyl "
            "wiper "
            "construction radio printer projector submarine shaver hydrol lift hiss"
        ),
    ),
    (
        "traffic",
        0.15,
        words_of(
            "traffic street road highway city car train siren horn bicycle vehicle jet transport underground roar"
        ),
    ),
    (
        "household",
        0.14,
        words_of(
            "door clock glass dish toilet flush water_drops pouring can_opening brushing drinking footsteps knock "
            "paper "
            "zipper alarm boiling bubbles gravel bell step perc chimes bowl match apple shears scrape tick write erase "
            "screech"
        ),
    ),
    (
        "weather",
        0.12,
        words_of("rain wind hail thunder waves river stream sea water fire leaves droplets"),
    ),
    (
        "music",
        0.06,
        words_of("music loop_ morse"),
    ),
    ("other", 0.09, ("",)),
)
TRANSIENT_WORDS = words_of(
    "keyboard typing mouse_click knock door can_opening glass clapping clock footsteps dog cough typewriter paper "
    "fireworks perc "
)


def noise_kind(clip: Clip) -> str:
    text = f"{clip.label} {clip.folder} {clip.recording}".lower()
    return next(name for name, _, words in NOISE_KINDS if any(word in text for word in words))

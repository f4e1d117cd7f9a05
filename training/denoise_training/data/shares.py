"""Mixtures of sound that is dealt out: each stretch of a batch is drawn from a share of its own.

Notable: which share an example is drawn from follows from its place in the batch alone. So a run hears the same whether
one process reads all shares or each of many reads one.
"""

from collections.abc import Sequence

from .mixing import MixConfig, MixtureSource
from .prepared import Prepared
from .rendering import Draws


class SharedSource:
    """What a MixtureSource draws, of several shares. `indices`: the examples of this process, in equal stretches."""

    def __init__(
        self,
        shares: Sequence[Prepared],
        split: str,
        config: MixConfig,
        seed: int,
        indices: range,
        simulated_rooms: int = 120,
    ):
        first = MixtureSource(shares[0], split, config, seed, simulated_rooms)
        self.renderer = first.renderer
        self.sources = [first, *(first.beside(share) for share in shares[1:])]
        self.begin, self.stretch = indices.start, len(indices) // len(shares)

    def draw(self, step: int, indices: range) -> Draws:
        parts: list[Draws] = []
        for place, source in enumerate(self.sources):
            begin = self.begin + place * self.stretch
            own = range(max(indices.start, begin), min(indices.stop, begin + self.stretch))
            parts += [source.draw(step, own)] if own else []
        return Draws.joined(parts)

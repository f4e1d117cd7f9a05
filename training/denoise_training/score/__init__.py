"""How well the shipped engine does: mixtures scored, damage gates, the quality table and the cards."""

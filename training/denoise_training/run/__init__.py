"""A run: its settings, the loop around its steps, and what decides which of its weights are best."""

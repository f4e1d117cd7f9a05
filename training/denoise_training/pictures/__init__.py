"""Pictures of a sound and of what was made of it, and of a whole prepared folder."""

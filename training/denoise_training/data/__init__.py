"""From folders of audio to mixtures: what there is, what is held out, and how noisy speech is drawn from it."""

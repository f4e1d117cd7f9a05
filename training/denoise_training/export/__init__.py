"""From a checkpoint to a folder of models/: graph, weights, manifest, hashes, golden vectors, and a check of them all."""

"""From a checkpoint to a folder of models/: graph, weights, manifest, hashes and golden vectors, all checked."""

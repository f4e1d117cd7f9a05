"""From a spectrum to a mask: the transform, the network as it trains, and the same network hop by hop."""

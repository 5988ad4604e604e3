"""The living network: a network as blocks that show their real feature maps, computed in the browser."""

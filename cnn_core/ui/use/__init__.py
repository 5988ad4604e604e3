"""The pieces of the pages on which a trained network is used."""

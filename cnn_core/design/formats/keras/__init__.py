"""A design as the JSON of Keras, and back."""

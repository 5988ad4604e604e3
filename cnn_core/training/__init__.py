"""Keras. This room knows nothing of who asked for a training or who watches it."""

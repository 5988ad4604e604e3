"""Trained models written in other forms, each with an example that runs it, and the proof that it predicts the same."""

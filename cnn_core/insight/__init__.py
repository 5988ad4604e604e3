"""Looking inside a trained model: what decided, what a filter looks for, which filters are needed. Keras."""

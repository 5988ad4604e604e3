"""Tests of cnn_core.compare."""

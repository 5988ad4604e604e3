"""The shared package of CNN Studio; CONTRIBUTING.md, "The house", says which room is for what."""

__version__ = "0.1.0"

"""The shared package of CNN Studio; docs/ARCHITECTURE in README.md says which room is for what."""

"""The shared package of CNN Studio; README.md, "How it is built", says which room is for what."""

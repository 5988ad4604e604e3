"""The command line: the same studio as the app's, for a terminal and for scripts.

`commands` says what can be typed, and imports nothing heavy; the work of each is in a module of its own beside it.
"""

OK, FAILED, USAGE, STOPPED = 0, 1, 2, 130
"""The exit codes, as most programs have them."""

"""How much memory a process that reads a stranger's file may take."""

from pathlib import Path


def limit_memory(most: int) -> None:
    """From here on, this process gets `most` bytes more of memory, where the system can hold it to that."""
    try:
        import resource
    except ImportError:  # Windows; whoever watches the process looks at the memory or the time too
        return
    status = Path("/proc/self/status")
    if status.exists():
        taken = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmData"))
        most += 1024 * taken
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def limit_seconds(most: int) -> None:
    """This process gets `most` seconds of a processor, where the system can hold it to that; then it is ended."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))

"""The past of a run: of which epochs its weights are kept, and under which names. Early epochs change most."""

from collections.abc import Iterable, Mapping

from cnn_core.runs.store import RunStore

MOST_BYTES = 50_000_000
MOST_EPOCHS = 100
_BEGIN, _END = "epoch-", ".npz"


def file_name(epochs: int) -> str:
    """Of the weights after `epochs` epochs; 0 is before the first.

    >>> file_name(12)
    'epoch-00012.npz'
    """
    return f"{_BEGIN}{epochs:05}{_END}"


def kept_epochs(names: Iterable[str]) -> list[int]:
    """Of which epochs there are weights among the files of these names, in order.

    >>> kept_epochs(["model.keras", "epoch-00012.npz", "epoch-00000.npz"])
    [0, 12]
    """
    numbers = (name.removeprefix(_BEGIN).removesuffix(_END) for name in names if name.startswith(_BEGIN))
    return sorted(int(number) for number in numbers if number.isdecimal())


def most_kept(size: int) -> int:
    """How many epochs may be kept when one takes `size` bytes; one alone shows no way, so then none.

    >>> most_kept(2_400_000), most_kept(30_000_000)
    (20, 0)
    """
    most = min(MOST_BYTES // max(size, 1), MOST_EPOCHS)
    return most if most > 1 else 0


def thinned(epochs: Iterable[int], most: int) -> list[int]:
    """Which of `epochs` to keep, at most `most`: always the first and the last, and early ones closer together.

    >>> thinned(range(13), 6)
    [0, 1, 2, 4, 8, 12]
    """
    kept = sorted(set(epochs))
    if most < 2:
        return []
    while len(kept) > most:
        ratios = [(after + 1) / (before + 1) for before, after in zip(kept[:-2], kept[2:], strict=True)]
        del kept[1 + ratios.index(min(ratios))]
    return kept


def keep(store: RunStore, run_id: str, snapshots: Mapping[int, bytes], kept: Iterable[int]) -> None:
    """Have the run keep the weights of the epochs `kept`, of which `snapshots` has new ones, by the epochs done.

    What is later than all of `kept` stays: who tells of it later may be heard earlier.
    """
    wanted = set(kept)
    for epochs, content in snapshots.items():
        store.save_file(run_id, file_name(epochs), content)
    for epochs in kept_epochs(store.file_sizes(run_id)):
        if epochs not in wanted and epochs < max(wanted, default=0):
            store.remove_file(run_id, file_name(epochs))

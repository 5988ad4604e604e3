"""What reads a stranger's model: `python -m cnn_core.exchange.safe`, asked and answering as `apart` says."""

import json
import sys

from cnn_core.data.upload.memory import limit_memory, limit_seconds
from cnn_core.design.network import Network
from cnn_core.errors import StudioError
from cnn_core.exchange.safe.apart import answered
from cnn_core.exchange.safe.reading import Limits, Sent, read_model
from cnn_core.language import Text


def main() -> None:
    """Read what comes by standard input, and answer on standard output."""
    import h5py  # noqa: F401 - now, and not from the memory that the file may take

    head = json.loads(sys.stdin.buffer.readline())
    limit_memory(head["memory"])
    limit_seconds(head["seconds"])
    sys.stdout.buffer.write(_answer(head))


def _answer(head: dict) -> bytes:
    try:
        files = [
            Sent(name, sys.stdin.buffer.read(size)) for name, size in zip(head["names"], head["sizes"], strict=True)
        ]
        design = head["design"] and Network.from_plain(head["design"])
        return answered(read_model(files, Limits(**head["limits"]), design))
    except StudioError as error:
        return json.dumps({"error": vars(error)}, default=Text.plain).encode()
    except MemoryError:
        return json.dumps({"out_of_memory": True}).encode()


if __name__ == "__main__":
    main()

"""A cure for a fault of Python: with OpenSSL 3.4 or newer, a broken connection breaks the next healthy one, too.

OpenSSL keeps a list of errors for each thread. Python leaves the error of a broken pipe in it and, with the next read
from any other connection of that thread, takes it for that one's (python/cpython#148594, open for 3.13 to 3.15). Dask
then sees a cluster that is lost: on Debian 13 the first training of every server failed.
"""

import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from tornado.iostream import SSLIOStream

FAULTY_SINCE = (3, 4)
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def forget_errors() -> None:
    """Empty this thread's list of errors in OpenSSL: Python does so when asked for ciphers that do not exist."""
    with suppress(ssl.SSLError):
        _CONTEXT.set_ciphers("NONE-OF-THEM")


def _cured(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: SSLIOStream, *arguments: Any) -> Any:
        try:
            return method(self, *arguments)
        except OSError:
            forget_errors()
            raise

    return call


def cure(version: tuple[int, ...] = ssl.OPENSSL_VERSION_INFO) -> None:
    """For all of Dask's connections in this process, where OpenSSL needs it; does nothing the second time."""
    if version < FAULTY_SINCE:
        return
    for name in ("read_from_fd", "write_to_fd", "_do_ssl_handshake"):
        method = getattr(SSLIOStream, name)
        if not hasattr(method, "__wrapped__"):
            setattr(SSLIOStream, name, _cured(method))

"""The fault itself shows with OpenSSL 3.4 or newer; OpenSSL's own list of errors is the oracle everywhere."""

import _ssl
import ctypes
import errno

import pytest
from tornado.iostream import SSLIOStream

from cnn_core.engine.openssl import FAULTY_SINCE, cure, forget_errors

ERR_LIB_SYS = 2


@pytest.fixture
def openssl():
    """The library that Python's ssl uses, with the error of a broken pipe left in its list."""
    library = ctypes.CDLL(getattr(_ssl, "__file__", None))
    if not hasattr(library, "ERR_set_error"):
        pytest.skip("this Python has OpenSSL built in, or an old one")
    library.ERR_peek_error.restype = ctypes.c_ulong
    library.ERR_new()
    library.ERR_set_error(ERR_LIB_SYS, errno.EPIPE, None)
    assert library.ERR_peek_error()
    yield library
    library.ERR_clear_error()


def test_errors_are_forgotten(openssl):
    forget_errors()
    assert not openssl.ERR_peek_error()


def test_only_an_openssl_with_the_fault_is_cured(monkeypatch):
    healthy = SSLIOStream.read_from_fd
    bare = getattr(healthy, "__wrapped__", healthy)
    monkeypatch.setattr(SSLIOStream, "read_from_fd", bare)
    cure((3, 3, 9))
    assert SSLIOStream.read_from_fd is bare
    cure((3, 4, 0))
    assert SSLIOStream.read_from_fd is not bare


def test_a_connection_that_breaks_leaves_no_error_for_the_next(openssl):
    cure(FAULTY_SINCE)

    class Broken:
        def recv_into(self, buffer, size):
            raise BrokenPipeError

    stream = SSLIOStream.__new__(SSLIOStream)
    stream.socket, stream._ssl_accepting = Broken(), False
    with pytest.raises(BrokenPipeError):
        stream.read_from_fd(bytearray(1))
    assert not openssl.ERR_peek_error()

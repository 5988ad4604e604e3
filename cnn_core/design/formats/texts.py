"""Text from strangers into plain data, within limits: JSON files, and the token in a link."""

import base64
import binascii
import json
import zlib
from typing import Any, NoReturn

from cnn_core.errors import DesignError

MAX_JSON_BYTES = 2**20
MAX_TOKEN = 16_384
"""Longest token in characters: well below what servers accept as an address."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number a design can hold")


def read_json(text: str | bytes, limit: int = MAX_JSON_BYTES) -> Any:
    """The plain data in ``text`` (UTF-8 if bytes). Raises DesignError when it is too long or not JSON."""
    if len(text) > limit:
        received = f"{len(text):,}"
        raise DesignError("The text is too long for a design", expected=f"at most {limit:,} bytes", received=received)
    try:
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        fault = "brackets nested far too deep"
    except UnicodeDecodeError:
        fault = "bytes that are not UTF-8 text"
    except json.JSONDecodeError as error:
        fault = f"text that is not JSON from line {error.lineno}, column {error.colno}" if text.strip() else "nothing"
    except ValueError as error:
        fault = str(error)
    todo = "Open a file that was saved here, or by Keras's model.to_json()."
    raise DesignError("This is not a design", expected="JSON text", received=fault, todo=todo)


def pack(plain: Any) -> str:
    """Plain data as short text that an address can carry: compact JSON, zlib, base64url without padding."""
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).rstrip(b"=").decode()


def unpack(token: str) -> Any:
    """The inverse of `pack`. Raises DesignError for anything else, and never inflates beyond `MAX_JSON_BYTES`."""
    broken = DesignError(
        "The link cannot be read",
        expected="a link copied as a whole",
        received=f"{len(token):,} characters that make no sense",
        todo="Copy the link again; meanwhile what you had before is open.",
    )
    if len(token) > MAX_TOKEN:
        raise broken
    try:
        inflater = zlib.decompressobj()
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        text = inflater.decompress(packed, MAX_JSON_BYTES)
    except (ValueError, binascii.Error, zlib.error):
        raise broken from None
    if not inflater.eof:
        raise broken
    return read_json(text)

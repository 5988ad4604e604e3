"""Text from strangers into plain data, within limits: JSON files, and the token in a link."""

import base64
import binascii
import json
import zlib
from typing import Any, NoReturn

from cnn_core.errors import DesignError
from cnn_core.language import Text

MAX_JSON_BYTES = 2**20
MAX_TOKEN = 16_384
"""Longest token in characters: well below what servers accept as an address."""

_NOTHING = Text("nothing")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(Text("{name} is not a number that a design can hold", name=name))


def read_json(text: str | bytes, limit: int = MAX_JSON_BYTES) -> Any:
    """The plain data in ``text`` (UTF-8 if bytes). Raises DesignError when it is too long or not JSON."""
    if len(text) > limit:
        raise DesignError(
            Text("The text is too long for a design"),
            expected=Text("at most {most:,} bytes", most=limit),
            received=f"{len(text):,}",
        )
    try:
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        fault = Text("brackets that are nested far too deep")
    except UnicodeDecodeError:
        fault = Text("bytes that are not UTF-8 text")
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        fault = Text("text that is not JSON from line {line}, column {column}", **place) if text.strip() else _NOTHING
    except ValueError as error:
        fault = error.args[0]  # ours, or what Python says of a number with far too many digits
    todo = Text("Open a file that was saved here, or by Keras's model.to_json().")
    raise DesignError(Text("This is not a design"), expected=Text("JSON text"), received=fault, todo=todo)


def pack(plain: Any) -> str:
    """Plain data as short text that an address can carry: compact JSON, zlib, base64url without padding."""
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).rstrip(b"=").decode()


def unpack(token: str) -> Any:
    """The inverse of `pack`. Raises DesignError for anything else, and never inflates beyond `MAX_JSON_BYTES`."""
    broken = DesignError(
        Text("The link cannot be read"),
        expected=Text("a complete link"),
        received=Text.plural("{n:,} character that makes no sense", "{n:,} characters that make no sense", len(token)),
        todo=Text("Copy the link again. What you had before is still open."),
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

"""What people may write: one line, a paragraph, a web address, a contact.

Rules (C2PA 2.4 App. B.3.2, security D12): NFC; no control character, nothing that turns the reading direction
or cannot be seen, no tag characters. Zero-width joiners stay: Persian, Hindi and emoji need them. The
specification lets directional isolates through; here they are refused too, because readers show them as escapes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from provenance.plain import plain

NAME = 200
LINE = 500
PARAGRAPH = 4000
ADDRESS = 2000
FILE_PATH = 4096
_REFUSED = (
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"'.]+(?:\.[^\s@<>\"'.]+)+")
_CONTROLS = {9: "a tab", 10: "a line break", 13: "a line break"}


def fault(problem: str, cure: str = "", *, path: Sequence[str | int] = ()) -> PydanticCustomError:
    """Return the error that a validator raises; `problems` turns it into our message.

    *path* leads from where the validator stands to the field that is at fault.
    """
    return PydanticCustomError("provenance", "{problem}", {"problem": problem, "cure": cure, "path": list(path)})


def line(text: str, *, limit: int = LINE) -> str:
    """Return *text* as one clean line: NFC, trimmed, not empty."""
    return _checked(text, limit)


def paragraph(text: str, *, limit: int = PARAGRAPH) -> str:
    """Return *text*, which may hold line breaks; otherwise as `line`."""
    parts = text.replace("\r\n", "\n").split("\n")
    for part in parts:
        _refuse_hidden(part)
    return _measured("\n".join(unicodedata.normalize("NFC", part) for part in parts).strip(), limit)


def web_address(text: str) -> str:
    """Return *text* if it is an ``http`` or ``https`` address without user name or password."""
    address = _checked(text, ADDRESS)
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host or any(char.isspace() for char in address):
        raise fault(f"{quoted(text)} is not a web address", "write it out, as in https://example.com/me")
    if parts.username is not None or parts.password is not None:
        raise fault("holds a user name or password, which would become public", "leave it out")
    return address


def contact_address(text: str) -> str:
    """Return *text* if it is a web address or an e-mail address."""
    clean = _checked(text, ADDRESS)
    if _EMAIL.fullmatch(clean):
        return clean
    if "://" in clean:
        return web_address(clean)
    raise fault(
        f"{quoted(text)} is neither a web address nor an e-mail address",
        "a form or a shop address keeps your private one private",
    )


def email_address(text: str) -> str:
    """Return *text* if it is an e-mail address."""
    clean = _checked(text, ADDRESS)
    if not _EMAIL.fullmatch(clean):
        raise fault(f"{quoted(text)} is not an e-mail address", "write it out, as in me@example.com")
    return clean


def quoted(value: Any) -> str:
    """Return *value* in quotes for a message, harmless and cut short."""
    return f"'{plain(value, limit=60)}'"


def file_path(text: str) -> str:
    """Return *text* if a file can have that path."""
    if not text or len(text) > FILE_PATH:
        raise fault("is empty" if not text else f"is {len(text)} characters long, of at most {FILE_PATH}")
    if "\0" in text:
        raise fault("holds a NUL character")
    return text


def _checked(text: str, limit: int) -> str:
    _refuse_hidden(text)
    return _measured(unicodedata.normalize("NFC", text).strip(), limit)


def _refuse_hidden(text: str) -> None:
    if text.isascii() and text.isprintable():  # nearly every text; to compile the pattern takes 5 ms
        return
    if found := re.search(_REFUSED, text):
        code = ord(found[0])
        what = _CONTROLS.get(code, f"the invisible character U+{code:04X}")
        raise fault(f"holds {what}", "write it as one plain line" if code in _CONTROLS else "remove it")


def _measured(text: str, limit: int) -> str:
    if not text:
        raise fault("is empty", "leave the field out to say nothing")
    if len(text) > limit:
        raise fault(f"is {len(text)} characters long, of at most {limit}")
    return text


def _written(minimum: int, maximum: int, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": minimum, "maxLength": maximum, **more})


Name = Annotated[str, AfterValidator(partial(line, limit=NAME)), _written(1, NAME)]
Line = Annotated[str, AfterValidator(line), _written(1, LINE)]
Paragraph = Annotated[str, AfterValidator(paragraph), _written(1, PARAGRAPH)]
WebAddress = Annotated[str, AfterValidator(web_address), _written(1, ADDRESS, pattern="^https?://")]
FilePath = Annotated[str, AfterValidator(file_path), _written(1, FILE_PATH)]
EmailAddress = Annotated[str, AfterValidator(email_address), _written(3, ADDRESS, pattern="@")]
Contact = Annotated[str, AfterValidator(contact_address), _written(3, ADDRESS)]

"""The artist's profile: what stays the same from picture to picture.

It holds name, credit, tools and permissions, and never origin, AI steps or completeness: no default puts
words into an artist's mouth.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from provenance.declaration.documents import read_document
from provenance.declaration.parts import Licensor
from provenance.declaration.permissions import ENTRIES, Permissions
from provenance.declaration.problems import Written, accept
from provenance.declaration.roles import AuthorRole
from provenance.declaration.text import Contact, Line, Name, Paragraph, WebAddress, fault
from provenance.declaration.tool import Tool
from provenance.plain import plain

MAX_TOOLS = 50
_HEADER = """\
# Your profile. `provenance sign` puts this into every picture that you sign as this identity.
# It is plain text: edit it as you like. Leave a line out to say nothing.
# How a picture was made is never said here; you say it when you sign.
"""
_COMMENTS = {
    "name": "The name that the whole world may see. It stands in a part that can be taken out later.",
    "role": "What you do: creator, contributor, editor, producer, publisher, sponsor or translator.",
    "website": "Your web page.",
    "credit": "How you want to be credited.",
    "copyright": "Your copyright notice.",
    "copyright_owner": "Who holds the copyright, if not you.",
    "license_url": "Where your terms can be read. Image searches mark such a picture as one that can be licensed.",
    "usage_terms": "Your terms in words.",
    "licensor": 'Who grants licences, for example {name = "My shop", url = "https://shop.example/licences"}.',
    "contact": 'Public: where to ask. A form or a shop address keeps a private one private. Needed for "ask".',
    "tools": 'Programs that you usually use, for example ["Krita 5.2.6"].',
    "tsa": "A time-stamp service; it learns a hash and your network address, not the picture.",
}
_PERMISSIONS = '# What may be done with your work: "yes", "no" or "ask". A line left out says nothing.'


class Profile(Written):
    """One identity's name, credit, usual tools and permissions."""

    noun: ClassVar[str] = "a profile"

    name: Name
    role: AuthorRole = AuthorRole.CREATOR
    website: WebAddress | None = None
    credit: Line | None = None
    copyright: Line | None = None
    copyright_owner: Name | None = None
    license_url: WebAddress | None = None
    usage_terms: Paragraph | None = None
    licensor: Licensor | None = None
    contact: Contact | None = None
    tools: tuple[Tool, ...] = Field(default=(), max_length=MAX_TOOLS)
    tsa: WebAddress | None = None
    permissions: Permissions = Permissions()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for where, problem, cure in self.permissions.contradictions(contact=self.contact):
            raise fault(problem, cure, path=["permissions", where])
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the profile in the TOML or JSON file *path*.

        Raises:
            DeclarationError: naming the file, the field and the fault.
        """
        return cls.from_dict(read_document(path), where=plain(path.name))

    @classmethod
    def from_dict(cls, data: Any, where: str = "") -> Self:
        """Return *data* as a profile; *where* stands in front of every message."""
        return accept(cls, data, where=where)

    def to_toml(self) -> str:
        """Return the file's text, with a comment on every line; `load` gives the same profile back."""
        lines = [_HEADER]
        for field, comment in _COMMENTS.items():
            lines.append(f"# {comment}")
            value = getattr(self, field)
            if field == "tools":
                lines.append(f"tools = [{', '.join(_tool(tool) for tool in self.tools)}]\n")
            elif field == "licensor":
                lines.append(f"licensor = {_inline(value)}\n" if value else "# licensor = {}\n")
            else:
                lines.append(f"{field} = {_quoted(value)}\n" if value else f'# {field} = ""\n')
        lines += [_PERMISSIONS, "[permissions]"]
        for entry in ENTRIES:
            answer = getattr(self.permissions, entry)
            lines.append(f"{entry} = {_quoted(answer)}" if answer else f'# {entry} = ""')
        texts = self.permissions.constraints.model_dump(exclude_none=True)
        if texts:
            lines += ["", "[permissions.constraints]"]
            lines += [f"{entry} = {_quoted(text)}" for entry, text in texts.items()]
        return "\n".join(lines) + "\n"


def _inline(part: Written) -> str:
    said = part.model_dump(mode="json", exclude_none=True)
    return f"{{{', '.join(f'{key} = {_quoted(value)}' for key, value in said.items())}}}"


def _tool(tool: Tool) -> str:
    if tool.version is None and Tool.model_validate(tool.name) != tool:
        return f"{{name = {_quoted(tool.name)}}}"  # a name that ends like a version
    if tool.version is None or Tool.model_validate(str(tool)) == tool:
        return _quoted(str(tool))
    return f"{{name = {_quoted(tool.name)}, version = {_quoted(tool.version)}}}"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string but for DEL, which our text never holds; and TOML knows no
    # surrogate pairs, so everything beyond ASCII stands as itself.
    return json.dumps(str(text), ensure_ascii=False)

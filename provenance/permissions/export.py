"""What a site must serve to say the same as its pictures do: the files, and where each goes (metadata.md §2.4).

* Nothing is said that was not stated. "Ask" becomes a no, for none of these channels but TDMRep has a word for it.
* ``tdm-reservation`` is 1 if mining or any training is refused or under terms, 0 only if all three are allowed, and
  else it is left out.
* A channel that cannot say something leaves it out, and the page says so.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from provenance.errors import DeclarationError, OutputError
from provenance.metadata.plus import Stated, effective
from provenance.plain import plain
from provenance.record import dataclass
from provenance.report.wording import Catalogue
from provenance.signing.files import write_new
from provenance.terms import SEARCH_ONLY, Mining, Use

PAGE = "where-it-goes.md"
EVERYWHERE = "/*"
_LOCATION = re.compile(r"/[\w./~%*-]{0,500}\$?", re.ASCII)
_NAMES = {
    Mining.GENERATIVE_TRAINING: "generative_training",
    Mining.TRAINING: "training",
    Mining.DATA_MINING: "data_mining",
    Mining.INFERENCE: "inference",
}
_THREE = (Mining.DATA_MINING, Mining.TRAINING, Mining.GENERATIVE_TRAINING)
_TRAINING = (Mining.TRAINING, Mining.GENERATIVE_TRAINING)


class As(StrEnum):
    """The forms that can be written."""

    TDMREP = "tdmrep"
    ROBOTS = "robots"
    HEADERS = "headers"
    HTML_META = "html-meta"
    AIPREF = "aipref"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Site:
    """What is said, of which part of a site, and where its terms stand."""

    stated: tuple[tuple[Mining, Use, str], ...]
    location: str = EVERYWHERE
    policy: str = ""

    @property
    def answers(self) -> Stated:
        return {entry: (effective(use, text), text) for entry, use, text in self.stated}

    def use(self, entry: Mining) -> Use | None:
        return self.answers[entry][0] if entry in self.answers else None

    @property
    def whole(self) -> bool:
        """Whether it holds for every path."""
        return self.location == EVERYWHERE


@dataclass(frozen=True, slots=True)
class Exported:
    """Texts by the path where each is written, below the folder; and the names of those with nothing to say."""

    texts: tuple[tuple[str, str], ...]
    empty: tuple[str, ...] = ()


def site(stated: Stated, *, location: str = EVERYWHERE, policy: str = "") -> Site:
    """Return what is to be exported.

    Raises:
        DeclarationError: if nothing is stated, or the location or the policy's address cannot stand in the files.
    """
    if not stated:
        raise DeclarationError(
            "permissions", "nothing is stated", "state it in the profile, or in a file for --declare"
        )
    if not _LOCATION.fullmatch(location):
        raise DeclarationError("--location", "is not a path of a site", "write it as in /art/*")
    if policy and not _is_address(policy):
        raise DeclarationError("--policy-url", "is not a web address", "write it out, as in https://example.com/terms")
    place = EVERYWHERE if location == "/" else location
    return Site(tuple((entry, use, text) for entry, (use, text) in stated.items()), place, policy)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # What would end a quotation in one of the files has no place in an address that is written out (RFC 3986 §2).
    safe = len(text) <= 2000 and text.isascii() and not re.search(r"[\s\"'<>\\^`{|}$;,]", text)
    return safe and parts.scheme in {"http", "https"} and bool(parts.hostname)


def reservation(found: Site) -> int | None:
    """Return ``tdm-reservation``: 1, 0, or None to leave it out."""
    uses = [found.use(entry) for entry in _THREE]
    if any(use in {Use.NOT_ALLOWED, Use.CONSTRAINED} for use in uses):
        return 1
    return 0 if all(use is Use.ALLOWED for use in uses) else None


def preferences(found: Site) -> str:
    """Return the ``Content-Usage`` of AIPREF; "" for nothing. Its training is that of generative models."""
    return ", ".join(
        [
            *_choice("train-ai", [found.use(Mining.GENERATIVE_TRAINING)], "y", "n"),
            *(["search=y"] if _search(found) else []),
        ]
    )


def signals(found: Site) -> str:
    """Return Cloudflare's ``Content-Signal``; "" for nothing."""
    return ", ".join(
        [
            *(["search=yes"] if _search(found) else []),
            *_choice("ai-train", [found.use(entry) for entry in _TRAINING], "yes", "no"),
            *_choice("ai-input", [found.use(Mining.INFERENCE)], "yes", "no"),
        ]
    )


def _choice(name: str, uses: list[Use | None], yes: str, no: str) -> Iterator[str]:
    if any(use in {Use.NOT_ALLOWED, Use.CONSTRAINED} for use in uses):
        yield f"{name}={no}"
    elif all(use is Use.ALLOWED for use in uses):
        yield f"{name}={yes}"


def _search(found: Site) -> bool:
    return found.answers.get(Mining.DATA_MINING) == (Use.CONSTRAINED, SEARCH_ONLY)


def headers(found: Site) -> dict[str, str]:
    """Return the HTTP headers, by name."""
    reserved = reservation(found)
    said = {
        "tdm-reservation": "" if reserved is None else str(reserved),
        "tdm-policy": found.policy if reserved else "",
        "X-Robots-Tag": _no_ai(found),
        "Content-Usage": preferences(found),
    }
    return {name: value for name, value in said.items() if value}


def _no_ai(found: Site) -> str:
    refused = {Use.NOT_ALLOWED, Use.CONSTRAINED}
    return "noai, noimageai" if any(found.use(entry) in refused for entry in _TRAINING) else ""


# --- the files -------------------------------------------------------------------------------------------------


def exported(found: Site, wanted: Iterable[As], say: Catalogue) -> Exported:
    """Return the files of the *wanted* forms, and the page about them in the language of *say*."""
    forms = list(As) if As.ALL in (chosen := set(wanted)) else [form for form in As if form in chosen]
    made = {path: text for form in forms if form in _MAKERS for path, text in _MAKERS[form](found).items()}
    texts = {path: text for path, text in made.items() if text}
    empty = tuple(path for path, text in made.items() if not text)
    return Exported((*texts.items(), (PAGE, _page(found, texts, empty, say))), empty)


def _tdmrep(found: Site) -> dict[str, str]:
    reserved = reservation(found)
    rule = {"location": found.location, "tdm-reservation": reserved}
    rule |= {"tdm-policy": found.policy} if reserved and found.policy else {}
    return {".well-known/tdmrep.json": "" if reserved is None else json.dumps([rule], indent=2) + "\n"}


def _robots(found: Site) -> dict[str, str]:
    return {"robots.txt": _group([*_usage(found), *_signal(found)])}


def _aipref(found: Site) -> dict[str, str]:
    usage = preferences(found)
    return {"aipref.txt": f"{_group(_usage(found))}\n# HTTP:\n# Content-Usage: {usage}\n" if usage else ""}


def _usage(found: Site) -> list[str]:
    usage, path = preferences(found), "" if found.whole else f"{found.location} "
    return [f"Content-Usage: {path}{usage}"] if usage else []


def _signal(found: Site) -> list[str]:
    # No path: what Content-Signal says holds for a whole group, so of a whole site.
    return [f"Content-Signal: {said}"] if found.whole and (said := signals(found)) else []


def _group(lines: list[str]) -> str:
    return "\n".join(["User-agent: *", *lines]) + "\n" if lines else ""


def _servers(found: Site) -> dict[str, str]:
    said = headers(found)
    pattern = _regex(found.location)
    files = {
        "headers/nginx.conf": _block(
            "" if found.whole else f"location ~ {pattern} {{",
            (f'add_header {k} "{v}" always;' for k, v in said.items()),
            "}",
        ),
        "headers/apache.conf": _block(
            "" if found.whole else f'<LocationMatch "{pattern}">',
            (f'Header always set {name} "{value}"' for name, value in said.items()),
            "</LocationMatch>",
        ),
        "headers/Caddyfile": _block(
            f"header {'' if found.whole else found.location.rstrip('$') + ' '}{{",
            (f'{k} "{v}"' for k, v in said.items()),
            "}",
        ),
        "headers/_headers": _block(
            found.location.rstrip("$"), (f"{name}: {value}" for name, value in said.items()), ""
        ),
    }
    return {path: text if said else "" for path, text in files.items()}


def _block(head: str, lines: Iterable[str], end: str) -> str:
    inner = [f"  {line}" if head else line for line in lines]
    return "\n".join([head, *inner, end] if head and end else [head, *inner] if head else inner) + "\n"


def _regex(location: str) -> str:
    """Return *location* as the regular expression of nginx and Apache; it holds no other sign that means something."""
    escaped = location.removesuffix("$").replace(".", r"\.").replace("*", ".*")
    return f"^{escaped}" + ("$" if location.endswith("$") else "")


def _meta(found: Site) -> dict[str, str]:
    names = {"X-Robots-Tag": "robots", "tdm-reservation": "tdm-reservation", "tdm-policy": "tdm-policy"}
    said = headers(found)
    tags = [f'<meta name="{tag}" content="{html.escape(said[name])}">' for name, tag in names.items() if name in said]
    return {"meta.html": "\n".join(tags) + "\n" if tags else ""}


_MAKERS = {
    As.TDMREP: _tdmrep,
    As.ROBOTS: _robots,
    As.HEADERS: _servers,
    As.HTML_META: _meta,
    As.AIPREF: _aipref,
}


# --- the page ----------------------------------------------------------------------------------------------------

_PARTS = {  # path -> key of its sentences
    ".well-known/tdmrep.json": "tdmrep",
    "robots.txt": "robots",
    "headers/nginx.conf": "nginx",
    "headers/apache.conf": "apache",
    "headers/Caddyfile": "caddy",
    "headers/_headers": "headers",
    "meta.html": "meta",
    "aipref.txt": "aipref",
}


def _page(found: Site, texts: Mapping[str, str], empty: tuple[str, ...], say: Catalogue) -> str:
    lines = [f"# {say('export.title')}", "", say("export.intro"), "", f"## {say('export.stated')}", ""]
    lines += [f"- {_stated(entry, use, text, say)}" for entry, use, text in found.stated]
    lines += ["", say("export.silent"), "", f"## {say('export.files')}", ""]
    lines += [say("export.location.whole" if found.whole else "export.location.part", location=found.location), ""]
    for path in texts:
        part = _PARTS[path]
        about = "headers_say" if part in {"nginx", "apache", "caddy", "headers"} else part
        lines += [
            f"### `{path}`",
            "",
            say(f"export.where.{part}"),
            say(f"export.says.{about}"),
            say(f"export.cannot.{about}"),
            "",
        ]
    lines += [line for path in empty for line in (say("export.empty", file=path), "")]
    if any(entry is Mining.INFERENCE for entry, _, _ in found.stated):
        lines += [say("export.inference"), ""]
    if any(use is Use.CONSTRAINED for _, use, _ in found.stated):
        lines += [say("export.ask.policy" if found.policy else "export.ask"), ""]
    return "\n".join(lines)


def _stated(entry: Mining, use: Use, text: str, say: Catalogue) -> str:
    called = say(f"preview.use.{_NAMES[entry]}")
    terms = {"text": text} if use is Use.CONSTRAINED else {}
    return say(f"preview.permission.{use.value}", use=called, **terms)


def write(folder: Path, found: Exported, *, overwrite: bool = False) -> None:
    """Write the files below *folder*, each whole or not at all; the folder is made if only it is missing.

    Raises:
        OutputError: if one is there already and may not be written over, before any is written; or if one cannot be.
    """
    name = plain(folder.name or str(folder))
    if not folder.is_dir() and (folder.exists() or folder.is_symlink()):
        raise OutputError(name, "is not a folder", "name another")
    if not folder.absolute().parent.is_dir():
        raise OutputError(name, "lies in a folder that does not exist", "make it first")
    there = [path for path, _ in found.texts if (folder / path).exists() or (folder / path).is_symlink()]
    if there and not overwrite:
        raise OutputError(there[0], "exists already", "allow it with --overwrite, or choose another folder")
    for path, text in found.texts:
        target = folder / path
        try:
            folder.mkdir(exist_ok=True)
            target.parent.mkdir(exist_ok=True)
        except OSError as exc:
            raise OutputError(plain(target.parent.name), f"cannot be made ({exc.strerror})") from exc
        write_new(target, text.encode("utf-8"), overwrite=overwrite)

"""`provenance demo`: the whole job on two drawn pictures, by the same commands that a user types."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

import provenance
from provenance.demo_pictures import change_one_pixel, draw_illustration, draw_photograph
from provenance.errors import OutputError
from provenance.report.layout import columns, fill
from provenance.report.wording import say

WIDTH = 80
ARTIST, RETOUCHER, GALLERY = "artist", "retoucher", "gallery"
_RUN = "from provenance.commands import main; main()"

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One command, who types it, and the exit code that it is expected to have."""

    who: str
    arguments: tuple[str, ...]
    exit: int = 0


def _init(who: str, name: str) -> Step:
    return Step(who, ("init", "--name", name, "--yes", "--no-passphrase"))


IDENTITIES = (_init(ARTIST, "nightjar"), _init(RETOUCHER, "kestrel"))
DRAWING = (
    Step(
        ARTIST,
        ("sign", "dusk.png", "--origin", "blank-canvas", "--tool", "Krita 5.2.6", "--complete", "--training", "no"),
    ),
)
PHOTOGRAPH = (Step(ARTIST, ("sign", "sea.jpg", "--origin", "photograph")),)
RETOUCH = (
    Step(
        RETOUCHER,
        (
            "sign",
            "sea-edited.jpg",
            "--parent",
            "sea.signed.jpg",
            "--ai",
            "inpainting:Retoucher 3:painted over the buoy",
        ),
    ),
)
TRUST = (Step(GALLERY, ("trust", "add", "dusk.signed.png", "--as", "Mika K.", "--yes")),)
VERIFY = (
    Step(GALLERY, ("verify", "dusk.signed.png")),
    Step(GALLERY, ("verify", "sea-edited.signed.jpg")),
)
TAMPERED = (Step(GALLERY, ("verify", "dusk.tampered.png"), exit=1),)


@app.command()
def demo(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Work in this folder, new or empty, not in a temporary one."),
    ] = None,
) -> None:
    """Show the whole thing on two drawn pictures."""
    folder = _folder(keep)
    typer.echo(_wrapped(say("demo.intro")))
    _heading("draw")
    draw_illustration(folder / "dusk.png")
    draw_photograph(folder / "sea.jpg")
    as_expected = all(
        [
            _act(folder, "identity", IDENTITIES),
            _act(folder, "sign", DRAWING),
            _act(folder, "photograph", PHOTOGRAPH),
            _retouch(folder),
            _act(folder, "trust", TRUST),
            _act(folder, "verify", VERIFY),
            _tamper(folder),
        ]
    )
    _heading("end")
    typer.echo("\n" + say("demo.kept", folder=folder))
    raise typer.Exit(0 if as_expected else 1)


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="provenance-demo-"))
    try:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise OutputError(keep.name, "is not empty", "name a folder that is new or empty")
    except OSError as exc:
        raise OutputError(keep.name, f"cannot be used as a folder ({exc.strerror})") from exc
    return keep.resolve()


def _retouch(folder: Path) -> bool:
    draw_photograph(folder / "sea-edited.jpg", buoy=False)
    return _run(folder, RETOUCH)


def _tamper(folder: Path) -> bool:
    change_one_pixel(folder / "dusk.signed.png", folder / "dusk.tampered.png")
    return _act(folder, "tamper", TAMPERED)


def _act(folder: Path, key: str, steps: tuple[Step, ...]) -> bool:
    _heading(key)
    return _run(folder, steps)


def _heading(key: str) -> None:
    title = say(f"demo.{key}")
    typer.echo(f"\n{title}\n{'=' * columns(title)}")
    if say.has(f"demo.{key}.text"):
        typer.echo(_wrapped(say(f"demo.{key}.text")))


def _run(folder: Path, steps: tuple[Step, ...]) -> bool:
    """Run each step as a process of its own and show it; return whether every exit code was the expected one."""
    answers = [_one(folder, step) for step in steps]
    return all(answers)


def _one(folder: Path, step: Step) -> bool:
    typer.echo(f"\n{_prompt(step)}\n")
    here = str(Path(provenance.__file__).parents[1])
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    settings = os.environ | {
        "PROVENANCE_HOME": str(folder / "homes" / step.who),
        "PYTHONPATH": path,
        "PYTHONUTF8": "1",
        "COLUMNS": str(WIDTH),
    }
    done = subprocess.run(  # noqa: S603 - our own command, our own arguments
        [sys.executable, "-c", _RUN, *step.arguments],
        cwd=folder,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # in the order in which a terminal shows them
        encoding="utf-8",
        check=False,
    )
    typer.echo(_folded(done.stdout.strip("\n")))
    if done.returncode == step.exit:
        if step.exit:
            typer.echo(say("demo.exit", code=done.returncode))
        return True
    typer.echo(say("demo.unexpected", code=done.returncode, expected=step.exit), err=True)
    return False


def _prompt(step: Step) -> str:
    """Return the command as that person would type it, folded like a shell line."""
    words = [shlex.quote(word) for word in ("provenance", *step.arguments)]
    start = f"{step.who}$ "
    lines = textwrap.wrap(
        start + " ".join(words), WIDTH - 2, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return " \\\n".join(lines)


def _folded(text: str) -> str:
    """Return *text* with lines that are too long folded, as a terminal would."""
    lines = (line if columns(line) <= WIDTH else fill(line, WIDTH) for line in text.splitlines())
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return fill(text, WIDTH)

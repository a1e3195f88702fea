"""The pre-receive hook, installed in a bare repository that real pushes go to."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import CHECKOUT
from tests.support.gate import ENDINGS, Gate, endings_in, make_gate

HOOK = CHECKOUT / "examples" / "hooks" / "pre-receive"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is missing")
needs_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is missing")


class Pushing:
    """A clone with a bare repository behind it that has the hook."""

    def __init__(self, gate: Gate, folder: Path) -> None:
        self.gate, self.work, self.bare = gate, folder / "work", folder / "bare.git"
        gate.git("init", "-q", "--bare", "-b", "main", self.bare, cwd=folder)
        gate.git("init", "-q", "-b", "main", self.work, cwd=folder)
        gate.git("remote", "add", "origin", self.bare, cwd=self.work)
        shutil.copy(HOOK, self.bare / "hooks" / "pre-receive")
        self.configure("policy", "studio")
        self.configure("context", "shipped=true")

    def configure(self, key: str, value: str) -> None:
        self.gate.git("config", f"provenance.{key}", value, cwd=self.bare)

    def commit(self, files: dict[str, bytes], *, gone: tuple[str, ...] = ()) -> str:
        for name in gone:
            (self.work / name).unlink()
            with contextlib.suppress(OSError):
                (self.work / name).parent.rmdir()
        for name, data in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.gate.git("add", "-A", cwd=self.work)
        self.gate.git("commit", "-q", "-m", "more", cwd=self.work)
        return self.gate.git("rev-parse", "HEAD", cwd=self.work).strip()

    def push(self, *what: str) -> tuple[bool, str]:
        """Push; whether it came in, and what the pusher read."""
        done = self.gate.run("git", "push", "origin", *(what or ("main",)), cwd=self.work)
        lines = [line.removeprefix("remote: ").rstrip() for line in done.stderr.splitlines() if "remote:" in line]
        return done.returncode == 0, "\n".join(lines)

    def pointer(self, data: bytes, *, store: bytes | None) -> bytes:
        """Return the LFS pointer to *data*; the server has *store* in its place, or nothing."""
        name = hashlib.sha256(data).hexdigest()
        if store is not None:
            place = self.bare / "lfs" / "objects" / name[:2] / name[2:4] / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(store)
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize {len(data)}\n".encode()


@pytest.fixture(scope="module")
def gate(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return make_gate(tmp_path_factory.mktemp("gate"), artist)


@pytest.fixture
def pushing(gate: Gate, tmp_path: Path) -> Pushing:
    return Pushing(gate, tmp_path)


def test_signed_pictures_come_in_others_do_not(pushing: Pushing) -> None:
    """A push with signed pictures comes in; one with an unsigned and a tampered picture is refused in a few lines."""
    files = pushing.gate.files
    pushing.commit({"art/a.png": files["signed"], "art/-b.jpg": files["photo"], "notes.txt": b"\0"})
    accepted = pushing.push()

    head = pushing.commit({"art/c.png": files["unsigned"], "art/d.png": files["tampered"]})
    refused, said = pushing.push()

    assert accepted == (True, "")
    assert not refused
    assert f"reject: art/c.png ({head[:10]}): " in said
    assert f"reject: art/d.png ({head[:10]}): " in said
    assert "push refused: 2 of 2 pictures, under studio" in said
    assert len(said.splitlines()) <= 4


def test_a_strangers_word_refuses_no_push(pushing: Pushing) -> None:
    """A clean picture that a stranger signed as generated is named for a person to look at, and comes in."""
    pushing.commit({"clean.png": pushing.gate.files["stranger"]})

    accepted, said = pushing.push()

    assert accepted
    assert "review: clean.png" in said
    assert "reject" not in said


def test_what_was_taken_out_again_counts(pushing: Pushing) -> None:
    """A picture that a commit brings and a later one deletes would stay in the history, and is judged."""
    bad = pushing.commit({"x.png": pushing.gate.files["unsigned"], "y.txt": b"1"})
    pushing.commit({}, gone=("x.png",))

    accepted, said = pushing.push()

    assert not accepted
    assert f"reject: x.png ({bad[:10]})" in said


@pytest.mark.deep
def test_branches_deletions_and_force(pushing: Pushing) -> None:
    """A new branch is judged for what is new in it, a forced push as any other, and refs may be deleted."""
    files = pushing.gate.files
    pushing.configure("maxFiles", "1")
    first = pushing.commit({"a.png": files["signed"]})
    assert pushing.push() == (True, "")
    pushing.commit({"b.png": files["photo"]})
    pushing.gate.git("branch", "other", cwd=pushing.work)

    branch = pushing.push("other")
    pushing.gate.git("reset", "-q", "--hard", first, cwd=pushing.work)
    pushing.gate.git("commit", "-q", "--amend", "-m", "again", cwd=pushing.work)
    pushing.commit({"a.png": files["unsigned"]})
    pushing.configure("maxFiles", "9")
    forced = pushing.push("+main")
    deleted = pushing.push(":other")

    assert branch == (True, "")
    assert not forced[0]
    assert "reject: a.png" in forced[1]
    assert deleted == (True, "")


def test_merges_bring_what_differs_from_both_sides(pushing: Pushing) -> None:
    """A merge is judged for what is in neither of its parents."""
    files = pushing.gate.files
    pushing.commit({"a.txt": b"1"})
    pushing.gate.git("checkout", "-q", "-b", "side", cwd=pushing.work)
    pushing.commit({"b.txt": b"1"})
    pushing.gate.git("checkout", "-q", "main", cwd=pushing.work)
    pushing.commit({"c.txt": b"1"})
    pushing.gate.git("merge", "-q", "--no-commit", "--no-ff", "side", cwd=pushing.work)
    pushing.commit({"evil.png": files["unsigned"]})

    accepted, said = pushing.push()

    assert not accepted
    assert "reject: evil.png" in said


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        (None, "the LFS object {oid} is not on this server; run `git lfs push` first"),
        (b"something else", "the LFS object {oid} on this server is not what its pointer says"),
    ],
    ids=["missing", "other bytes"],
)
def test_an_lfs_object_that_cannot_be_had_refuses(pushing: Pushing, kept: bytes | None, problem: str) -> None:
    """A pointer whose object is missing, or is not the one, refuses the push."""
    data = pushing.gate.files["signed"]
    pushing.commit({"a.png": pushing.pointer(data, store=kept)})

    accepted, said = pushing.push()

    assert not accepted
    assert problem.format(oid=hashlib.sha256(data).hexdigest()[:12]) in said


def test_lfs_pointers_are_judged_by_their_objects(pushing: Pushing) -> None:
    """A pointer stands for its object: signed comes in, tampered does not, and a pointer that is odd is refused."""
    files = pushing.gate.files
    pushing.commit({"a.png": pushing.pointer(files["signed"], store=files["signed"])})
    accepted = pushing.push()
    pushing.commit({"b.png": pushing.pointer(files["tampered"], store=files["tampered"])})
    tampered = pushing.push()
    pushing.gate.git("reset", "-q", "--hard", "HEAD~", cwd=pushing.work)
    pushing.commit({"c.png": pushing.pointer(files["signed"], store=None).replace(b"sha256", b"sha512")})
    odd = pushing.push()

    assert accepted == (True, "")
    assert not tampered[0]
    assert "reject: b.png" in tampered[1]
    assert not odd[0]
    assert "an LFS pointer cannot be read" in odd[1]


@pytest.mark.deep
@needs_lfs
def test_git_lfs_itself(pushing: Pushing) -> None:
    """Objects that git-lfs uploads to a repository on the same disk are found where it lays them."""
    work, gate = pushing.work, pushing.gate
    gate.git("lfs", "install", "--local", cwd=work)
    gate.git("lfs", "track", "*.png", cwd=work)
    pushing.commit({"a.png": gate.files["signed"]})
    accepted = pushing.push()
    pushing.commit({"a.png": gate.files["tampered"]})

    refused, said = pushing.push()

    assert gate.git("cat-file", "blob", "main:a.png", cwd=pushing.bare).startswith("version https://git-lfs")
    assert accepted[0]
    assert not refused
    assert "reject: a.png" in said


def test_hostile_names(pushing: Pushing) -> None:
    """Line feeds, dashes, brackets and bytes that are no text are names like others; what leads elsewhere is refused."""
    files, work = pushing.gate.files, pushing.work
    pushing.commit({"-x.png": files["signed"], "a\nb\x1b[31m.png": files["photo"], "[a-z]*.png": files["signed"]})
    (work / "-x.png").rename(work / os.fsdecode(b"\xff.png"))
    pushing.gate.git("add", "-A", cwd=work)
    pushing.gate.git("commit", "-q", "--amend", "-m", "odd", cwd=work)
    accepted = pushing.push()
    pushing.commit({"a\nb\x1b[31m.png": files["unsigned"]})
    refused, said = pushing.push()

    assert accepted == (True, "")
    assert not refused
    assert "\x1b" not in said
    assert "[31m.png (" in said


def test_a_name_that_leads_elsewhere(pushing: Pushing, tmp_path: Path) -> None:
    """A tree with `..` in it, as no git writes but anybody can make, is refused, and nothing is written there."""
    blob = _hash(pushing, pushing.gate.files["signed"], "blob")
    inner = _hash(pushing, b"100644 escaped.png\0" + bytes.fromhex(blob), "tree")
    tree = _hash(pushing, b"40000 ..\0" + bytes.fromhex(inner), "tree")
    commit = pushing.gate.git("commit-tree", tree, "-m", "out", cwd=pushing.work).strip()

    accepted, said = pushing.push(f"{commit}:refs/heads/main")

    assert not accepted
    assert "the name ../escaped.png leads elsewhere" in said


def _hash(pushing: Pushing, data: bytes, kind: str) -> str:
    command = ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    done = subprocess.run(
        command, cwd=pushing.work, env=pushing.gate.environment(), input=data, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.mark.deep
def test_a_path_with_many_versions_and_a_sidecar(pushing: Pushing, artist: Artist, tmp_path: Path) -> None:
    """Versions of a path do not get into each other's way, and a sidecar is judged with its picture."""
    files = pushing.gate.files
    beside = tmp_path / "a.png"
    beside.write_bytes(files["unsigned"])
    made = sign(beside, DRAWN_BY_HAND, credential=artist.credential, options=Options(sidecar=True, thumbnail=False))
    store = made.path.read_bytes()
    pushing.commit({"a.png": files["signed"], "A.png/b.png": files["photo"]})
    pushing.commit({"a.png/b.png": files["photo"]}, gone=("a.png",))
    pushing.commit({"a.png": files["unsigned"], "a.png.c2pa": store}, gone=("a.png/b.png",))
    accepted = pushing.push()
    pushing.commit({}, gone=("a.png.c2pa",))
    without, said = pushing.push()

    assert accepted[0], accepted[1]
    assert not without
    assert "reject: a.png" in said


LIMITS: dict[str, tuple[str, str, str]] = {
    "files": ("maxFiles", "1", "it brings more than 1 pictures; push in parts"),
    "bytes": ("maxBytes", "1000", "it brings more than 1000 bytes of pictures; push in parts"),
    "time": ("seconds", "0", "the check took too long, so nothing could be told"),
    "no policy": ("policy", "", "the server has no provenance.policy, and nothing is judged without one"),
    "a policy that is not there": ("policy", "studoi", "could not tell: "),
    "no command": ("command", "/nowhere/provenance", "could not tell (FileNotFoundError"),
    "a command that answers nothing": ("command", "true", "could not tell: no answer"),
    "a command that judges less": ("command", "echo '{\"files\": []}' #", "could not tell: "),
}


@pytest.mark.parametrize("case", LIMITS)
def test_what_cannot_be_told_refuses(pushing: Pushing, case: str) -> None:
    """Limits, a missing policy or command, and answers that are none refuse the push with one line."""
    key, value, problem = LIMITS[case]
    pushing.configure(key, value)
    pushing.commit({"a.png": pushing.gate.files["signed"], "b.jpg": pushing.gate.files["photo"]})

    accepted, said = pushing.push()

    assert not accepted
    assert problem in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("limit", "noun"),
    [("MOST_COMMITS", "brings more than 1 commits"), ("MOST_CHANGES", "changes more than 1 pictures")],
)
def test_a_push_is_bounded(pushing: Pushing, limit: str, noun: str) -> None:
    """A push of very many commits, or changes of pictures, is refused before anything is judged."""
    hook = pushing.bare / "hooks" / "pre-receive"
    hook.write_text(hook.read_text("utf-8").replace(f"{limit} = 20_000", f"{limit} = 1"), "utf-8")
    pushing.configure("command", "/nowhere/provenance")
    pushing.commit({"a.png": pushing.gate.files["signed"]})
    pushing.commit({"a.png": pushing.gate.files["photo"]})

    accepted, said = pushing.push()

    assert not accepted
    assert f"push refused: it {noun}; push in parts" in said


def test_a_ref_to_something_else(pushing: Pushing) -> None:
    """A ref that names a file itself is refused: nobody would look into it."""
    pushing.commit({"a.png": pushing.gate.files["unsigned"]})
    blob = pushing.gate.git("rev-parse", "main:a.png", cwd=pushing.work).strip()

    accepted, said = pushing.push(f"{blob}:refs/tags/picture")

    assert not accepted
    assert "is not a commit, and nothing else is looked into" in said


def test_the_hook_is_old_python_and_knows_every_ending() -> None:
    """The hook is Python 3.9, and takes the endings of all pictures that are known here."""
    text = HOOK.read_text("utf-8")

    ast.parse(text, feature_version=(3, 9))

    assert endings_in(text) == ENDINGS
    assert os.access(HOOK, os.X_OK)

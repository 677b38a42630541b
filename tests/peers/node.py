"""Programs for Node as test peers: the packages that ``npm/package-lock.json`` pins, unpacked into a cache folder."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

PACKAGES = Path(__file__).parent / "npm"
_FILES = ("package.json", "package-lock.json", ".npmrc")
_OLDEST = 20  # the major version of Node that the peers were run with


class NodeMissing(Exception):
    """Node or its packages cannot be had on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """Node with every package of the lock."""

    program: str
    modules: Path  # the folder node_modules

    @property
    def environment(self) -> dict[str, str]:
        """In which ``require`` finds the packages from any folder."""
        return {**os.environ, "NODE_PATH": str(self.modules)}

    def script(self, package: str, path: str) -> Path:
        """A file of an installed package."""
        return self.modules / package / path


def find_node() -> Node:
    """Node and its packages, which are installed when this lock is met for the first time; else ``NodeMissing``."""
    program = shutil.which("node")
    npm = shutil.which("npm")
    if not program or not npm:
        raise NodeMissing("node and npm are not installed")
    version = _run([program, "--version"], Path.cwd()).strip()
    if int(version.removeprefix("v").split(".")[0]) < _OLDEST:
        raise NodeMissing(f"Node {_OLDEST} or newer is needed; this is {version}")
    return Node(program, _installed(npm))


def _installed(npm: str) -> Path:
    """One folder for each lock; whoever comes meanwhile waits for it."""
    lock = hashlib.sha256((PACKAGES / "package-lock.json").read_bytes()).hexdigest()[:16]
    home = Path(tempfile.gettempdir()) / f"gateway-peers-npm-{os.getuid()}-{lock}"
    home.mkdir(mode=0o700, exist_ok=True)
    with (home / "busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            for name in _FILES:
                shutil.copy(PACKAGES / name, home / name)
            _run([npm, "ci", "--ignore-scripts"], home)
            (home / "complete").touch()
    return home / "node_modules"


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise NodeMissing(f"{' '.join(command[-2:])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout

"""Postfix and its load tools without installing anything: Debian packages unpacked into a cache folder.

    python -m tests.bench.postfix      unpacks, and says where

A private Postfix runs out of that folder, on ports of its own, as long as a bench needs it: one door that only holds
what it takes (durable acceptance, nothing else), one whose mail goes through the queue to the discard transport.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.service_process import free_port, greets

CACHE = Path(tempfile.gettempdir()) / "gateway-bench-postfix"
PACKAGES = ("postfix", "libdb5.3", "libicu72", "libnsl2", "libtirpc3", "libsasl2-2")
MAIL_OWNER, SETGID_GROUP = "games", "man"  # any system user and group that nothing runs as
READY_WITHIN_S = 20.0


class PostfixMissing(Exception):
    """Postfix cannot be had or run here; the text says why."""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix with two doors."""

    hold: int  # the port that keeps what it takes
    queue: int  # the port whose mail is delivered, to nobody
    spool: Path

    def has_work(self) -> bool:
        """Whether mail is still on its way through the queue."""
        return any(any((self.spool / each).iterdir()) for each in ("maildrop", "incoming", "active", "deferred"))


@dataclass(frozen=True)
class Tools:
    """The unpacked packages."""

    root: Path

    @cached_property
    def environment(self) -> dict[str, str]:
        """Where the programs find their libraries."""
        libraries = (self.root / "usr/lib/postfix", self.root / "usr/lib/x86_64-linux-gnu")
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}

    def send(self, port: int, sender: str, recipient: str, *, mails: int, size: int, sessions: int = 50) -> float:
        """Send mails over sessions that are used again; the seconds that it took. Every mail has a Message-ID."""
        since = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own words
            [
                *(self.root / "usr/sbin/smtp-source", "-d", "-s", str(sessions), "-m", str(mails), "-l", str(size)),
                *("-f", sender, "-t", recipient, f"127.0.0.1:{port}"),
            ],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"smtp-source: {done.stderr[:500]}")
        return time.perf_counter() - since

    @contextlib.contextmanager
    def sink(self) -> Iterator[int]:
        """A server in C that takes everything and keeps nothing, the ceiling; its port."""
        port = free_port()
        command: list[str | Path] = [self.root / "usr/sbin/smtp-sink", "-u", MAIL_OWNER, f"127.0.0.1:{port}", "512"]
        with _running(command, self.environment, [port]):
            yield port

    @contextlib.contextmanager
    def postfix(self) -> Iterator["Postfix"]:
        """A private Postfix."""
        hold, queue = free_port(), free_port()
        home = Path(tempfile.mkdtemp(prefix="gateway-postfix-", dir="/tmp"))
        try:
            self._configure(home, hold, queue)
            environment = {**self.environment, "MAIL_CONFIG": str(home / "conf")}
            command: list[str | Path] = [self.root / "usr/lib/postfix/sbin/master", "-d", "-c", home / "conf"]
            with _running(command, environment, [hold, queue]):
                yield Postfix(hold, queue, home / "spool")
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _configure(self, home: Path, hold: int, queue: int) -> None:
        home.chmod(0o755)
        conf = home / "conf"
        conf.mkdir()
        (conf / "main.cf").write_text(_MAIN.format(root=self.root, home=home, owner=MAIL_OWNER, group=SETGID_GROUP))
        (conf / "master.cf").write_text(_MASTER.format(hold=hold, queue=queue))
        (home / "data").mkdir()
        shutil.chown(home / "data", MAIL_OWNER)
        spool = home / "spool"
        for name in _OWNED:
            (spool / name).mkdir(parents=True)
            shutil.chown(spool / name, MAIL_OWNER)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            (spool / name).chmod(mode)
            shutil.chown(spool / name, MAIL_OWNER, SETGID_GROUP)
        (spool / "pid").mkdir()


def unpack() -> Tools:
    """Download and unpack the packages unless they are there; ``PostfixMissing`` where that cannot be."""
    tools = Tools(CACHE / "root")
    if not (tools.root / "usr/sbin/smtp-sink").exists():
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise PostfixMissing("it takes root and a Debian 12 to run a private Postfix")
        CACHE.mkdir(exist_ok=True)
        try:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=CACHE, check=True, capture_output=True)  # noqa: S603, S607 - words of our own
            for package in CACHE.glob("*.deb"):
                subprocess.run(["dpkg", "-x", package, tools.root], check=True)  # noqa: S603, S607 - words of our own
        except subprocess.CalledProcessError as error:
            raise PostfixMissing(f"{error.cmd[0]} failed: {(error.stderr or b'').decode()[-300:]}") from None
    return tools


@contextlib.contextmanager
def _running(command: Sequence[str | Path], environment: dict[str, str], ports: Sequence[int]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - words of our own
    try:
        deadline = time.perf_counter() + READY_WITHIN_S
        while not all(map(greets, ports)):
            if process.poll() is not None or time.perf_counter() > deadline:
                raise PostfixMissing(f"{Path(command[0]).name} does not start here")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


_OWNED = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"),
    *("maildrop", "public"),
)

_MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
daemon_directory = {root}/usr/lib/postfix/sbin
command_directory = {root}/usr/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
mail_owner = {owner}
setgid_group = {group}
myhostname = bench.localhost
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
relay_domains = sms.localhost
default_transport = discard
relay_transport = discard
alias_maps =
alias_database =
maillog_file =
syslog_name = gateway-bench
import_environment = LD_LIBRARY_PATH MAIL_CONFIG
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
default_process_limit = 100
"""

_MASTER = """\
127.0.0.1:{queue} inet n - n - - smtpd
127.0.0.1:{hold} inet n - n - - smtpd
  -o smtpd_recipient_restrictions=check_recipient_access,static:HOLD,permit_mynetworks,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

if __name__ == "__main__":
    print(unpack().root)  # noqa: T201 - what it was asked for

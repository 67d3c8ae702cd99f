"""Where a private server can live: as which user, in which folder, and behind which socket."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import socket
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trygghetskarta.errors import BusyError

# The kernel keeps a socket's address in 108 bytes, the last of them zero; PostgreSQL a file's path in 1024, its own names included.
_SOCKET_BYTES = 107
_PATH_BYTES = 900
_SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the server runs as.

    Attributes:
        uid: Its number.
        gid: Its group's number.
        other: Whether it is another user than ours: PostgreSQL refuses to run as root.
    """

    uid: int
    gid: int
    other: bool

    def as_options(self) -> dict[str, Any]:
        """Give the options for subprocess that run a program as this user, with nothing of our own environment and folder."""
        options: dict[str, Any] = {"cwd": "/", "umask": 0o077, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}}
        return options | {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else options

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can enter a folder; only the kernel knows, of all the folders above it and their rights."""
        if not self.other:
            return os.access(folder, os.X_OK)
        entering = subprocess.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], capture_output=True, check=False, **self.as_options())
        return entering.returncode == 0

    def takes(self, folder: Path) -> bool:
        """Make a folder that is this user's alone, or see that it already is; False where that cannot be (a file system without rights)."""
        try:
            if not os.path.lexists(folder):
                folder.mkdir(mode=0o700)
                os.chown(folder, self.uid, self.gid)
            found = folder.lstat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == self.uid and not found.st_mode & 0o077


def server_account(data: Path) -> Account:
    """Choose the user that the server runs as: ourselves; for root whoever owns the data, else `postgres`, else `nobody`.

    Raises:
        BusyError: There is no user that PostgreSQL accepts.
    """
    if os.geteuid() != 0:
        with suppress(KeyError):
            return Account(os.geteuid(), pwd.getpwuid(os.geteuid()).pw_gid, other=False)
        raise BusyError(
            f"PostgreSQL kräver en användare med namn, men användare {os.geteuid()} saknas i /etc/passwd: kör som en annan användare.",
            f"PostgreSQL needs a user with a name, but user {os.geteuid()} is not in /etc/passwd: run as another user.",
        )
    owner = data.stat() if data.exists() else None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, other=True)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid, other=True)
    raise BusyError(
        "PostgreSQL vägrar köra som root, och här finns varken användaren postgres eller nobody: kör som en vanlig användare.",
        "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody here: run as an ordinary user.",
    )


def choose_site(home: Path, account: Account) -> Path:
    """Choose and make the folder of all that a new server owns: in `home`, or elsewhere when the server could not live there.

    It cannot when its user may not enter (a checkout below /root), the path is too long, or the file system keeps no rights.

    Raises:
        BusyError: It can live nowhere.
    """
    shared = Path("/var/lib") if os.geteuid() == 0 else Path(pwd.getpwuid(account.uid).pw_dir) / ".local/share"
    # A new name every time: whoever removes `home` begins anew, and the data that it led to is neither met again nor overwritten.
    elsewhere = shared / "trygghetskarta" / secrets.token_hex(6)
    for site in (home / "postgres", elsewhere):
        if len(os.fsencode(site)) <= _PATH_BYTES and _can_live(site, account):
            return site
        with suppress(OSError):
            site.rmdir()
    raise BusyError(
        f"Den egna PostGIS-servern kan inte ligga i {home} och inte i {elsewhere}: välj en annan mapp med TRYGGHETSKARTA_HOME.",
        f"The private PostGIS server can be neither in {home} nor in {elsewhere}: choose another folder with TRYGGHETSKARTA_HOME.",
    )


def socket_folder(site: Path, account: Account) -> Path | None:
    """Make the folder of the server's socket, which only its user and root can enter; None where no socket can be."""
    name = f"trygghetskarta-{hashlib.sha256(os.fsencode(site)).hexdigest()[:12]}"
    for folder in (site / "socket", Path(f"/run/user/{account.uid}", name), Path("/run", name), Path("/tmp", name)):  # nosec B108  # a folder that only its owner may enter
        if _fits(folder) and account.takes(folder) and account.reaches(folder) and _can_bind(folder):
            return folder
    return None


def free_port() -> int:
    """Find a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_open_folder(folder: Path) -> None:
    """Make a folder that others may enter, whatever our umask, unless it exists; what is private within guards itself."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _can_live(site: Path, account: Account) -> bool:
    probe = site / "probe"
    try:
        make_open_folder(site.parent)
        make_open_folder(site)
        return account.reaches(site) and account.takes(probe)
    except OSError:
        return False
    finally:
        shutil.rmtree(probe, ignore_errors=True)


def _fits(folder: Path) -> bool:
    """Tell whether a socket there has an address that every client can write: short, and free of the commas that list several servers."""
    address = folder / _SOCKET_NAME
    return len(os.fsencode(address)) <= _SOCKET_BYTES and re.fullmatch(r"[\w/.+-]+", str(folder), re.ASCII) is not None


def _can_bind(folder: Path) -> bool:
    """Tell whether the file system holds sockets; some that are shared with another system do not."""
    probe = folder / "probe"
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.bind(str(probe))
        except OSError:
            return False
    probe.unlink()
    return True

"""Makes the environment of a checkout: a fitting Python, `.venv`, the pinned packages, a browser.

Runs under any Python since 3.6, so that a wrong one is told in a sentence and not by a traceback.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
VENV_PYTHON = str(VENV / "bin" / "python")
SUPPORTED = ((3, 11), (3, 12), (3, 13))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAIL_SERVERS = ("dovecot", "postfix", "swaks")
MAIL_PACKAGES = ("dovecot-imapd", "dovecot-lmtpd", "dovecot-pop3d", "postfix", "swaks")
PROGRAMS = os.pathsep.join(["/usr/sbin", "/usr/local/sbin", os.environ.get("PATH", "")])
ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
PIP = (VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--use-pep517")


def stop(sentence: str) -> "NoReturn":
    sys.exit(f"Helpdesk cannot be set up: {sentence}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def version_of(program: str) -> "tuple[int, int] | None":
    """(major, minor) of an interpreter, or None when it does not run."""
    try:
        answer = subprocess.check_output([program, "-c", ASK_VERSION], stderr=subprocess.STDOUT)
        major, minor = answer.decode().strip().split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def fitting_python() -> str:
    """This interpreter when its version is supported, else the newest supported one on PATH."""
    own = sys.version_info[:2]
    if own in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        name = f"python{major}.{minor}"
        if version_of(name) == (major, minor):
            return name
    return stop(
        f"it needs Python 3.11, 3.12 or 3.13, and this is {own[0]}.{own[1]} ({sys.executable}). "
        "Install one of them (Debian: apt install python3 python3-venv; macOS: brew install python@3.13), "
        "or name it: make run PYTHON=/path/to/python3.12"
    )


def make_venv() -> None:
    if version_of(VENV_PYTHON) in SUPPORTED:
        return
    python = fitting_python()
    say("Making the environment in .venv ...")
    if subprocess.call([python, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL):
        stop("this Python has no venv module. Debian and Ubuntu keep it apart: apt install python3-venv")
    if subprocess.call([python, "-m", "venv", "--clear", str(VENV)]):
        stop(f"the folder {VENV} cannot be made; make {HERE} writable.")


def install(requirements: str) -> None:
    """Installs the pinned packages unless exactly these are installed already."""
    wanted = fingerprint(requirements)
    stamp = VENV / f".installed-{requirements}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing the packages of {requirements} ...")
    if subprocess.call([*PIP, "--requirement", str(HERE / requirements)]):
        stop("the packages could not be installed; pip says why above (is the network there?).")
    stamp.write_text(wanted)


def fingerprint(requirements: str) -> str:
    digest = hashlib.sha256(repr(version_of(VENV_PYTHON)).encode())
    for name in sorted({requirements, "requirements.txt"}):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def find_browser() -> None:
    """Debian's Chromium where we may install it; without any, the browser stories say what is missing."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("Installing Chromium for the browser stories ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.call(["apt-get", "update", "-qq"], env=quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"]
    subprocess.call(command, env=quiet)


def find_mail_servers() -> None:
    """Debian's Dovecot, Postfix and swaks where we may install them; without any, their tests say what is missing."""
    if all(shutil.which(name, path=PROGRAMS) for name in MAIL_SERVERS):
        return
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("Installing the mail servers that the tests talk to ...")
    # Packages start their servers at once; these are only for tests, which start their own.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.call(["apt-get", "update", "-qq"], env=quiet)
    subprocess.call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *MAIL_PACKAGES], env=quiet)


def main(arguments: "list[str]") -> None:
    make_venv()
    install("requirements-dev.txt" if "--dev" in arguments else "requirements.txt")
    if "--browser" in arguments:
        find_browser()
    if "--peers" in arguments:
        find_mail_servers()


if __name__ == "__main__":
    main(sys.argv[1:])

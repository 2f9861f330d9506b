"""Makes the environment of a checkout: a fitting Python, `.venv`, the pinned packages, a browser.

Runs under any Python, however old, so that a wrong one is told in a sentence and not by a traceback.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
SUPPORTED = ((3, 11), (3, 12), (3, 13))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ASK_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def stop(sentence):
    sys.exit("Helpdesk cannot be set up: " + sentence)


def version_of(program):
    """(major, minor) of an interpreter, or None when it does not run."""
    try:
        answer = subprocess.check_output([program, "-c", ASK_VERSION], stderr=subprocess.STDOUT)
        major, minor = answer.decode().strip().split(".")
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def fitting_python():
    """This interpreter when its version is supported, else the newest supported one on PATH."""
    own = sys.version_info[:2]
    if own in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        name = "python%d.%d" % (major, minor)
        if version_of(name) == (major, minor):
            return name
    stop(
        "it needs Python 3.11, 3.12 or 3.13, and this is %d.%d (%s). Install one of them "
        "(Debian: apt install python3 python3-venv; macOS: brew install python@3.13), or name it: "
        "make run PYTHON=/path/to/python3.12" % (own[0], own[1], sys.executable)
    )


def make_venv():
    if version_of(VENV_PYTHON) in SUPPORTED:
        return
    python = fitting_python()
    say("Making the environment in .venv ...")
    if subprocess.call([python, "-c", "import venv, ensurepip"], stderr=subprocess.DEVNULL):
        stop("this Python has no venv module. Debian and Ubuntu keep it apart: apt install python3-venv")
    if subprocess.call([python, "-m", "venv", "--clear", VENV]):
        stop("the folder %s cannot be made; make %s writable." % (VENV, HERE))


def install(requirements):
    """Installs the pinned packages unless exactly these are installed already."""
    wanted = fingerprint(requirements)
    stamp = os.path.join(VENV, ".installed-" + requirements)
    if read(stamp) == wanted:
        return
    say("Installing the packages of %s ..." % requirements)
    command = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--use-pep517"]
    if subprocess.call(command + ["--requirement", os.path.join(HERE, requirements)]):
        stop("the packages could not be installed; pip says why above (is the network there?).")
    with open(stamp, "w") as out:
        out.write(wanted)


def fingerprint(requirements):
    digest = hashlib.sha256(repr(version_of(VENV_PYTHON)).encode())
    for name in sorted({requirements, "requirements.txt"}):
        with open(os.path.join(HERE, name), "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as source:
        return source.read()


def find_browser():
    """Debian's Chromium where we may install it; without any, the browser stories say what is missing."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("Installing Chromium for the browser stories ...")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.call(["apt-get", "update", "-qq"], env=quiet)
    packages = ["chromium", "fonts-liberation"]
    subprocess.call(["apt-get", "install", "-y", "-qq", "--no-install-recommends"] + packages, env=quiet)


def say(text):
    print(text)
    sys.stdout.flush()


def main(arguments):
    make_venv()
    install("requirements-dev.txt" if "--dev" in arguments else "requirements.txt")
    if "--browser" in arguments:
        find_browser()


if __name__ == "__main__":
    main(sys.argv[1:])

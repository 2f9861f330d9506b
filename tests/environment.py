"""Says, before any setting is read, that this is a test, and gives it real servers."""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

os.environ["HELPDESK_ENV"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk.settings"

PREFIX = "helpdesk-test-"


def provide_servers() -> None:
    """Real PostgreSQL and Valkey for this run: those of the environment, else our own, once per run."""
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    # Workers of pytest-xdist inherit the addresses; only the first process comes this far.
    from helpdesk.embedded.processes import end_all, left_behind
    from helpdesk.embedded.services import EmbeddedServices

    remove_leftovers()
    folder = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o755)
    services = EmbeddedServices(folder)
    os.environ.update(services.start(durable=False))
    os.environ["VAR_DIR"] = str(folder)

    def stop() -> None:
        services.stop()
        # Desks of workers that were ended before they could end theirs.
        end_all(left_behind(folder))
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    # Whoever ends the run from outside hears what failed so far, and nothing stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def remove_leftovers() -> None:
    """Servers and folders of runs that were killed before they could clean up."""
    import psutil

    from helpdesk.embedded.postgres import EmbeddedPostgres
    from helpdesk.embedded.processes import end_all, left_behind

    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = folder.name.removeprefix(PREFIX)
        if not pid.isdigit() or psutil.pid_exists(int(pid)):
            continue
        end_all(left_behind(folder))
        EmbeddedPostgres(folder).end_orphan()
        shutil.rmtree(folder, ignore_errors=True)


def own_var_dir() -> None:
    """Uploads and secrets of tests go to a folder that is gone afterwards."""
    if "VAR_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="helpdesk-var-")
        os.environ["VAR_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def own_redis_database() -> None:
    """Each worker of pytest-xdist takes its own Redis database, as it takes its own PostgreSQL database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        base, _, number = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{base}/{int(number) + int(worker[2:]) + 1}"


provide_servers()
own_var_dir()
own_redis_database()

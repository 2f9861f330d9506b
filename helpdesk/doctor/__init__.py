"""Checks the whole desk, part by part, and says how to mend what is wrong: `manage.py doctor`."""

from collections.abc import Callable, Iterable, Iterator

from helpdesk.doctor import environment, inboxes, promises, servers, waiting, work
from helpdesk.doctor.finding import Finding, broken

# part -> what looks at it
EXAMINATIONS: dict[str, Callable[[], Iterable[Finding]]] = {
    "python": environment.python,
    "packages": environment.packages,
    "settings": environment.site,
    "files": environment.files,
    "database": servers.database,
    "migrations": servers.migrations,
    "broker": servers.broker,
    "queues": work.queues,
    "workers": work.workers,
    "beat": work.beat,
    "mail out": servers.mail_out,
    "mail in": servers.mail_in,
    "mailboxes": servers.mailboxes,
    "inboxes": inboxes.inboxes,
    "deliveries": inboxes.deliveries,
    "outbox": inboxes.outbox,
    "promises": promises.promises,
    "rules": promises.rules,
    "reports": promises.closed_days,
    "assignment": promises.assignment,
    "customers": waiting.customers,
    "bulk": waiting.calls_and_jobs,
    "mailed reports": waiting.mailed_reports,
}


def examine() -> Iterator[tuple[str, Finding]]:
    """Every finding with its part; a look that fails is a finding itself."""
    for part, look in EXAMINATIONS.items():
        try:
            findings = list(look())
        except Exception as failure:  # the doctor survives whatever it finds
            text = f"could not be examined: {type(failure).__name__}: {failure}".splitlines()[0]
            findings = [broken(text, "mend the parts above first, then ask again")]
        for finding in findings:
            yield part, finding

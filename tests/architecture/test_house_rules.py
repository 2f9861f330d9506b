"""The house rules that a machine can check, each with its remedy."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.architecture.source import ROOT, name_of, nodes, python_files, told, tree_of

QUERIES = {"get", "filter", "exclude", "all", "values", "values_list", "in_bulk", "first", "last", "aggregate"}
WRITES = {"create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
STOPS = "stop_if_out_of_time"
ENQUEUES = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}
PROTECTED = {"Ticket", "Message"}

# Folders that read or write rows in bulk, for no person: they need no permission door.
MACHINERY = ("helpdesk/demo/", "helpdesk/history/", "helpdesk/bench/", "helpdesk/seeding/", "helpdesk/doctor/")
# folder or file -> why it reads tickets or messages beside the permission door
READS_BESIDE_THE_DOOR: dict[str, str] = {
    "channels_in/": "workers carry every message, for no person",
    "routing/": "rules and assignment act for the desk, not for a person",
    "sla/": "clocks watch every ticket",
}
# Modules and folders that decide and read only what they are given; docs/architecture.md names them.
PURE = (
    "tickets/threading.py", "tickets/recipients.py", "tickets/agent_mail.py", "tickets/conditions/language.py",
    "sla/calendar.py", "sla/prediction.py", "sla/ical.py", "routing/assignment.py", "routing/loops.py",
    "channels_in/email/forwarded.py", "channels_in/email/spam.py", "channels_in/email/parse/",
)  # fmt: skip
IMPURE = {"models", "selectors", "services", "settings"}
# path -> why it writes rows outside services/
WRITES_OUTSIDE_SERVICES: dict[str, str] = {
    "api/idempotency.py": "the answers kept for a repeated request are the API's own book",
}
# path -> why it enqueues
ENQUEUES_ELSEWHERE: dict[str, str] = {}
# Folders whose work is done by tasks, row by row.
DONE_BY_TASKS = ("routing/", "sla/", "csat/", "callbacks/", "notifications/", "tickets/")
# path -> why a task that is out of time goes on there
GOES_ON_OUT_OF_TIME: dict[str, str] = {
    "routing/services/webhooks.py": "the call is noted as one more try that failed, and its task is done with it",
    "notifications/services/by_mail.py": "notices that were claimed and do not leave now never do",
}
# path -> whose sanitised output it marks as safe
MARKS_AS_SAFE: dict[str, str] = {}


def test_only_channels_know_the_kind_of_an_inbox() -> None:
    wrong = [
        at(path, node)
        for path in outside("channels_in/", "tests/", *MACHINERY)
        for node in nodes(path)
        if isinstance(node, ast.Compare) and compares_kind([node.left, *node.comparators])
    ]
    assert not wrong, told(wrong, "Ask the capabilities of the channel instead of comparing inbox.kind:")


def test_tickets_are_read_through_the_permission_door() -> None:
    wrong = [
        at(path, node)
        for path in outside("tickets/", "tests/", *MACHINERY, *READS_BESIDE_THE_DOOR)
        if not is_command(path)
        for node in nodes(path)
        if is_manager_call(node, QUERIES, PROTECTED)
    ]
    assert not wrong, told(wrong, "Read tickets and messages by tickets/selectors (tickets_visible_to, ticket_for):")


def test_only_services_write_rows() -> None:
    wrong = [
        at(path, node)
        for path in outside("tests/", "core/", *MACHINERY, *WRITES_OUTSIDE_SERVICES)
        if not ({"services", "models"} & set(path.parts) or path.name in {"services.py", "managers.py"})
        if not is_command(path)
        for node in nodes(path)
        if is_manager_call(node, WRITES)
    ]
    assert not wrong, told(wrong, "Write rows in services/ and publish the event there:")


def test_tasks_are_enqueued_by_subscribers_services_and_tasks_only() -> None:
    wrong = [
        at(path, node)
        for path in outside("tests/", *MACHINERY, *ENQUEUES_ELSEWHERE)
        if not ({"services", "subscribers", "tasks"} & {*path.parts, path.stem})
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENQUEUES
    ]
    assert not wrong, told(wrong, "Let a subscriber, service or task enqueue, after the commit, by id:")


def test_tasks_that_are_out_of_time_begin_with_nothing_else() -> None:
    """Celery's soft limit is an Exception, too: whoever goes on after it is killed in the midst of another row."""
    wrong = [
        at(path, node)
        for path in outside("tests/", *GOES_ON_OUT_OF_TIME)
        if name_of(path).startswith(DONE_BY_TASKS)
        for node in nodes(path)
        if isinstance(node, ast.Try) and swallows_the_time_limit(node)
    ]
    assert not wrong, told(wrong, "Call core.batches.stop_if_out_of_time(error) at the end of `except Exception`:")


def test_nothing_is_declared_safe_but_what_the_sanitizer_made() -> None:
    wrong = [
        at(path, node)
        for path in outside("tests/", *MARKS_AS_SAFE)
        for node in nodes(path)
        if isinstance(node, ast.Call) and last_name(node.func) in {"mark_safe", "SafeString", "SafeText"}
    ]
    assert not wrong, told(wrong, "Use format_html or a template; list the file only for sanitised output:")


def test_tests_wait_for_facts_and_never_sleep() -> None:
    wrong = [
        at(path, node)
        for path in python_files(tests=True)
        if name_of(path).startswith("tests/") and name_of(path) != "tests/waiting.py"
        for node in nodes(path)
        if isinstance(node, ast.Call) and dotted(node.func) in {"time.sleep", "sleep"}
    ]
    assert not wrong, told(wrong, "Wait with tests.waiting.poll_until:")


def test_models_and_selectors_call_nothing_above_them() -> None:
    forbidden = {
        "models": {"services", "selectors", "views", "tasks", "consumers", "subscribers"},
        "selectors": {"services", "views", "tasks", "consumers", "subscribers"},
        "services": {"views", "consumers", "subscribers"},
    }
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in outside("tests/")
        for role in forbidden
        if role in path.parts or path.stem == role
        for module in imported_modules(path)
        if forbidden[role] & set(module.split(".")[1:2]) and module.split(".")[0] in own_apps()
    ]
    assert not wrong, told(wrong, "views, tasks, consumers, subscribers -> services -> selectors -> models:")


def says_it_is_pure(path: Path) -> bool:
    """Nobody believes a docstring that nothing holds to its word."""
    return bool(re.search(r"\bPure[.;,]", ast.get_docstring(tree_of(path)) or ""))


def test_pure_modules_touch_no_database_and_are_named_in_the_map() -> None:
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in outside("tests/")
        if name_of(path).startswith(PURE) or says_it_is_pure(path)
        for module in imported_modules(path)
        if module.startswith(("django.db", "django.conf", "django.core.cache", "core.db", "core.http"))
        or IMPURE & set(module.split("."))
    ]
    assert not wrong, told(wrong, "Hand it the facts instead:")
    the_map = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    unnamed = [name for name in PURE if f"`{name}`" not in the_map]
    assert not unnamed, told(unnamed, "Name these pure modules in docs/architecture.md:")


def test_every_module_opens_with_what_it_is_about() -> None:
    silent = [
        name_of(path)
        for path in python_files(tests=True)
        if tree_of(path).body and ast.get_docstring(tree_of(path)) is None
    ]
    assert not silent, told(silent, "Open the module with one sentence on what it is about:")


def test_no_file_is_called_utils_or_helpers() -> None:
    found = [name_of(path) for path in python_files(tests=True) if path.stem in {"utils", "helpers", "misc", "common"}]
    assert not found, told(found, "Name the file after what it is about:")


def test_ignored_types_say_why() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)")
    found = lines_matching(bare)
    assert not found, told(found, "Write `# type: ignore[code]  # the reason`:")


def test_nothing_is_left_for_later() -> None:
    found = lines_matching(re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b"))
    assert not found, told(found, "Do it, or delete the note:")


def outside(*prefixes: str) -> list[Path]:
    return [path for path in python_files(tests=True) if not name_of(path).startswith(prefixes)]


def own_apps() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/apps.py")}


def is_command(path: Path) -> bool:
    return "commands" in path.parts


def at(path: Path, node: ast.AST) -> str:
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def last_name(node: ast.AST) -> str:
    return dotted(node).rpartition(".")[2]


def swallows_the_time_limit(node: ast.Try) -> bool:
    """Catches every Exception and lets none of them go."""
    for handler in node.handlers:
        caught = last_name(handler.type) if handler.type else "Exception"
        if caught == "SoftTimeLimitExceeded":
            return False
        if caught in {"Exception", "BaseException"}:
            inside = [part for line in handler.body for part in ast.walk(line)]
            stops = [part for part in inside if isinstance(part, ast.Call) and last_name(part.func) == STOPS]
            return not stops and not any(isinstance(part, ast.Raise) for part in inside)
    return False


def is_inbox_kind(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "kind" and "inbox" in last_name(node.value)


def compares_kind(sides: list[ast.expr]) -> bool:
    """`inbox.kind` on one side and written-out words on another."""
    words = [
        part
        for side in sides
        for part in ast.walk(side)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return bool(words) and any(is_inbox_kind(side) for side in sides)


def is_manager_call(node: ast.AST, methods: set[str], models: set[str] | None = None) -> bool:
    """`Model.objects.<method>(...)`, of the given models or of any."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods):
        return False
    manager = node.func.value
    if not (isinstance(manager, ast.Attribute) and manager.attr == "objects"):
        return False
    return models is None or last_name(manager.value) in models


def imported_modules(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def lines_matching(pattern: re.Pattern[str], within: Callable[[], list[Path]] | None = None) -> list[str]:
    paths = within() if within else python_files(tests=True)
    return [
        f"{name_of(path)}:{number}"
        for path in paths
        if name_of(path) != "tests/architecture/test_house_rules.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]

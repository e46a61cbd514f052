"""There is one road to a row and one to a change: no way round a scope, no saving in a view."""

import ast
from pathlib import Path

import deungdae.web

WEB = Path(deungdae.web.__file__).parent
#: What reaches past a scope, and the files that may, each with its reason.
BYROADS = {"_base_manager", "_default_manager", "everything", "cursor"}
MAY = {
    "alarms/telling.py": "tells the bus the rules of all organisations",
    "alarms/ways/carrying.py": "sends what is due in all organisations",
    "core/access.py": "makes a person's scope",
    "core/chain.py": "checks the record of every organisation",
    "core/actions/accounts.py": "erases a person everywhere",
    "core/outgoing.py": "sends what is due in all organisations",
    "core/throttle.py": "counts the attempts of whoever knocks, before anybody is known",
    "core/views/members.py": "finds an invitation by the hash of its link",
    "insight/queue.py": "hands out the jobs of all organisations",
    "plant/operations/watching.py": "looks at the sources of all organisations",
    "floor/following.py": "follows what happened in all organisations",
    "floor/reporting/keeping.py": "makes the shift reports of all organisations",
    "floor/reconciling.py": "tells the monitor what was said in all organisations",
    "plant/reconciling.py": "tells the bus what belongs to all organisations",
    "project/start.py": "acts for whoever runs the machine",
    "watches/telling.py": "tells the bus the watches of all organisations",
}
CHANGES = {"save", "asave", "create", "acreate", "delete", "adelete", "update", "aupdate"}
CHANGES |= {"bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def called(tree: ast.AST) -> list[tuple[str, int]]:
    """Return the names of attributes that a module uses, with their lines."""
    return [(n.attr, n.lineno) for n in ast.walk(tree) if isinstance(n, ast.Attribute)]


def changes(tree: ast.AST) -> list[int]:
    """Return the lines that change rows: `row.save()`, `Model.objects.create(…)`."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        # `{}.update(…)`, a set or a plain name of a mapping is no row.
        plain = isinstance(owner, ast.Dict | ast.Set) or (
            isinstance(owner, ast.Name) and node.func.attr in {"update"}
        )
        decorator = isinstance(owner, ast.Name) and owner.id == "router"
        if node.func.attr in CHANGES and not plain and not decorator:
            found.append(node.lineno)
    return found


def modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(WEB)): ast.parse(path.read_text("utf-8"))
        for path in sorted(WEB.rglob("*.py"))
        if "migrations" not in path.parts
    }


def test_only_named_files_reach_past_a_scope() -> None:
    users = {
        name
        for name, tree in modules().items()
        if BYROADS & {attribute for attribute, _ in called(tree)}
    }
    assert users == set(MAY)


def test_views_change_nothing_by_themselves() -> None:
    views = {
        name: changes(tree)
        for name, tree in modules().items()
        if "views" in Path(name).parts or Path(name).name == "views.py" or name.startswith("api/")
    }
    assert len(views) > 8, "hardly a view was inspected"
    assert {name: lines for name, lines in views.items() if lines} == {}


def test_a_view_that_saves_is_found() -> None:
    good = "Rename(scope=s).perform()\nnames.update(a=1)\n{}.update(a=1)\n"
    bad = "row.save()\nSite.objects.create(a=1)\nq.filter(a=1).update(a=2)\nrow.delete()\n"
    assert changes(ast.parse(good)) == []
    assert changes(ast.parse(bad)) == [1, 2, 3, 4]

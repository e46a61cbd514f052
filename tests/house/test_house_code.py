"""What Python code of the house must and must not hold."""

import ast
from pathlib import Path

import pytest

Function = ast.FunctionDef | ast.AsyncFunctionDef


def swallows(tree: ast.AST, lines: list[str]) -> list[int]:
    """Return the lines of handlers that catch everything and neither re-raise nor say why.

    A handler says why on its own line: `# noqa: BLE001 - the run's process reports it`.
    """
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and _catches_everything(node.type)
        and not any(isinstance(n, ast.Raise) for n in ast.walk(node))
        and "noqa: BLE001 - " not in lines[node.lineno - 1]
    ]


def _catches_everything(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(
        name is None or (isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"})
        for name in names
    )


def undocumented(tree: ast.Module) -> list[str]:
    """Return the names of what is public in a module, itself included, and has no docstring."""
    found = [] if ast.get_docstring(tree) else ["(module)"]
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not _is_overload(node) and not ast.get_docstring(node):
            found.append(node.name)
    return found


def _is_overload(node: ast.AST) -> bool:
    return isinstance(node, Function) and any(
        isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list
    )


def test_no_error_is_swallowed(texts: dict[Path, str], root: Path) -> None:
    found, handlers = [], 0
    for path, text in texts.items():
        if path.suffix != ".py" or root / "tests" in path.parents:
            continue
        tree = ast.parse(text)
        handlers += sum(isinstance(node, ast.Try) for node in ast.walk(tree))
        found += [f"{path}:{line}" for line in swallows(tree, text.splitlines())]
    assert handlers, "no handler was inspected"
    assert found == []


@pytest.mark.parametrize(
    ("handler", "refused"),
    [
        ("except ValueError:\n    pass", False),
        ("except Exception:\n    undo()\n    raise", False),
        ("except Exception as error:\n    raise RunFailed('…') from error", False),
        ("except Exception:  # noqa: BLE001 - written to the run's log\n    log()", False),
        ("except Exception:  # noqa: BLE001\n    log()", True),
        ("except Exception:\n    pass", True),
        ("except (ValueError, BaseException):\n    pass", True),
        ("except:\n    pass", True),
    ],
)
def test_a_handler_that_swallows_is_refused(handler: str, refused: bool) -> None:
    text = f"try:\n    do()\n{handler}\n"
    assert bool(swallows(ast.parse(text), text.splitlines())) is refused


def test_whatever_is_public_says_what_it_is(sources: dict[Path, str]) -> None:
    found = {
        str(path): undocumented(ast.parse(text))
        for path, text in sources.items()
        if path.parent.name != "migrations"  # Django writes those
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""M."""\ndef f():\n    """F."""\nclass C:\n    """C."""\ndef _g(): ...\n', []),
        ('"""M."""\ndef f(): ...\nclass C: ...\n', ["f", "C"]),
        ("x = 1\n", ["(module)"]),
    ],
)
def test_what_has_no_docstring_is_refused(text: str, found: list[str]) -> None:
    assert undocumented(ast.parse(text)) == found

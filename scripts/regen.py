"""Compile `spec/openapi.yaml` and its parts into `generated/`, or check that the two agree.

nox -s regen     write generated/ anew, whole trees at a time
nox -s drift     compare file lists and bytes, change nothing (exit 10 when they differ)
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from compiler.bundle import (
    Schema,
    advice_schema,
    bundle,
    generator_document,
    keyword_schema,
    request_schema,
)
from compiler.document import Document, SpecError
from compiler.facts import facts_modules, secret_names
from compiler.lint import lint
from compiler.literals import refuse_booleans
from compiler.operations import Operation, bodies, operations, query_keywords, query_schema
from compiler.rules_page import rules_page
from compiler.seal import add_headers, digest, seal
from compiler.situations import situation_schema

ROOT = Path(__file__).resolve().parent.parent
# Where the options of `update` are, which no field may be called like.
FACADE = Path("wrapper/rezoom/_client/sync.py")
TOOLS = ("openapi-python-client", "datamodel-code-generator", "ruff")
EXIT_DRIFT = 10
NEXT = """Next:
  nox -s wire-diff   what it means for callers, with a paragraph for CHANGELOG.md
  nox -s goldens     only if the requests are meant to change
  nox -s tests       then commit spec/ and generated/ together"""
NO_ROOT = "Model: TypeAlias = Any\n"
_SHAPES = ("--formatters", "builtin", "--disable-timestamp", "--enum-field-as-literal", "all")
_PYTHON = ("--target-python-version", "3.11", "--use-schema-description", "--use-field-description")


class ToolError(Exception):
    """A generator failed; its own words are the message."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and afterwards how long it took."""
    print(f"  {name} …", end="", flush=True)
    start = time.perf_counter()
    yield
    print(f" {time.perf_counter() - start:.1f} s", flush=True)


def run(*command: str | Path, cwd: Path) -> None:
    """Run one pinned tool of this environment and stop on anything but success."""
    program = Path(sys.executable).parent / str(command[0])
    arguments = [str(program), *map(str, command[1:])]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
    done = subprocess.run(  # fixed programs of this environment, on our own files
        arguments, cwd=cwd, capture_output=True, text=True, env=environment, check=False
    )
    words = (done.stdout + done.stderr).strip()
    # openapi-python-client exits 0 after leaving an endpoint out; what it left out it only prints.
    if done.returncode or "WARNING parsing" in words or "Unable to parse" in words:
        raise ToolError(f"{command[0]} failed:\n{words}")


def compile_spec(root: Path, wire: Path, contract: Path) -> None:
    """Compile the spec of the tree at `root` into the packages of its client and its server."""
    spec = root / "spec" / "openapi.yaml"
    with step("read and lint the spec"):
        document = Document(spec)
        # A copy of the spec alone has no facade whose options could be shadowed.
        lint(document, root / FACADE if (root / "wrapper").exists() else None)
        bundled = bundle(document.root)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        # datamodel-codegen takes its line length from the first pyproject.toml above its output.
        (work / "pyproject.toml").touch()
        shapes = work / "shapes.json"
        shapes.write_text(json.dumps(generator_document(bundled)), encoding="utf-8")
        with step("wire client (openapi-python-client)"):
            templates = work / "templates"
            shutil.copytree(root / "spec" / "templates", templates)
            names = json.dumps(sorted(secret_names(bundled)))
            (templates / "secrets.jinja").write_text(f"{{% set secret_names = {names} %}}\n")
            # fmt: off
            run("openapi-python-client", "generate", "--path", shapes, "--meta", "none",
                "--config", root / "spec" / "client.yaml", "--custom-template-path", templates,
                "--output-path", wire, "--overwrite", "--fail-on-warning", cwd=work)
            # fmt: on
            mend_client(wire / "client.py")
        with step("typed keywords (datamodel-code-generator)"):
            keywords = work / "keywords.json"
            queries = {one.title: query_keywords(one) for one in operations(bundled) if one.query}
            sent = [operation.body for operation in bodies(bundled)]
            keywords.write_text(json.dumps(keyword_schema(bundled, sent, queries)))
            # fmt: off
            run("datamodel-codegen", "--input", keywords, "--input-file-type", "jsonschema",
                "--output", work / "params.py", "--output-model-type", "typing.TypedDict",
                "--use-total-false-for-typed-dict", "--no-use-closed-typed-dict",
                *_SHAPES, *_PYTHON, cwd=work)
            # fmt: on
            # A schema of definitions alone leaves a root that nobody has asked for.
            params = (work / "params.py").read_text("utf-8").replace(NO_ROOT, "")
            (wire / "params.py").write_text(params, "utf-8")
        with step("contract (datamodel-code-generator)"):
            contract.mkdir()
            # fmt: off
            run("datamodel-codegen", "--input", shapes, "--input-file-type", "openapi",
                "--output", work / "__init__.py",
                "--output-model-type", "pydantic_v2.BaseModel", "--strict-types", "str", "int",
                "bool", "--use-annotated", "--field-constraints", "--use-missing-sentinel",
                "--type-mappings", "string+email=string",
                # Where pydantic keeps it since 2.14; the generator still names its old place.
                "--import-overrides", '{"MISSING": "pydantic"}', *_SHAPES, *_PYTHON, cwd=work)
            # fmt: on
            module = (work / "__init__.py").read_text("utf-8")
            (contract / "__init__.py").write_text(refuse_booleans(module), "utf-8")
    with step("facts, schemas, formatting, seal"):
        (wire / "tables").mkdir()
        for place, text in facts_modules(bundled).items():
            (wire / place).write_text(text, encoding="utf-8")
        for operation in operations(bundled):
            folder = wire / "schemas" / operation.id
            for name, schema in schemas_of(operation, bundled).items():
                folder.mkdir(parents=True, exist_ok=True)
                text = json.dumps(schema, separators=(",", ":")) + "\n"
                (folder / f"{name}.json").write_text(text)
        whole = json.dumps(bundled, indent=1, ensure_ascii=False) + "\n"
        (wire / "RULES.md").write_text(rules_page(bundled), encoding="utf-8")
        (wire / "openapi.json").write_text(whole, encoding="utf-8")
        tools = {name: version(name) for name in TOOLS}
        for package in (wire, contract):
            (package / "py.typed").touch()
            shutil.rmtree(package / ".ruff_cache", ignore_errors=True)
            tidy(package)
            add_headers(package, "spec/openapi.yaml")
            seal(package, digest(whole.encode()), bundled["info"]["version"], tools)


def schemas_of(operation: Operation, bundled: Schema) -> dict[str, Schema]:
    """Give the validator schemas of an operation: of its query, its body, and its cases."""
    found = {"query": query_schema(operation, bundled)} if operation.query else {}
    if operation.body:
        found["body"] = request_schema(bundled, operation.body, operation.rules)
        found["advice"] = advice_schema(bundled, operation.body, operation.rules)
        for name in ("x-situations", "x-reasons"):
            schema = situation_schema(bundled, operation, name)
            found |= {name.removeprefix("x-"): schema} if schema["allOf"] else {}
    return found


def mend_client(client: Path) -> None:
    """Keep the bearer token out of the generated client's repr, and say what its dicts hold."""
    text = client.read_text(encoding="utf-8")
    for old, new, times in (
        (r"    token: str\n", r"    token: str = field(repr=False)\n", 1),
        # pyright takes a bare `dict` for one of unknown things; there are two classes of client.
        (r"(: (dict\[str, \w+\]) = field\(factory=)dict\b", r"\1\2", 6),
    ):
        text, found = re.subn(old, new, text)
        if found != times:
            raise ToolError(
                f"{client.name}: {found} of {old!r}, not {times}; the generator has changed"
            )
    client.write_text(text, encoding="utf-8")


def tidy(package: Path) -> None:
    """Format with no configuration but this: the output must not depend on where it was made."""
    isolated = ("--isolated", "--no-cache", "--no-respect-gitignore", "--quiet")
    style = ("--target-version", "py311", "--line-length", "100")
    run("ruff", "check", "--fix-only", *isolated, *style, "--select", "I,F401,UP", ".", cwd=package)
    run("ruff", "format", *isolated, *style, ".", cwd=package)


def differences(fresh: Path, present: Path) -> list[str]:
    """Compare two trees: names on both sides first, then every byte."""
    sides = [
        {
            path.relative_to(side).as_posix(): path
            for path in side.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        for side in (fresh, present)
    ]
    made, held = sides
    found = [f"{name}: missing from generated/" for name in sorted(made.keys() - held.keys())]
    found += [f"{name}: not made by the compiler" for name in sorted(held.keys() - made.keys())]
    found += [
        f"{name}: differs"
        for name in sorted(made.keys() & held.keys())
        if made[name].read_bytes() != held[name].read_bytes()
    ]
    return found


def swap(fresh: Path, present: Path) -> None:
    """Replace a package whole, so that no file outlives the spec that made it."""
    retired = present.with_name(f".{present.name}.old")
    shutil.rmtree(retired, ignore_errors=True)
    if present.exists():
        present.rename(retired)
    fresh.rename(present)
    shutil.rmtree(retired, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="the tree to compile (default: this one)"
    )
    parser.add_argument(
        "--name", default="rezoom", help="what the packages are called before _wire and _contract"
    )
    options = parser.parse_args(arguments)
    root: Path = options.root.resolve()
    generated = root / "generated"
    packages = f"{options.name}_wire", f"{options.name}_contract"
    generated.mkdir(exist_ok=True)
    try:
        # Beside the target, not in the system's temporary folder: a rename must not cross disks.
        with tempfile.TemporaryDirectory(dir=generated, prefix=".compile-") as scratch:
            fresh = Path(scratch)
            compile_spec(root, *(fresh / package for package in packages))
            found = [
                f"{package}/{line}"
                for package in packages
                for line in differences(fresh / package, generated / package)
            ]
            if not options.check:
                for package in packages:
                    swap(fresh / package, generated / package)
                print(f"generated/ is written; {len(found)} files changed.")
                print(NEXT if found else "Nothing else has to be run.")
                return 0
    except (SpecError, ToolError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 2
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("generated/ has drifted from spec/: run `nox -s regen`.", file=sys.stderr)
        return EXIT_DRIFT
    print("generated/ is what spec/ says, byte for byte.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the limits of CODING_STANDARDS.md: 600 lines a file, 80 a function.

An exception stands in tools/size_exceptions.txt with its own limit and its
reason; one that is no longer needed is a problem too. Exits 1 on a problem.
"""

import ast
import pathlib
import re
import subprocess
import sys

FILE_LIMIT = 600
FUNCTION_LIMIT = 80
CXX = (".h", ".c", ".cc", ".cpp", ".cu")
OTHER = (".py", ".sh", ".cmake", ".inc")

# What blanks out: comments, raw strings, strings, characters, preprocessor
# lines with their continuations. Newlines stay, so that lines still count.
NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'
    r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"
    r"|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
    re.S | re.M,
)
OUTER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
NAME = re.compile(r"([~\w:]+|operator\s*\S+?)\s*\(")


def strip(text):
    return NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def is_scope(head):
    """Whether the text before a `{` opens a namespace or a type."""
    head = re.sub(r"\btemplate\s*<[^{}]*?>\s*(?=\b(class|struct|union)\b)", "",
                  head)
    found = OUTER.search(head)
    return bool(found) and "(" not in re.sub(r"\b(alignas|ONNXIFI_\w+)\s*"
                                             r"\([^()]*\)", "", head)


def cxx_functions(text):
    """Yields (name, first line, line count) of each outermost function."""
    text = strip(text)
    line, depth, head, start = 1, 0, "", None
    for c in text:
        if c == "\n":
            line += 1
        if start is None:
            if c == "{" and "(" in head and not is_scope(head):
                start = (head, line)
                depth = 1
            elif c in "{};":
                head = ""
            else:
                head += c
        elif c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                head_text, first = start
                match = NAME.search(head_text)
                first -= head_text.strip().count("\n")
                yield (match[1] if match else "?"), first, line - first + 1
                head, start = "", None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def read_exceptions(path):
    """Rows `file[:function] limit reason...` as {key: limit}."""
    rows = {}
    if not path.exists():
        return rows
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            fields = line.split(None, 2)
            if len(fields) != 3:
                raise SystemExit(f"{path}:{number}: an exception needs a reason")
            rows[fields[0]] = int(fields[1])
    return rows


def check(root, names, exceptions):
    problems, used = [], set()

    def limit(key, size, default, where):
        if size > default and key in exceptions:
            used.add(key)
            default = exceptions[key]
        if size > default:
            problems.append(f"{where}: {size} lines, at most {default}")

    for name in names:
        text = (root / name).read_text(encoding="utf-8")
        limit(name, text.count("\n"), FILE_LIMIT, name)
        functions = []
        if name.endswith(CXX):
            functions = cxx_functions(text)
        elif name.endswith(".py"):
            functions = python_functions(text)
        for function, line, size in functions:
            limit(f"{name}:{function}", size, FUNCTION_LIMIT,
                  f"{name}:{line}: {function}")
    for key in sorted(set(exceptions) - used):
        problems.append(f"size_exceptions.txt: {key} is not needed any more")
    return problems


def self_test():
    body = "  x();\n" * 90
    text = ("namespace a {\nclass B {\n  int c() { return '{'; }\n};\n"
            "template <class T>\nint D(T t) {\n" + body + "}\n"
            "int k[] = {1, 2};\n}  // namespace a\n")
    sizes = {name: size for name, _, size in cxx_functions(text)}
    assert sizes == {"c": 1, "D": 93}, sizes


def main():
    self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    names = [n for n in names if n.endswith(CXX + OTHER) and (root / n).is_file()]
    exceptions = read_exceptions(root / "tools/size_exceptions.txt")
    problems = check(root, names, exceptions)
    print("\n".join(problems + [f"sizes: {len(names)} files, {len(problems)} "
                                f"problems"]))
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())

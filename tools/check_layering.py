#!/usr/bin/env python3
"""Checks that includes follow the arrows of DESIGN.md and CODING_STANDARDS.md.

Reads the `#include` lines of every C and C++ file that git knows, so it needs
no build. Prints one line for each violation; exits 1 when there is one.
"""

import pathlib
import re
import subprocess
import sys

# A may include B. An arrow also brings what B may include.
ARROWS = {
    "abi": [],
    "base": ["abi"],
    "graph": ["base"],
    "loader": ["base"],
    "partitioner": ["graph", "loader"],
    "backends/common": ["graph"],
    "backends/*": ["backends/common"],
    # The partitioner as a backend.
    "backends/hetero": ["backends/common", "partitioner"],
    "client": ["graph", "loader"],
    "conformance": ["client"],
    "tools": ["partitioner", "client", "conformance"],
    "bindings": ["partitioner", "loader"],
    "integrations": ["partitioner", "loader"],
}
# These look at the whole project from outside: nothing may include them.
FREE = ("bench", "tests")

# Libraries that only some folders may see. A test beside the code may also.
LIBRARIES = [
    (re.compile(r"(google/protobuf/|onnx/(?!onnxifi))"), ("graph",)),
    (re.compile(r"(oneapi/dnnl/|dnnl)"), ("backends/cpu", "bench")),
    (re.compile(r"re2/"), ("backends/cpu",)),
    (re.compile(r"(png|jpeglib|tiffio|openjpeg)\.h|webp/"),
     ("backends/cpu/image",)),
    (re.compile(r"CLI/"), ("tools",)),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
SUFFIXES = (".h", ".c", ".cc", ".cpp", ".inc", ".cu")


def layer_of(path):
    """The layer a path or include belongs to; None for the outside world."""
    parts = path.split("/")
    if parts[0] in ("onnxifi", "onnx"):
        is_abi = parts[0] == "onnxifi" or parts[1:2] == ["onnxifi.h"]
        return "abi" if is_abi else None
    if parts[0] == "backends":
        return "/".join(parts[:2]) if len(parts) > 2 else None
    if parts[0] in FREE or parts[0] in ARROWS:
        return parts[0] if len(parts) > 1 else None
    return None


def allowed(layer, seen=None):
    """The layer itself and everything its arrows lead to."""
    seen = set() if seen is None else seen
    if layer in seen:
        return seen
    seen.add(layer)
    key = layer if layer in ARROWS else "backends/*"
    for target in ARROWS[key]:
        allowed(target, seen)
    return seen


def is_test(path):
    """Tests beside the code, and what folders named testing/ give them."""
    return path.endswith(("_test.cc", "_bench.cc")) or "/testing/" in path


def check_line(path, layer, target, quoted):
    """A sentence about what is wrong with one include, or None."""
    if layer not in FREE and not is_test(path):
        if "/testing/" in target:
            return f"{target} is for tests alone"
        for pattern, folders in LIBRARIES:
            if pattern.match(target) and not path.startswith(folders):
                return f"<{target}> belongs to {', '.join(folders)} alone"
    target_layer = layer_of(target)
    if target_layer is None:
        if quoted and "/" not in target:
            return f'"{target}" must be written from the root'
        return None
    if layer in FREE:
        return None
    if target_layer in FREE:
        if target_layer == "tests" and is_test(path):
            return None
        return f"{layer} may not include {target_layer} ({target})"
    if target_layer not in allowed(layer):
        return f"{layer} may not include {target_layer} ({target})"
    return None


def check_file(root, path):
    layer = layer_of(path)
    if layer is None:
        return []
    problems = []
    text = (root / path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if match := INCLUDE.match(line):
            quoted, target = match[1] == '"', match[2]
            if problem := check_line(path, layer, target, quoted):
                problems.append(f"{path}:{number}: {problem}")
    return problems


def self_test():
    """The rules themselves, so that a typo in a table cannot pass silently."""
    bad = [
        ("base/a.cc", "graph/graph.h", True),
        ("loader/a.cc", "graph/graph.h", True),
        ("loader/a.cc", "onnx/onnx_pb.h", False),
        ("backends/cpu/ops/a.cc", "backends/null/b.h", True),
        ("backends/cpu/ops/a.cc", "loader/b.h", True),
        ("graph/a.cc", "graph.h", True),
        ("graph/a.cc", "tests/b.h", True),
        ("graph/a.cc", "backends/common/testing/b.h", True),
        ("backends/cpu/a.cc", "backends/common/testing/b.h", True),
    ]
    good = [
        ("base/a.cc", "onnxifi/onnxifi.h", True),
        ("backends/cpu/ops/a.cc", "base/status.h", True),
        ("backends/cpu/ops/a.cc", "oneapi/dnnl/dnnl.hpp", False),
        ("graph/a.cc", "onnx/checker.h", False),
        ("tools/cli/a.cc", "loader/b.h", True),
        ("backends/cpu/a_test.cc", "backends/common/testing/b.h", True),
        ("tests/a.cc", "backends/cpu/b.h", True),
    ]
    for expected, rows in ((True, bad), (False, good)):
        for path, target, quoted in rows:
            problem = check_line(path, layer_of(path), target, quoted)
            assert (problem is not None) == expected, (path, target, problem)


def main():
    self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    names = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    files = [n for n in names if n.endswith(SUFFIXES) and (root / n).is_file()]
    problems = [p for name in files for p in check_file(root, name)]
    print("\n".join(problems + [f"layering: {len(files)} files, "
                                f"{len(problems)} problems"]))
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())

"""All generators, and what they leave out."""

import importlib

from onnx.reference import ops
from onnx.reference.ops import aionnxml

from opfuzz import case

for _name in ("elementwise", "reduce", "move", "index", "nn", "matrix",
              "sequence", "signal", "text", "container", "ml", "tree"):
    importlib.import_module(f"opfuzz.gen_{_name}")

DOMAINS = ("", "ai.onnx.ml")
# Operators that the reference has and no generator makes, with the reason.
LEFT_OUT = {
    ("", "ImageDecoder"): "the reference needs a package for images",
}


def has_reference(key, schema):
    """Whether the reference evaluator runs the newest version."""
    if schema.has_function or schema.has_context_dependent_function:
        return True
    load = (aionnxml if key[0] else ops).load_op
    try:
        load(key[0], key[1], schema.since_version)
        return True
    except Exception:
        return False


def incomplete():
    """What is missing for "every operator", or None."""
    missing = []
    for key, versions in case.SCHEMAS.items():
        if (key[0] in DOMAINS and not versions[-1].deprecated
                and key not in case.REGISTRY and key not in LEFT_OUT
                and has_reference(key, versions[-1])):
            missing.append(key[1])
    return f"no generator for {', '.join(missing)}" if missing else None


def print_coverage():
    for domain, name in sorted(case.REGISTRY):
        since = case.REGISTRY[domain, name][1]
        versions = [s.since_version for s in case.SCHEMAS[domain, name]
                    if s.since_version >= since and not s.deprecated]
        print(f"{domain or 'ai.onnx'}.{name}: versions "
              f"{', '.join(map(str, versions))}")
    for (_, name), reason in sorted(LEFT_OUT.items()):
        print(f"left out: {name}: {reason}")
    for key, versions in sorted(case.SCHEMAS.items()):
        if key[0] in DOMAINS and not versions[-1].deprecated and (
                key not in case.REGISTRY and key not in LEFT_OUT):
            print(f"not in the reference: {key[1]}")

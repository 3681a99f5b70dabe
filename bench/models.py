#!/usr/bin/env python3
"""Writes the benchmark models that no package ships, with random weights.

    models.py [OUTDIR] [--only NAME,...] [--list]

Everything is seeded: equal versions of numpy and onnx write equal files.
Weights are scaled by their fan-in, so that activations stay near N(0, 1) and
no value is ever denormal. OUTDIR is by default bench/models in the cache
folder of the project (ONNXIFI_CACHE, else ~/.cache/onnxifi).
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys

import onnx

import model_cnn
import model_rnn
import model_tiny
import model_transformer

MODELS = {
    "mobilenetv2": model_cnn.mobilenet_v2,
    "vgg16": model_cnn.vgg16,
    "resnet50": model_cnn.resnet50,
    "resnet50_qdq": model_cnn.resnet50_qdq,
    "bert_base": model_transformer.bert_base,
    "gpt2_step": model_transformer.gpt2_step,
    "lstm": model_rnn.lstm,
    "chain100": lambda: model_tiny.chain(100),
    "chain1000": lambda: model_tiny.chain(1000),
}
SOURCES = ("models.py", "model_builder.py", "model_cnn.py", "model_rnn.py",
           "model_tiny.py", "model_transformer.py")


def cache_dir():
    root = os.environ.get("ONNXIFI_CACHE")
    if not root:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        root = pathlib.Path(base).expanduser() / "onnxifi"
    return pathlib.Path(root) / "bench" / "models"


def stamp():
    """What the files depend on."""
    here = pathlib.Path(__file__).parent
    digest = hashlib.sha256(onnx.__version__.encode())
    for name in SOURCES:
        digest.update((here / name).read_bytes())
    return digest.hexdigest()


def write(name, out=None):
    """The path of a model; written first unless it is up to date."""
    out = pathlib.Path(out or cache_dir())
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.onnx"
    note = out / f"{name}.json"
    try:
        known = json.loads(note.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("stamp") == stamp() and path.exists():
        return path
    model = MODELS[name]()
    onnx.checker.check_model(model)
    blob = model.SerializeToString(deterministic=True)
    # The note is the sign that the file is whole.
    note.unlink(missing_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(blob)
    partial.replace(path)
    note.write_text(json.dumps({
        "stamp": stamp(),
        "sha256": hashlib.sha256(blob).hexdigest(),
        "bytes": len(blob),
        "nodes": len(model.graph.node),
    }) + "\n")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("outdir", nargs="?", type=pathlib.Path)
    parser.add_argument("--only", help="names, separated by commas")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        print("\n".join(MODELS))
        return 0
    names = options.only.split(",") if options.only else list(MODELS)
    unknown = [name for name in names if name not in MODELS]
    if unknown:
        parser.error(f"unknown models {', '.join(unknown)}: see --list")
    for name in names:
        path = write(name, options.outdir)
        print(f"{path} {path.stat().st_size / 2**20:.1f} MiB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes ONNX test cases as folders, the form `onnxifi check-cases` reads.

    OUT/<case>/model.onnx
    OUT/<case>/test_data_set_<k>/{input,output}_<i>.pb
    OUT/<case>/data.json             {"rtol": ..., "atol": ...}
    OUT/manifest.json                what was written, by which onnx

A set of cases is complete when its manifest is there: the manifest is written
last, so an interrupted run starts over.
"""

import hashlib
import json
import pathlib
import shutil

import onnx

MANIFEST = "manifest.json"


def _stamp(kind, sources):
    """What the content of a case folder depends on."""
    return {
        "kind": kind,
        "onnx": onnx.__version__,
        "writer": [
            hashlib.sha256(pathlib.Path(s).read_bytes()).hexdigest()
            for s in sources
        ],
    }


def up_to_date(out, kind, sources):
    """The manifest of a complete set made by this onnx and code, or None."""
    try:
        manifest = json.loads((out / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    stamp = _stamp(kind, sources)
    return manifest if manifest.get("stamp") == stamp else None


def start(out):
    """Empties `out`, but only when it is one of ours or does not exist."""
    if out.exists() and any(out.iterdir()) and not any(
        (out / name).exists() for name in (MANIFEST, ".incomplete")
    ):
        raise SystemExit(f"{out} is not empty and holds no cases; not touched")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / ".incomplete").touch()


def finish(out, kind, sources, names):
    manifest = {
        "stamp": _stamp(kind, sources),
        "count": len(names),
        "cases": sorted(names),
    }
    text = json.dumps(manifest, indent=1) + "\n"
    (out / MANIFEST).write_text(text)
    (out / ".incomplete").unlink()


def write_case(folder, model_bytes, data_sets, rtol, atol):
    """data_sets: a list of (inputs, outputs), each a list of bytes."""
    folder.mkdir()
    (folder / "model.onnx").write_bytes(model_bytes)
    (folder / "data.json").write_text(
        json.dumps({"rtol": rtol, "atol": atol}) + "\n"
    )
    for k, (inputs, outputs) in enumerate(data_sets):
        data = folder / f"test_data_set_{k}"
        data.mkdir()
        for stem, blobs in (("input", inputs), ("output", outputs)):
            for i, blob in enumerate(blobs):
                (data / f"{stem}_{i}.pb").write_bytes(blob)

#!/usr/bin/env python3
"""Installs the build into an empty prefix and uses it from outside.

    install_test.py --cmake CMAKE --build DIR --work DIR --source DIR
                    [--linker-flags FLAGS]

Checks the layout that docs/building.md promises, that an outside project can
build with CMake's package and with pkg-config, that the programs find the
installed plugins after the tree was moved, and that nothing installed still
names the build directory.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

# Variables that would let a program find plugins outside the prefix.
PRIVATE = ("ONNXIFI_", "XDG_", "LD_LIBRARY_PATH", "DESTDIR", "PKG_CONFIG")


def clean_environment(home, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(PRIVATE)}
    return {**kept, "HOME": str(home), "XDG_DATA_DIRS": str(home),
            "XDG_CONFIG_DIRS": str(home), **more}


def run(command, env, **kwargs):
    command = [str(c) for c in command]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **kwargs)
    if done.returncode != 0:
        print(done.stdout)
        raise SystemExit(f"status {done.returncode}: {' '.join(command)}")
    return done.stdout


def expect(condition, text):
    if not condition:
        raise SystemExit(f"install test: {text}")


def dynamic_entry(library, tag):
    out = subprocess.run(["readelf", "-d", str(library)], check=True,
                         capture_output=True, text=True).stdout
    return [line.split("[")[1].split("]")[0] for line in out.splitlines()
            if f"({tag})" in line]


def check_layout(prefix):
    lib = prefix / "lib"
    expect((prefix / "include/onnxifi/onnxifi_interface.h").is_file(),
           "no onnxifi_interface.h")
    for name in ("onnxifi.h", "onnxifi_ext.h", "onnxifi_loader.h"):
        expect((prefix / "include/onnxifi" / name).is_file(), f"no {name}")
        expect((prefix / "include/onnx" / name).is_file(), f"no onnx/{name}")
    for name in ("libonnxifi.so", "libonnxifi.so.1", "libonnxifi_loader.a",
                 "pkgconfig/onnxifi.pc", "cmake/onnxifi/onnxifiConfig.cmake",
                 "onnxifi/helpers/onnxifi-imagedecoder.so"):
        expect((lib / name).exists(), f"no lib/{name}")
    expect(dynamic_entry(lib / "libonnxifi.so", "SONAME") == ["libonnxifi.so.1"],
           "the SONAME is not libonnxifi.so.1")
    expect((prefix / "bin/onnxifi").is_file(), "no bin/onnxifi")
    expect((prefix / "libexec/onnxifi/onnxifi-probe").is_file(), "no probe")
    manifests = sorted((prefix / "share/onnxifi/plugins.d").glob("*.json"))
    expect([m.stem for m in manifests] == ["cpu", "hetero", "null",
                                             "opencl"],
           f"manifests are {[m.name for m in manifests]}")
    for manifest in manifests:
        library = json.loads(manifest.read_text())["library"]
        expect(not os.path.isabs(library), f"{manifest.name} is not relative")
        expect((manifest.parent / library).is_file(),
               f"{manifest.name} names {library}, which is not there")


def check_no_build_paths(prefix, build):
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".pc", ".json", ".h") and path.is_file():
            text = path.read_text()
            expect(str(build) not in text, f"{path} names the build directory")
        if path.is_file() and path.read_bytes()[:4] == b"\x7fELF":
            for tag in ("RUNPATH", "RPATH"):
                for entry in dynamic_entry(path, tag):
                    expect(str(build) not in entry, f"{path}: {tag} {entry}")


def build_with_cmake(options, prefix, work, env):
    build = work / "consumer-cmake"
    run([options.cmake, "-G", "Ninja", "-S", options.source / "consumer", "-B",
         build, f"-DCMAKE_PREFIX_PATH={prefix}",
         f"-DCMAKE_EXE_LINKER_FLAGS={options.linker_flags}"], env)
    run([options.cmake, "--build", build], env)
    return build / "linked", build / "opened"


def build_with_pkg_config(options, prefix, work, env):
    env = {**env, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = run(["pkg-config", "--cflags", "--libs", "onnxifi"], env).split()
    program = work / "consumer-pkg-config"
    compiler = os.environ.get("CC", "cc")
    run([compiler, "-std=c99", "-pedantic", "-Wall", "-Werror", "-o", program,
         options.source / "consumer/consumer.c", *flags,
         *options.linker_flags.split(), f"-Wl,-rpath,{prefix}/lib"], env)
    return program


def parse():
    parser = argparse.ArgumentParser()
    for name in ("cmake", "build", "work", "source"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--linker-flags", default="")
    return parser.parse_args()


def main():
    options = parse()
    work = options.work
    shutil.rmtree(work, ignore_errors=True)
    first, prefix, home = work / "first", work / "moved here", work / "home"
    home.mkdir(parents=True)
    env = clean_environment(home)
    run([options.cmake, "--install", options.build, "--prefix", first], env)
    first.rename(prefix)  # an installed tree can be moved
    check_layout(prefix)
    check_no_build_paths(prefix, options.build)

    info = run([prefix / "bin/onnxifi", "info", "--summary"], env)
    expect("cpu" in info and "null" in info, f"the CLI found only:\n{info}")
    expect(str(options.build / "lib") not in info,
           f"not the installed one:\n{info}")
    linked, opened = build_with_cmake(options, prefix, work, env)
    expect(run([linked, 2], env).count("backend: ") >= 2, "backends missing")
    run([opened, prefix / "lib/libonnxifi.so.1"], env)
    # pkg-config splits at blanks, so this consumer sees the tree by a link.
    plain = work / "plain"
    plain.symlink_to(prefix)
    run([build_with_pkg_config(options, plain, work, env), 2], env)
    print("install test: layout, CMake, pkg-config and moved tree work")
    return 0


if __name__ == "__main__":
    sys.exit(main())

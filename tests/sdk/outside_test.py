#!/usr/bin/env python3
"""Carries out docs/write-a-backend.md word by word against an installed SDK.

    outside_test.py --cmake CMAKE --build DIR --work DIR --guide FILE

Installs the build into an empty prefix, moves it, and then does in an empty
folder what the guide's chapter says: every block of `sh` is run, every block
with a file name is written to that file. The last block certifies the plugin.
Prints how long the machine was busy and what certify said.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

CHAPTER = re.compile(r"^## A plugin of your own.*?(?=^## )", re.M | re.S)
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
PRIVATE = ("ONNXIFI_", "XDG_", "LD_LIBRARY_PATH", "DESTDIR", "CMAKE_")


def blocks(guide):
    chapter = CHAPTER.search(guide.read_text(encoding="utf-8"))
    if not chapter:
        sys.exit("sdk test: the guide has no chapter 'A plugin of your own'")
    found = BLOCK.findall(chapter[0])
    if sum(kind == "sh" for kind, _, _ in found) < 3:
        sys.exit("sdk test: the chapter has lost its commands")
    return found


class Shell:
    """One bash that lives through all blocks, as a reader's does."""

    def __init__(self, folder, env):
        self.process = subprocess.Popen(
            ["bash", "-e"], cwd=folder, env=env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, commands):
        """Runs the commands; returns what they print and where they end."""
        mark = "end of the block"
        self.process.stdin.write(f"{commands}\necho '{mark}' \"$PWD\"\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith(mark):
                return "".join(lines), pathlib.Path(line[len(mark) + 1:-1])
            lines.append(line)
        status = self.process.wait()
        sys.exit(f"sdk test: status {status} of\n{commands}\n{''.join(lines)}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("cmake", "build", "work", "guide"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    work = options.work
    shutil.rmtree(work, ignore_errors=True)
    prefix, folder, home = work / "prefix", work / "outside", work / "home"
    for path in (folder, home):
        path.mkdir(parents=True)
    env = {k: v for k, v in os.environ.items() if not k.startswith(PRIVATE)}
    env.update(HOME=str(home), PREFIX=str(prefix),
               PATH=f"{options.cmake.parent}:{env['PATH']}")
    subprocess.run([options.cmake, "--install", options.build, "--prefix",
                    work / "first"], env=env, check=True,
                   stdout=subprocess.DEVNULL)
    (work / "first").rename(prefix)

    shell = Shell(folder, env)
    place, out = folder, ""
    for kind, name, text in blocks(options.guide):
        if kind == "sh":
            out, place = shell.run(text)
        elif name:
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
    shell.process.stdin.close()
    shell.process.wait()
    print(out)
    busy = resource.getrusage(resource.RUSAGE_CHILDREN)
    verdict = out.strip().splitlines()[-1]
    if verdict != "CERTIFIED":
        sys.exit(f"sdk test: certify ends with '{verdict}'")
    print(f"sdk: {verdict}, {(busy.ru_utime + busy.ru_stime) / 60:.2f} minutes "
          "of machine time")
    return 0


if __name__ == "__main__":
    sys.exit(main())

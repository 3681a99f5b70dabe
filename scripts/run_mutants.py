#!/usr/bin/env python3
"""Shows that the conformance suite finds deliberately wrong plugins.

    scripts/run_mutants.py [--build build/release] [--tier quick|full]
                           [--only PATTERN...] [--sample N] [--matrix]
                           [--out FOLDER] [--jobs N] [--seed N]

Runs `onnxifi certify` on every mutant (conformance/mutants). A mutant is killed
when a test goes wrong on it that passes on the control, the plugin that mutants
are made of. Without --matrix a mutant is left alone once it is killed, and the
tests of its own area come first; with it every test is run on every mutant, but
for those that hang, so that one sees which tests find nothing at all.

Prints `mutants N killed K survivors: NAMES`; with --matrix also `required tests
N kill none M: NAMES`, and leaves matrix.json and matrix.txt in FOLDER. Exits 1
when a mutant survives, 2 when the control fails.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Outcomes with which a plugin is not certified.
WRONG = {"FAIL", "CRASH", "HANG", "LEAK", "OUT_OF_MEMORY", "NOT_RUN"}
# A mutant that hangs does so in every test: some are enough.
HANGS = 2
# So long a mutant may take that is killed already; the rest tells little.
PATIENCE = 120

# The groups that an area is about: they come first.
AREAS = {
    "handshake": ["handshake", "backend_id"],
    "info": ["info", "handshake"],
    "status": ["handles", "compat*", "backend*", "graph*", "event", "run",
               "extension", "release"],
    "life_cycle": ["release", "process*", "leak*", "handles", "backend*",
                   "graph*"],
    "run": ["run", "event", "graph*", "concurrency*", "dynamic*"],
    "interface": ["interface*", "values*", "query*", "start_run*", "stop*",
                  "memory*"],
    "operator": ["node", "edge*", "determinism*"],
}
# Whole models take minutes, and find what single operators find.
LEFT_OUT = {"light"}


class Results:
    """A results file that is still being written."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.outcomes = {}

    def read(self):
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self.offset += whole
        for line in data[:whole].splitlines():
            record = json.loads(line)
            if "test" in record:
                self.outcomes[record["test"]] = record["outcome"]


class Suite:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = pathlib.Path(folder)
        self.mutants = arguments.build / "mutants"
        listed = subprocess.run(
            [arguments.build / "bin/onnxifi", "certify", "--list", "--tier",
             arguments.tier], check=True, text=True, stdout=subprocess.PIPE)
        self.all_groups = sorted({
            line.split()[0].rpartition("/")[0]
            for line in listed.stdout.splitlines()} - LEFT_OUT)

    def certify(self, name, group, enough):
        """The outcomes of a group; the run ends when `enough` of it says so."""
        tag = group.replace("/", ".")
        results = Results(self.folder / f"{name}.{tag}.jsonl")
        command = [self.arguments.build / "bin/onnxifi", "certify",
                   self.mutants / f"libonnxifi-mutant-{name}.so", "--quiet",
                   "--jobs", "1", "--tier", self.arguments.tier,
                   "--seed", str(self.arguments.seed),
                   "--results", results.path,
                   "--filter", group + "/*"]
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        stopped = False
        while process.poll() is None:
            time.sleep(0.05)
            results.read()
            if enough(results.outcomes, time.monotonic() - start):
                process.kill()
                stopped = True
        output = process.communicate()[0]
        results.read()
        results.path.unlink(missing_ok=True)
        if not stopped and not results.outcomes:
            sys.exit(f"{name}: certify gives no results:\n{output}")
        return results.outcomes

    def control(self):
        """Which tests pass when nothing is wrong, and which do not."""
        passed, failed = set(), set()
        for name in ("control", "control_models", "control_outputs"):
            for group in self.all_groups:
                outcomes = self.certify(name, group, lambda *_: False)
                passed |= {t for t, o in outcomes.items() if o == "PASS"}
                failed |= {t for t, o in outcomes.items() if o in WRONG}
        return passed - failed, failed

    def groups(self, mutant):
        """The groups of tests, those of the mutant's area first."""
        first = AREAS[mutant["area"]]

        def place(group):
            for i, pattern in enumerate(first):
                if fnmatch.fnmatch(group, pattern):
                    return i
            # Many tests come last, for what is found by few.
            return len(first) + (group == "node")

        return sorted(self.all_groups, key=place)

    def run(self, mutant, good):
        name = mutant["name"]
        start = time.monotonic()
        killed = {}

        def look(outcomes, seconds):
            bad = {t: o for t, o in outcomes.items()
                   if o in WRONG and t in good}
            hangs = sum(o == "HANG" for o in bad.values())
            if self.arguments.matrix:
                return hangs >= HANGS or (bad and seconds > PATIENCE)
            return bool(bad)

        for group in self.groups(mutant):
            # So many tests, all of which the mutants of runs kill.
            if killed and group == "node" and mutant["area"] != "run":
                continue
            outcomes = self.certify(name, group, look)
            killed |= {t: o for t, o in outcomes.items()
                       if o in WRONG and t in good}
            if killed and not self.arguments.matrix:
                break
            if (sum(o == "HANG" for o in killed.values()) >= HANGS or
                    killed and time.monotonic() - start > PATIENCE):
                break
        return {**mutant, "killed_by": dict(sorted(killed.items())),
                "seconds": round(time.monotonic() - start, 1)}


def choose(arguments):
    mutants = []
    text = (arguments.build / "mutants/list.tsv").read_text()
    for line in text.splitlines():
        name, area, what = line.split("\t")
        if area in ("control", "trap"):
            continue
        if arguments.only and not any(
                fnmatch.fnmatch(name, p) or p == area for p in arguments.only):
            continue
        mutants.append({"name": name, "area": area, "what": what})
    if arguments.sample and arguments.sample < len(mutants):
        # Evenly over the list, which is ordered by kind.
        step = len(mutants) / arguments.sample
        mutants = [mutants[int(i * step)] for i in range(arguments.sample)]
    return mutants


def text_matrix(mutants, idle):
    lines = []
    for mutant in mutants:
        by = list(mutant["killed_by"])
        lines.append(f"{mutant['name']} [{mutant['area']}] {mutant['what']}")
        lines.append(f"    {len(by)} tests: {', '.join(by[:8])}"
                     + (", ..." if len(by) > 8 else "")
                     if by else "    SURVIVES")
    lines += ["", f"tests that kill none: {len(idle)}"]
    lines += [f"    {test}" for test in idle]
    return "\n".join(lines) + "\n"


def report(arguments, mutants, good, failed):
    survivors = [m["name"] for m in mutants if not m["killed_by"]]
    killers = {test for m in mutants for test in m["killed_by"]}
    idle = sorted(good - killers) if arguments.matrix else []
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "matrix.json").write_text(json.dumps(
            {"tier": arguments.tier, "seed": arguments.seed,
             "tests": sorted(good), "kill_none": idle, "mutants": mutants},
            indent=1) + "\n")
        (arguments.out / "matrix.txt").write_text(text_matrix(mutants, idle))
    if failed:
        print("the control fails:", ", ".join(sorted(failed)))
    if arguments.matrix:
        print(f"required tests {len(good)} kill none {len(idle)}:",
              ", ".join(idle[:40]), "..." if len(idle) > 40 else "")
    killed = len(mutants) - len(survivors)
    print(f"killed {100 * killed / max(len(mutants), 1):.1f} %")
    print(f"mutants {len(mutants)} killed {killed} survivors:",
          ", ".join(survivors) or "none")
    return 2 if failed else 1 if survivors else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path,
                        default=ROOT / "build/release")
    parser.add_argument("--tier", choices=["quick", "full"], default="full")
    parser.add_argument("--only", nargs="*", default=[],
                        help="names (patterns) or areas of mutants")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--matrix", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    arguments.build = arguments.build.resolve()
    chosen = choose(arguments)
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(arguments, folder)
        good, failed = suite.control()
        done = []
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for result in pool.map(lambda m: suite.run(m, good), chosen):
                done.append(result)
                if arguments.verbose:
                    print(f"{len(done)}/{len(chosen)} {result['name']}: "
                          f"{len(result['killed_by'])} tests, "
                          f"{result['seconds']} s", flush=True)
    return report(arguments, done, good, failed)


if __name__ == "__main__":
    sys.exit(main())

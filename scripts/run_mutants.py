#!/usr/bin/env python3
"""Shows that the conformance suite finds deliberately wrong plugins.

    scripts/run_mutants.py [--build build/release] [--matrix] [--out FOLDER]
                           [--only PATTERN...] [--jobs N] [--seed N]

Runs `onnxifi certify` on every mutant (conformance/mutants). A mutant is killed
when a test goes wrong on it that passes on the controls, in which nothing is
wrong. conformance/mutants/killers.tsv says which tests to run first; a mutant
that they do not kill gets the whole suite. Without --matrix one test that goes
wrong is enough. With it all tests of the table are run, on the controls all
there are, and one sees which tests find no mutant.

Prints `mutants N killed K survivors: NAMES`; with --matrix also `required tests
N kill none M: NAMES`, and leaves matrix.json and matrix.txt in FOLDER. Exits 1
when a mutant survives or a test kills none, 2 when a control fails.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import pathlib
import sys
import tempfile
import time

import mutant_suite

ROOT = pathlib.Path(__file__).resolve().parent.parent
KILLERS = ROOT / "conformance/mutants/killers.tsv"


def read_killers():
    """The filters of each mutant; the first one's tests kill it for sure."""
    killers = {}
    for line in KILLERS.read_text().splitlines():
        if line and not line.startswith("#"):
            name, filters = line.split("\t")
            killers[name] = filters.split(",")
    return killers


class Hunt:
    def __init__(self, suite, arguments):
        self.suite = suite
        self.matrix = arguments.matrix
        self.jobs = arguments.jobs
        self.killers = read_killers()
        self.mutants = [
            m for m in suite.mutants
            if not arguments.only or any(
                fnmatch.fnmatch(m["name"], p) or p == m["area"]
                for p in arguments.only)]
        unknown = set(self.killers) - {m["name"] for m in suite.mutants}
        if unknown:
            sys.exit(f"{KILLERS.name}: no mutants: {', '.join(unknown)}")
        self.good, self.failed = {}, set()

    def control(self):
        first = {self.killers[m["name"]][0] for m in self.mutants
                 if m["name"] in self.killers}
        everything = self.matrix or not first
        self.good, self.failed = self.suite.control(
            "*" if everything else ",".join(sorted(first)), self.jobs)

    def run(self, mutant):
        start = time.monotonic()
        killed = {}

        def enough(outcomes, _):
            bad = {t: o for t, o in outcomes.items()
                   if o in mutant_suite.WRONG and t in self.good}
            return (mutant_suite.hangs(bad) >= mutant_suite.HANGS
                    if self.matrix else bool(bad))

        filters = self.killers.get(mutant["name"], [])
        if filters:
            results = self.suite.certify(
                mutant["name"],
                ",".join(filters if self.matrix else filters[:1]), enough)
            killed = mutant_suite.kills(results, self.good)
        if not killed:
            killed = self.run_all(mutant)
        return {**mutant, "killed_by": dict(sorted(killed.items())),
                "seconds": round(time.monotonic() - start, 1)}

    def run_all(self, mutant):
        """Nothing is known to kill it, or that did not: the whole suite."""
        known = set(self.good)

        def suspicious(outcomes, _):
            return any(o in mutant_suite.WRONG and (t in known or t not in
                                                    self.failed)
                       for t, o in outcomes.items())

        results = self.suite.certify(mutant["name"], "*", suspicious)
        bad = {t: o for t, o in results.outcomes.items()
               if o in mutant_suite.WRONG and t not in self.failed}
        # In the short mode the controls ran only a part.
        new = sorted(set(bad) - known)
        if new and not self.matrix:
            passed, failed = self.suite.control(",".join(new), 1)
            self.good |= passed
            self.failed |= failed
        return {t: o for t, o in bad.items() if t in self.good}


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


def report(hunt, arguments, mutants):
    survivors = [m["name"] for m in mutants if not m["killed_by"]]
    killers = {test for m in mutants
               for test, outcome in m["killed_by"].items()
               if outcome != "SETUP"}
    idle = sorted(set(hunt.good) - killers) if arguments.matrix else []
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "matrix.json").write_text(json.dumps(
            {"seed": arguments.seed, "tests": sorted(hunt.good),
             "kill_none": idle, "mutants": mutants}, indent=1) + "\n")
        (arguments.out / "matrix.txt").write_text(text_matrix(mutants, idle))
    if hunt.failed:
        print("the control fails:", ", ".join(sorted(hunt.failed)))
    if arguments.matrix:
        print(f"required tests {len(hunt.good)} kill none {len(idle)}:",
              ", ".join(idle[:40]), "..." if len(idle) > 40 else "")
    killed = len(mutants) - len(survivors)
    print(f"killed {100 * killed / max(len(mutants), 1):.1f} %")
    print(f"mutants {len(mutants)} killed {killed} survivors:",
          ", ".join(survivors) or "none")
    return 2 if hunt.failed else 1 if survivors or idle else 0


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path,
                        default=ROOT / "build/release")
    parser.add_argument("--tier", choices=["quick", "full"], default="full")
    parser.add_argument("--only", nargs="*", default=[],
                        help="names (patterns) or areas of mutants")
    parser.add_argument("--matrix", action="store_true")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    arguments.build = arguments.build.resolve()
    return arguments


def main():
    arguments = parse()
    with tempfile.TemporaryDirectory() as folder:
        suite = mutant_suite.Suite(arguments.build, pathlib.Path(folder),
                                   arguments.tier, arguments.seed)
        hunt = Hunt(suite, arguments)
        hunt.control()
        done = []
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for result in pool.map(hunt.run, hunt.mutants):
                done.append(result)
                if arguments.verbose:
                    print(f"{len(done)}/{len(hunt.mutants)} {result['name']}: "
                          f"{len(result['killed_by'])} tests, "
                          f"{result['seconds']} s", flush=True)
    return report(hunt, arguments, done)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Writes conformance/mutants/killers.tsv: which tests to run on which mutant.

    scripts/learn_killers.py [--build build/release] [--jobs N] [--seed N]
                             [--state FILE] [--table]

Runs the suite on every mutant, the tests of its area first, until some are
killed by it; then the tests that have killed none so far on the mutants that they
may find. Takes an hour or two; needed when there are new mutants or tests. --state
keeps what is known, so that one can stop and go on.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import pathlib
import sys
import tempfile
import threading

import mutant_suite
import run_mutants
from mutant_suite import group_of

HEADER = """\
# Which tests are run on which mutant, by scripts/run_mutants.py: patterns of
# tests, the first of which kills it. Every test of the suite that passes on the
# controls is in one of them. Written by scripts/learn_killers.py.
"""

# The groups that an area is about: they come first.
AREAS = {
    "handshake": ["handshake", "backend_id"],
    "info": ["info*", "handshake"],
    "status": ["handles", "compat*", "backend*", "graph*", "event", "run*",
               "bind*", "weights", "extension", "release", "argument_order",
               "last_error", "tolerant"],
    "life_cycle": ["release", "stress/process*", "stress/leak", "handles",
                   "manners", "backend*", "graph*", "sequences"],
    "run": ["run*", "bind*", "event", "graph*", "stress/concurrency*",
            "dynamic*", "symbolic", "sequences"],
    "interface": ["interface*", "stress/concurrency*"],
    "operator": ["edge*", "node", "determinism*"],
}
# Mutants that most tests of results find: the tests that have killed none run on
# them first.
BROAD = ("drop_first_element", "one_more", "negated", "all_zero",
         "overwrites_inputs", "values_twice", "values_flat")
# Then tests run on mutants of these areas, in their order; the first pattern that
# fits a group counts.
COVER = (
    ("stress*", ("life_cycle", "run", "interface", "status")),
    ("performance", ("life_cycle", "run", "interface", "status")),
    ("interface*", ("interface", "info", "status", "run", "life_cycle")),
    ("node", ("operator", "run", "interface")),
    ("edge*", ("operator", "run", "interface")),
    ("*", ("status", "run", "life_cycle", "info", "handshake", "interface")),
)
# So long a mutant may go on with tests that have killed none.
COVER_SECONDS = 240
# So long a mutant may go on in a group that has killed it.
PATIENCE = 15
# A group of which a mutant is killed by so many goes into the table whole.
MOST = 0.9
# Run only with the mutants that others kill, because they take long.
LAST = ("light", "performance", "partition", "stress/long")


class Learner:
    def __init__(self, suite, arguments):
        self.suite = suite
        self.arguments = arguments
        self.lock = threading.Lock()
        self.state = {"good": None, "failed": [], "kills": {}, "done": {}}
        if arguments.state and arguments.state.exists():
            self.state = json.loads(arguments.state.read_text())
        self.only = set()

    def save(self):
        if self.arguments.state:
            self.arguments.state.write_text(json.dumps(self.state))

    @property
    def good(self):
        return self.state["good"]

    def control(self):
        if self.good is None:
            good, failed = self.suite.control("*", self.arguments.jobs)
            self.state["good"] = good
            self.state["failed"] = sorted(failed)
            self.save()
        print("the control passes", len(self.good), "and fails",
              self.state["failed"], flush=True)

    def note(self, name, results):
        with self.lock:
            kills = self.state["kills"].setdefault(name, {})
            kills |= mutant_suite.kills(results, self.good)
            return kills

    def groups(self, mutant):
        first = AREAS[mutant["area"]]

        def place(group):
            for i, pattern in enumerate(first):
                if fnmatch.fnmatch(group, pattern):
                    return i
            return len(first) + (group == "node")

        return sorted(self.suite.groups(), key=place)

    def run(self, mutant):
        """The groups one after another, until one kills it."""
        name = mutant["name"]
        if self.state["done"].get(name):
            return

        def enough(outcomes, seconds):
            bad = {t: o for t, o in outcomes.items()
                   if o in mutant_suite.WRONG and t in self.good}
            return (mutant_suite.hangs(bad) >= 1 or
                    (bad and seconds > PATIENCE))

        for group in self.groups(mutant):
            if group.startswith(LAST):
                continue  # they find what others find
            kills = self.note(
                name, self.suite.certify(name, group + "/*", enough))
            if kills:
                break
        with self.lock:
            self.state["done"][name] = True
            self.save()
            print(len(self.state["done"]), name,
                  len(self.state["kills"].get(name, {})), flush=True)

    def uncovered(self):
        covered = {t for kills in self.state["kills"].values()
                   for t, outcome in kills.items() if outcome != "SETUP"}
        return set(self.good) - covered

    def cover(self):
        """Tests that have killed none yet, on mutants that they may find."""
        for name in BROAD:
            self.cover_with(name, self.uncovered())
        left = self.uncovered()
        for pattern, areas in COVER:
            tests = {t for t in left if fnmatch.fnmatch(group_of(t), pattern)}
            left -= tests
            for area in areas:
                for mutant in self.suite.mutants:
                    if mutant["area"] == area:
                        self.cover_with(mutant["name"],
                                        tests & self.uncovered())

    def cover_with(self, name, tests):
        done = set(self.state["done"].get("all:" + name, []))
        tests = sorted(tests - done)
        if not tests:
            return

        def enough(outcomes, seconds):
            bad = {t: o for t, o in outcomes.items() if o in mutant_suite.WRONG}
            return mutant_suite.hangs(bad) >= 2 or seconds > COVER_SECONDS

        results = self.suite.certify(name, ",".join(tests), enough,
                                     self.arguments.jobs)
        self.note(name, results)
        self.state["done"]["all:" + name] = sorted(
            done | set(results.outcomes))
        self.save()
        print(f"cover {name}: {len(self.uncovered())} left", flush=True)

    def first(self, name):
        """The cheapest and surest test that kills a mutant."""
        kills = self.state["kills"].get(name, {})
        rank = {"FAIL": 0, "SETUP": 1, "LEAK": 1, "CRASH": 1, "OUT_OF_MEMORY": 2, "HANG": 3}
        return min(kills, default=None, key=lambda t: (
            rank.get(kills[t], 4), t.startswith("stress/"),
            round(self.good[t], 2), t))

    def table(self):
        wanted = set(self.good)
        kills = {n: {t for t, o in k.items() if o not in ("HANG", "SETUP")}
                 for n, k in self.state["kills"].items()}
        rows = {}
        for mutant in self.suite.mutants:
            test = self.first(mutant["name"])
            if test:
                rows[mutant["name"]] = [test]
                wanted.discard(test)
        sizes = {}
        for test in self.good:
            sizes.setdefault(group_of(test), set()).add(test)
        while wanted:
            name = max(kills, key=lambda n: len(kills[n] & wanted))
            gain = kills[name] & wanted
            if not gain:
                break
            wanted -= gain
            for group in sorted({group_of(t) for t in gain}):
                some = sorted(t for t in gain if group_of(t) == group)
                whole = (len(kills[name] & sizes[group]) >=
                         MOST * len(sizes[group]) and len(some) > 3)
                rows[name] += [group + "/*"] if whole else some
        return rows, sorted(wanted)

    def write(self):
        rows, idle = self.table()
        run_mutants.KILLERS.write_text(HEADER + "".join(
            f"{name}\t{','.join(filters)}\n"
            for name, filters in sorted(rows.items())))
        names = {m["name"] for m in self.suite.mutants}
        print("survivors:", ", ".join(sorted(names - set(rows))) or "none")
        print("tests that kill none:", ", ".join(idle) or "none")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path,
                        default=run_mutants.ROOT / "build/release")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=pathlib.Path)
    parser.add_argument("--table", action="store_true",
                        help="run nothing: write the table of the state")
    arguments = parser.parse_args()
    arguments.build = arguments.build.resolve()
    with tempfile.TemporaryDirectory() as folder:
        suite = mutant_suite.Suite(arguments.build, pathlib.Path(folder),
                                   "full", arguments.seed)
        learner = Learner(suite, arguments)
        if not arguments.table:
            learner.control()
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                list(pool.map(learner.run, suite.mutants))
            learner.cover()
        learner.write()


if __name__ == "__main__":
    sys.exit(main())

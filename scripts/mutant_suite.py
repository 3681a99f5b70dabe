"""Runs the conformance suite on the plugins of conformance/mutants."""

import json
import subprocess
import sys
import time

# Outcomes with which a plugin is not certified. SETUP is ours: a FAIL whose
# first cause is that there is no backend to test. That kills a mutant, but does
# not show that the test finds anything.
WRONG = {"FAIL", "SETUP", "CRASH", "HANG", "LEAK", "OUT_OF_MEMORY", "NOT_RUN"}
SETUP_FILE = "session.cc:"
# A mutant that hangs does so in every test: some are enough.
HANGS = 2
# Plugins in which nothing is wrong, in the ways in which something is wrong in
# mutants.
CONTROLS = ("control", "control_models", "control_outputs")


def group_of(test):
    return test.rpartition("/")[0]


def outcome_of(record):
    causes = record["failures"]
    if (record["outcome"] == "FAIL" and causes and
            causes[0]["where"].startswith(SETUP_FILE)):
        return "SETUP"
    return record["outcome"]


class Results:
    """A results file that is still being written."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.outcomes = {}
        self.seconds = {}

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
                self.outcomes[record["test"]] = outcome_of(record)
                self.seconds[record["test"]] = record["seconds"]


class Suite:
    """`onnxifi certify` of a build, on one mutant at a time."""

    def __init__(self, build, folder, tier, seed):
        self.build = build
        self.folder = folder
        self.options = ["--tier", tier, "--seed", str(seed)]
        self.mutants = self._read_mutants()
        self.tests = self._list("*")

    def _read_mutants(self):
        mutants = []
        text = (self.build / "mutants/list.tsv").read_text()
        for line in text.splitlines():
            name, area, what = line.split("\t")
            if area not in ("control", "trap"):
                mutants.append({"name": name, "area": area, "what": what})
        return mutants

    def _list(self, filters):
        listed = subprocess.run(
            [self.build / "bin/onnxifi", "certify", "--list", *self.options,
             "--filter", filters], check=True, text=True,
            stdout=subprocess.PIPE)
        return [line.split()[0] for line in listed.stdout.splitlines()]

    def groups(self):
        return sorted({group_of(test) for test in self.tests})

    def certify(self, name, filters, enough=None, jobs=1):
        """Results of the tests that match; the run ends when `enough`, which is
        given their outcomes and the seconds since it began, says so."""
        self.folder.mkdir(exist_ok=True)
        results = Results(self.folder / f"{name}.{time.monotonic_ns()}.jsonl")
        command = [self.build / "bin/onnxifi", "certify",
                   self.build / f"mutants/libonnxifi-mutant-{name}.so",
                   "--quiet", "--jobs", str(jobs), *self.options,
                   "--results", results.path, "--filter", filters]
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        stopped = False
        while process.poll() is None:
            time.sleep(0.02)
            results.read()
            if not stopped and enough and enough(results.outcomes,
                                                 time.monotonic() - start):
                process.kill()
                stopped = True
        output = process.communicate()[0]
        results.read()
        results.path.unlink(missing_ok=True)
        if not stopped and not results.outcomes:
            sys.exit(f"{name}: certify gives no results:\n{output}")
        return results

    def control(self, filters, jobs):
        """Which tests pass when nothing is wrong with the seconds that they
        take, and which do not."""
        passed, failed = {}, set()
        for name in CONTROLS:
            results = self.certify(name, filters, jobs=jobs)
            passed |= {t: results.seconds[t]
                       for t, o in results.outcomes.items() if o == "PASS"}
            failed |= {t for t, o in results.outcomes.items() if o in WRONG}
        return {t: s for t, s in passed.items() if t not in failed}, failed


def kills(results, good):
    return {t: o for t, o in results.outcomes.items()
            if o in WRONG and t in good}


def hangs(outcomes):
    return sum(outcome == "HANG" for outcome in outcomes.values())

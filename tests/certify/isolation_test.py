"""What a plugin does to itself costs `onnxifi certify` one result and no more;
and what happens to the runner costs none. Plugins with a trap (they do
something wrong when a model of a given name runs, conformance/mutants) stand
for those that crash, hang, end the process, lose or take memory."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ARGS = None
# Enough tests for several processes; one of them, in the middle, is trapped.
FILTER = "node/test_a*"
TRAPPED = "node/test_acos_example"
SEED = "5"


def certify(plugin, *args, trigger=None, timeout=300):
    environment = dict(os.environ)
    environment.pop("ONNXIFI_MUTANT_TRIGGER", None)
    if trigger:
        environment["ONNXIFI_MUTANT_TRIGGER"] = trigger
    return subprocess.run([ARGS.cli, "certify", *([plugin] if plugin else []),
                           *map(str, args)],
                          capture_output=True, text=True, timeout=timeout,
                          env=environment, check=False)


def mutant(name):
    return str(ARGS.mutants / f"libonnxifi-mutant-{name}.so")


def records(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["test"]: line for line in lines if "test" in line}


def outcomes(path):
    return {name: r["outcome"] for name, r in records(path).items()}


def last_line(done):
    return done.stdout.strip().splitlines()[-1]


class Fixture(unittest.TestCase):
    reference = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def run_tests(self, plugin, *args, name="r", code=None, **more):
        path = self.dir / f"{name}.jsonl"
        done = certify(plugin, "--seed", SEED, "--quiet", "--results", path,
                       *args, **more)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done, path

    def whole(self):
        """Outcomes of the control: what nothing disturbs."""
        if Fixture.reference is None:
            _, path = self.run_tests(mutant("control"), "--filter", FILTER,
                                     name="control", code=0)
            Fixture.reference = outcomes(path)
            self.assertGreater(len(Fixture.reference), 70)
        return Fixture.reference


class Isolation(Fixture):
    def trap(self, name, outcome, reason, *args):
        done, path = self.run_tests(mutant(name), "--filter", FILTER, *args,
                                    trigger=TRAPPED.split("/")[1], code=1)
        self.assertEqual(last_line(done), "NOT CERTIFIED")
        got = records(path)
        self.assertEqual(set(got), set(self.whole()))
        other = {n: r["outcome"] for n, r in got.items()
                 if r["outcome"] != self.whole()[n]}
        self.assertEqual(other, {TRAPPED: outcome})
        self.assertIn(reason, got[TRAPPED]["reason"])
        return got[TRAPPED]

    def test_without_a_trigger_traps_do_nothing(self):
        _, path = self.run_tests(mutant("trap_crash"), "--filter", FILTER,
                                 code=0)
        self.assertEqual(outcomes(path), self.whole())

    def test_crash(self):
        self.trap("trap_crash", "CRASH", "signal 11", "--jobs", "1")

    def test_crash_beside_others(self):
        self.trap("trap_crash", "CRASH", "signal 11", "--jobs", "4")

    def test_abort(self):
        self.trap("trap_abort", "CRASH", "signal 6")

    def test_exception(self):
        record = self.trap("trap_throw", "CRASH", "signal 6")
        self.assertIn("terminate called", record["log"])

    def test_exit(self):
        self.trap("trap_exit", "CRASH", "exit code 0")

    def test_quick_exit(self):
        self.trap("trap_quick_exit", "CRASH", "exit code 3")

    def test_closed_files(self):
        self.trap("trap_close_files", "CRASH", "closed its pipe")

    def test_a_forged_result(self):
        self.trap("trap_forge", "FAIL", "written into the pipe")

    def test_hang(self):
        record = self.trap("trap_hang", "HANG", "not done after",
                           "--time-factor", "0.1")
        self.assertGreater(record["seconds"], 1)

    def test_memory_corruption(self):
        got = self.trap_any("trap_corrupt", {"CRASH", "FAIL"})
        self.assertNotEqual(got["reason"], "")

    def trap_any(self, name, allowed):
        _, path = self.run_tests(mutant(name), "--filter", FILTER,
                                 trigger=TRAPPED.split("/")[1], code=1)
        got = records(path)
        other = {n for n, r in got.items()
                 if r["outcome"] != self.whole().get(n)}
        self.assertEqual(other, {TRAPPED})
        self.assertEqual(set(got), set(self.whole()))
        self.assertIn(got[TRAPPED]["outcome"], allowed)
        return got[TRAPPED]

    def test_wrong_results(self):
        self.trap("trap_wrong", "FAIL", "")

    def test_memory_that_grows(self):
        self.trap("trap_eat_memory", "OUT_OF_MEMORY", "MiB",
                  "--memory-limit", "600")

    def test_a_leak(self):
        """The tests of leaks find one, and all others are as before."""
        leaks = "stress/leak/*"
        _, path = self.run_tests(mutant("control"), "--filter", leaks,
                                 name="control", code=0)
        before = outcomes(path)
        _, path = self.run_tests(mutant("leaks_memory"), "--filter", leaks,
                                 code=1)
        after = outcomes(path)
        self.assertEqual(set(after), set(before))
        other = {after[n] for n in after if after[n] != before[n]}
        self.assertEqual(other, {"LEAK"})
        # Its leak is one of graphs alone.
        self.assertIn("PASS", after.values())

    def test_a_worker_that_is_killed(self):
        path = self.dir / "r.jsonl"
        process = subprocess.Popen(
            [ARGS.cli, "certify", mutant("control"), "--seed", SEED, "--quiet",
             "--jobs", "1", "--filter", FILTER, "--results", path],
            stdout=subprocess.DEVNULL)
        self.wait_for_lines(path, 20)
        for worker in children(process.pid):
            os.kill(worker, signal.SIGKILL)
        self.assertIn(process.wait(timeout=300), (0, 1))
        got = outcomes(path)
        self.assertEqual(set(got), set(self.whole()))
        other = [n for n in got if got[n] != self.whole()[n]]
        # None when it was between two tests.
        self.assertLessEqual(len(other), 1, other)

    def wait_for_lines(self, path, count):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if path.exists() and path.read_bytes().count(b"\n") > count:
                return
            time.sleep(0.002)
        self.fail("no results in time")


def children(pid):
    """Processes that `pid` has started, of any of its threads."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1)
                          for line in status.read_text().splitlines()
                          if ":\t" in line)
        except OSError:
            continue
        if fields.get("PPid") == str(pid):
            found.append(int(status.parent.name))
    return found


class Runs(Fixture):
    def killed_run(self, path, lines):
        """A run that ends by force when it has so many results."""
        process = subprocess.Popen(
            [ARGS.cli, "certify", mutant("control"), "--seed", SEED, "--quiet",
             "--jobs", "2", "--filter", FILTER, "--results", path],
            stdout=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while (not path.exists() or path.read_bytes().count(b"\n") < lines):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.002)
        workers = children(process.pid)
        process.kill()
        process.wait()
        return workers

    def test_a_killed_runner_goes_on(self):
        whole = self.whole()
        for lines in (1, 13, 60):
            path = self.dir / f"killed{lines}.jsonl"
            workers = self.killed_run(path, lines)
            got = outcomes(path)
            self.assertLess(len(got), len(whole), lines)
            # Workers do not outlive their runner.
            end = time.monotonic() + 20
            while any(os.path.exists(f"/proc/{w}/exe") and children_alive(w)
                      for w in workers):
                self.assertLess(time.monotonic(), end, workers)
                time.sleep(0.05)
            done = certify(mutant("control"), "--seed", SEED, "--quiet",
                           "--filter", FILTER, "--results", path, "--resume")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            names = [json.loads(line).get("test")
                     for line in path.read_text().splitlines()[1:]]
            self.assertEqual(len(names), len(set(names)), lines)
            self.assertEqual(outcomes(path), whole, lines)

    def test_a_half_written_line_is_cut(self):
        _, path = self.run_tests(mutant("control"), "--filter", FILTER, code=0)
        text = path.read_bytes()
        for cut in (1, 20, len(text) // 2):
            path.write_bytes(text[:-cut])
            done = certify(mutant("control"), "--seed", SEED, "--quiet",
                           "--filter", FILTER, "--results", path, "--resume")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(outcomes(path), self.whole(), cut)

    def test_shards_add_up(self):
        seen = {}
        for i in range(3):
            _, path = self.run_tests(mutant("control"), "--filter", FILTER,
                                     "--shard", f"{i}/3", name=f"s{i}", code=0)
            part = outcomes(path)
            self.assertTrue(part)
            self.assertFalse(set(part) & set(seen))
            seen.update(part)
        self.assertEqual(seen, self.whole())

    def facts(self, plugin, name, *args):
        _, path = self.run_tests(plugin, "--filter", FILTER, *args, name=name)
        return {n: (r["outcome"], r["checks"], r["reason"],
                    [f["name"] for f in r["figures"]])
                for n, r in records(path).items()}

    def test_a_seed_gives_the_same_run(self):
        plugin = mutant("scaled")
        self.assertEqual(self.facts(plugin, "a", "--jobs", "1"),
                         self.facts(plugin, "b", "--jobs", "3"))

    def test_the_seed_is_printed(self):
        done = certify(mutant("control"), "--quiet", "--filter", "handshake/*")
        self.assertRegex(done.stdout, r"seed \d+")


def children_alive(pid):
    try:
        return "State:\tZ" not in pathlib.Path(
            f"/proc/{pid}/status").read_text()
    except OSError:
        return False


class Verdicts(Fixture):
    def refused(self, plugin):
        done = certify(plugin, "--quiet", "--tier", "quick", "--seed", SEED)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(last_line(done), "NOT CERTIFIED")
        return done

    def test_null_plugin(self):
        self.refused(ARGS.null)

    def test_plugin_that_says_yes(self):
        self.refused(mutant("says_yes"))

    def test_plugin_that_says_yes_and_does_nothing(self):
        self.refused(mutant("says_yes_only"))

    def test_refusing_everything_is_no_pass(self):
        """A vendor who claims no operator has nothing that could be right."""
        profile = self.dir / "none.json"
        profile.write_text(json.dumps(
            {"name": "nobody", "profiles": ["core"], "operators": []}))
        done = certify(ARGS.null, "--quiet", "--tier", "quick", "--filter",
                       FILTER, "--seed", SEED, "--profile", profile)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("no test of operators passed", done.stdout)

    def test_no_such_file(self):
        done = certify(self.dir / "nothing.so", "--quiet")
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing.so", done.stderr)
        self.assertIn("no such file", done.stderr)

    def test_file_that_is_no_library(self):
        path = self.dir / "text.so"
        path.write_text("not a library\n")
        done = certify(path, "--quiet", "--filter", "handshake/*")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(last_line(done), "NOT CERTIFIED")
        done = certify(path, "--filter", "handshake/*")
        self.assertIn("text.so", done.stdout)

    def test_library_that_crashes_when_it_is_loaded(self):
        done = certify(ARGS.crash, "--filter", "handshake/*")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("while the plugin is loaded", done.stdout)

    def test_list_and_filter(self):
        def names(*args):
            done = certify("", "--list", *args)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [line.split()[0] for line in done.stdout.splitlines()]
        whole = names()
        self.assertEqual(whole, sorted(set(whole)))
        some = names("--filter", "handshake/*")
        self.assertTrue(some)
        self.assertEqual(some, [n for n in whole if n.startswith("handshake/")])
        self.assertEqual(names("--filter", TRAPPED), [TRAPPED])
        quick = names("--tier", "quick")
        self.assertTrue(set(quick) < set(whole))

    def test_a_filter_that_finds_nothing(self):
        done = certify(mutant("control"), "--filter", "nothing/*")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no test is chosen", done.stderr)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--cli", required=True)
    parser.add_argument("--mutants", required=True, type=pathlib.Path)
    parser.add_argument("--null", required=True)
    parser.add_argument("--crash", required=True)
    ARGS, rest = parser.parse_known_args()
    result = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
    wrong = len(result.failures) + len(result.errors)
    print(f"isolation {result.testsRun} tests, {wrong} wrong, "
          f"{len(result.skipped)} skipped")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()

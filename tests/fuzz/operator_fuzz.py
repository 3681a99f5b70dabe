#!/usr/bin/env python3
"""Random models of single operators: this project against ONNX's reference.

    operator_fuzz.py [--seconds 600] [--seed N] [--models N] [--only NAME,...]
                     [--index I] [--interface 1.1|1.0] [--library FILE]
                     [--backend NAME] [--findings DIR] [--list]

Every operator of ai.onnx and ai.onnx.ml that the reference evaluator has, in
turn: a valid model with a random version, types, shapes, attributes and values
(opfuzz/gen_*.py), run by a backend (the CPU's) in a child process and by the
reference here, compared within the bound of the operator (opfuzz/bounds.py).
Where the reference is known to be wrong (reference_defects.toml), or disagrees
with ONNX's own inference about a shape, the case is run but not compared, and
counted.

A finding becomes a folder with model.onnx, test_data_set_0 and info.txt, which
`onnxifi check-cases` reads. Case I of seed S is always the same one:
--seed S --index I runs it again. Ends with `N models, M mismatches, C crashes,
R refused by reference, U refused by us`; exits 1 when M or C is not 0.
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

import numpy as np  # noqa: E402
import onnx  # noqa: E402

import case_files  # noqa: E402
import write_node_cases  # noqa: E402
from opfuzz import bounds, case as cases, generators, reference  # noqa: E402
from opfuzz import subject, values  # noqa: E402

KEEP = 3  # findings of one operator that are written
# What the first trials do not explain gets so many more.
SHAKES, MORE_SHAKES = 2, 40


class Tally:
    """What happened, by operator."""

    def __init__(self):
        self.models = collections.Counter()
        self.events = collections.defaultdict(collections.Counter)
        self.reasons = collections.defaultdict(collections.Counter)
        self.invalid = collections.Counter()

    def add(self, kind, name, reason=""):
        self.events[kind][name] += 1
        if reason:
            self.reasons[kind][name, general(reason)] += 1

    def total(self, kind):
        return self.events[kind].total()


def general(reason):
    """A reason without what differs from case to case."""
    reason = re.sub(r"'[^']*'|\"[^\"]*\"", "'...'", reason)
    return re.sub(r"(?<!\w)-?\d+(\.\d+)?(e[+-]?\d+)?", "#", reason)[:130]


class Fuzzer:
    def __init__(self, options):
        self.options = options
        self.child = subject.Child(options.subject, str(options.library),
                                   options.interface,
                                   options.child_seconds, options.backend)
        self.referee = (subject.Child("onnxruntime", None, None)
                        if options.referee else None)
        self.defects = reference.Defects()
        self.tally = Tally()
        self.kept = collections.Counter()
        self.round = -1, None

    def one(self, index):
        """Makes, runs and judges case `index`."""
        key = self._operator(index)
        if key not in self.options.operators:
            return
        random = values.Random(self.options.seed, index)
        name = f"{key[0]}.{key[1]}" if key[0] else key[1]
        try:
            case = cases.generate(key, random)
        except cases.Impossible:
            return
        except Exception as error:
            self.tally.invalid[name, f"{type(error).__name__}: {error}"[:150]
                               ] += 1
            return
        self._judge(case, name, index)

    def _operator(self, index):
        """All operators in each round, in an order of its own. --only does
        not change which operator an index belongs to."""
        everything = self.options.all_operators
        turn, place = divmod(index, len(everything))
        if self.round[0] != turn:
            order = values.Random(self.options.seed, turn, 7).rng.permutation(
                len(everything))
            self.round = turn, order
        return everything[self.round[1][place]]

    def _judge(self, case, name, index):
        expected, refusal, refused = None, None, "refused by reference"
        try:
            expected = reference.evaluate(case)
            expected = cases.declare_outputs(case, expected)
        except reference.Refused as error:
            refusal = str(error)
        except cases.Contradiction as error:
            expected, refusal = None, str(error)
            refused = "contradictions"
        try:
            onnx.checker.check_model(case.model, full_check=True)
        except Exception as error:
            text = str(error)
            # Without the reference nobody knows the type of some outputs.
            if refusal is None:
                self.tally.invalid[name, text[:150]] += 1
                return
        self.tally.models[name] += 1
        model = case.model.SerializeToString()
        if refusal is not None and self.options.interface == "1.0":
            self.tally.add(refused, name, refusal)
            return
        self.child.send(model, case.feed, expected)
        exact = self._exact(case, expected)
        status, answer = self.child.receive()
        if status == "crash":
            self.tally.add("crashes", name, answer)
            self._keep(case, name, index, expected, f"crash: {answer}")
        if refusal is not None:
            self.tally.add(refused, name, refusal)
        elif status == "refused":
            self.tally.add("refused by us", name, answer)
        elif status == "error":
            self._mismatch(case, name, index, expected, answer)
        elif status == "ok":
            self._compare(case, name, index, expected, answer, exact)

    def _exact(self, case, expected):
        if expected is None or case.bound.kind != "real":
            return None
        exact = reference.Exact(case, expected)
        exact.shake(SHAKES, 1)
        return exact

    def _compare(self, case, name, index, expected, got, exact):
        if self.defects.match(case):
            self.tally.add("known defects", name)
            return
        try:
            self._check(case, expected, got, exact)
        except bounds.Mismatch as error:
            if exact is not None:
                exact.shake(MORE_SHAKES, 2)
                try:
                    self._check(case, expected, got, exact)
                    return
                except bounds.Mismatch as again:
                    error = again
            text = str(error)
            if self.referee:
                text += f" [{self._opinion(case, expected, got, exact)}]"
            self._mismatch(case, name, index, expected, text)

    def _opinion(self, case, expected, got, exact):
        """Whom ONNX Runtime agrees with."""
        self.referee.send(case.model.SerializeToString(), case.feed)
        status, theirs = self.referee.receive()
        if status != "ok":
            return f"ONNX Runtime: {status}"
        for name, other in (("the reference", expected), ("us", got)):
            try:
                self._check(case, other, theirs,
                            exact if other is expected else None)
                return f"ONNX Runtime agrees with {name}"
            except bounds.Mismatch:
                pass
        return "ONNX Runtime has a third result"

    @staticmethod
    def _check(case, expected, got, exact):
        if len(got) != len(expected):
            raise bounds.Mismatch(f"{len(got)} outputs instead of "
                                  f"{len(expected)}")
        known = exact is not None and exact.results is not None
        for i, pair in enumerate(zip(got, expected)):
            more = ((exact.results[i], exact.spreads[i]) if known
                    else (None, None))
            bounds.check(*pair, case.bound, f"output {i}", *more)

    def _mismatch(self, case, name, index, expected, text):
        self.tally.add("mismatches", name, text)
        self._keep(case, name, index, expected, text)

    def _keep(self, case, name, index, expected, text):
        """Writes a finding, and says so."""
        self.kept[name] += 1
        if self.kept[name] > KEEP and not self.options.verbose:
            return
        print(f"{case} index {index}: {text}", flush=True)
        if self.options.verbose:
            print("  " + onnx.printer.to_text(case.model.graph)[:3000])
            print("  " + " ".join(sorted(case.tags)))
        folder = self.options.findings / (
            f"{case}-{self.options.seed}-{index}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        graph = case.model.graph
        try:
            data = [(write_node_cases.encode_all(list(case.feed.values()),
                                                 graph.input),
                     write_node_cases.encode_all(expected or [],
                                                 graph.output))]
        except Exception as error:  # a wrong expectation may be no value
            data, text = [], f"{text}\nno data files: {error}"
        case_files.write_case(folder, case.model.SerializeToString(), data,
                              1e-3, 1e-7)
        (folder / "info.txt").write_text(
            f"{text}\n\ntests/fuzz/operator_fuzz.py --seed "
            f"{self.options.seed} --index {index}\n")

    def run(self):
        end = time.monotonic() + self.options.seconds
        index = 0
        while time.monotonic() < end and (
                not self.options.models
                or self.tally.models.total() < self.options.models):
            self.one(index)
            index += 1
        self.close()

    def close(self):
        self.child.close()
        if self.referee:
            self.referee.close()


def report(fuzzer):
    tally = fuzzer.tally
    for kind in ("refused by reference", "contradictions", "refused by us"):
        rows = tally.reasons[kind].most_common()
        for (name, reason), count in rows[:fuzzer.options.rows]:
            print(f"{kind}: {count} {name}: {reason}")
        if len(rows) > fuzzer.options.rows:
            rest = sum(count for _, count in rows[fuzzer.options.rows:])
            print(f"{kind}: {rest} for {len(rows) - fuzzer.options.rows} "
                  "other reasons (--rows)")
    for row, count in zip(fuzzer.defects.rows, fuzzer.defects.counts):
        if count:
            print(f"known defect of the reference: {count} "
                  f"{', '.join(row['operators'])}: {row['why']}")
    for (name, text), count in tally.invalid.most_common(20):
        print(f"no valid model: {count} {name}: {text}")
    columns = ("mismatches", "crashes", "refused by us",
               "refused by reference", "contradictions", "known defects")
    print(f"{'operator':<28} {'models':>7} "
          + " ".join(f"{c:>20}" for c in columns))
    for name in sorted(tally.models):
        counts = [tally.events[c][name] for c in columns]
        if any(counts):
            print(f"{name:<28} {tally.models[name]:>7} "
                  + " ".join(f"{c:>20}" for c in counts))
    print(f"{len(tally.models)} operators, seed {fuzzer.options.seed}, "
          f"not compared: {tally.total('known defects')} for known defects, "
          f"{tally.total('contradictions')} where ONNX contradicts itself; "
          f"{tally.invalid.total()} without a valid model")
    print(f"{tally.models.total()} models, {tally.total('mismatches')} "
          f"mismatches, {tally.total('crashes')} crashes, "
          f"{tally.total('refused by reference')} refused by reference, "
          f"{tally.total('refused by us')} refused by us", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", type=int, default=0,
                        help="end after so many; 0: by time alone")
    parser.add_argument("--only", default="", help="operators, by name")
    parser.add_argument("--index", type=int, help="one case, in full")
    parser.add_argument("--interface", choices=("1.0", "1.1"))
    parser.add_argument("--library", type=pathlib.Path, default=pathlib.Path(
        os.environ.get("BUILD", ROOT / "build/release"),
        "lib/libonnxifi.so.1"))
    parser.add_argument("--backend", default="cpu",
                        help="part of the backend's name")
    parser.add_argument("--findings", type=pathlib.Path,
                        default=ROOT / "build/operator-fuzz")
    parser.add_argument("--rows", type=int, default=60,
                        help="reasons to print of each kind")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--subject", choices=subject.SUBJECTS, default="ours")
    parser.add_argument("--referee", action="store_true",
                        help="ask ONNX Runtime about mismatches")
    parser.add_argument("--child-seconds", type=float,
                        default=subject.SECONDS)
    parser.add_argument("--list", action="store_true",
                        help="operators, and what is left out")
    options = parser.parse_args()
    options.all_operators = sorted(cases.REGISTRY)
    options.operators = set(options.all_operators)
    if options.only:
        names = set(options.only.split(","))
        options.operators = {k for k in options.operators if k[1] in names}
        if len({k[1] for k in options.operators}) != len(names):
            parser.error("--only: an operator is unknown")
    if options.subject == "ours" and not options.library.exists():
        parser.error(f"{options.library} is missing: build the project, or "
                     "give --library")
    return options


def main():
    options = parse()
    if (problem := generators.incomplete()) and not os.environ.get("FUZZ_DEV"):
        print(problem)
        return 1
    if options.list:
        generators.print_coverage()
        return 0
    fuzzer = Fuzzer(options)
    if options.index is not None:
        options.verbose = True
        fuzzer.one(options.index)
        fuzzer.close()
    else:
        fuzzer.run()
    report(fuzzer)
    bad = fuzzer.tally.total("mismatches") + fuzzer.tally.total("crashes")
    return 1 if bad else 0


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())

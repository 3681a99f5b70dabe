#!/usr/bin/env python3
"""run_suite.py gives each fault of faulty_backend.py its verdict."""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = {"test_tanh_cpu": "failed", "test_sin_cpu": "crashed",
            "test_cos_cpu": "timeout", "test_tan_cpu": "refused",
            "test_exp_cpu": "error", "test_sqrt_cpu": "passed",
            "test_sign_cpu": "passed"}


def main():
    names = "|".join(f"^{name}$" for name in EXPECTED)
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        done = subprocess.run(
            [sys.executable, HERE / "run_suite.py", "--groups", "node",
             "--backends", "faulty_backend:Faulty", "--only", names,
             "--library", "unused", "--seconds", "5", "--json", report],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        print(done.stdout)
        tests = json.loads(report.read_text())["results"][
            "faulty_backend:Faulty"]["node"]
    got = {name: verdict for name, (verdict, _) in tests.items()}
    print(got)
    problems = [f"{name}: {got.get(name)} instead of {verdict}"
                for name, verdict in EXPECTED.items()
                if got.get(name) != verdict]
    if set(got) != set(EXPECTED):
        problems.append("other tests ran")
    print("\n".join(problems) or "all verdicts as expected")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

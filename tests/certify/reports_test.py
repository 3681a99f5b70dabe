"""Reports, shards, bundles and certificates of `onnxifi certify`, by its
command line. The tests of the suite itself are not the matter here: a few
cheap ones of any plugin do."""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import xml.etree.ElementTree

FILTER = "handshake/*"
ARGS = None


def run(*args, code=0):
    done = subprocess.run([ARGS.cli, *map(str, args)], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == code, (args, done)
    return done.stdout + done.stderr


def certify(*args, plugin=None, code=0, seed=7):
    return run("certify", plugin or ARGS.plugin, "--seed", seed, "--filter",
               FILTER, "--quiet", *args, code=code)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_lines(path, objects):
    path.write_text("".join(json.dumps(each) + "\n" for each in objects))


def seal(certificate):
    """The text of a certificate with its checksum, as certify writes it."""
    def dump(value):
        return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    rest = {k: v for k, v in certificate.items() if k != "checksum"}
    digest = hashlib.sha256(dump(rest).encode()).hexdigest()
    return dump({**rest, "checksum": digest})


class Reports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def shards(self, count, seed=7):
        paths = []
        for i in range(count):
            paths.append(self.dir / f"{seed}-{i}.jsonl")
            certify("--shard", f"{i}/{count}", "--results", paths[-1],
                    seed=seed)
        return paths

    def test_shards_merge_to_the_whole_run(self):
        whole = self.dir / "whole.jsonl"
        merged = self.dir / "merged.jsonl"
        certify("--results", whole)
        text = run("certify", "--merge", *self.shards(3), "--results", merged)
        self.assertIn("PASSED, not all of the suite", text)
        a, b = lines(whole), lines(merged)
        self.assertEqual(a[0], b[0])
        self.assertGreater(len(a), 2)
        names = [record["test"] for record in b[1:]]
        self.assertEqual(names, sorted(names))
        self.assertEqual(sorted((r["test"], r["outcome"]) for r in a[1:]),
                         [(r["test"], r["outcome"]) for r in b[1:]])

    def test_wrong_shards_are_refused(self):
        paths = self.shards(2)
        self.assertIn("is missing",
                      run("certify", "--merge", paths[0], code=2))
        self.assertIn("again", run("certify", "--merge", paths[0], paths[0],
                                   code=2))
        other = self.shards(2, seed=8)
        self.assertIn("another seed",
                      run("certify", "--merge", paths[0], other[1], code=2))
        text = paths[1].read_text()
        paths[1].write_text(text[:text.rindex("{")])
        self.assertIn("not finished", run("certify", "--merge", *paths, code=2))

    def test_a_stopped_run_goes_on(self):
        results = self.dir / "r.jsonl"
        certify("--results", results)
        whole = lines(results)
        text = results.read_text().splitlines(keepends=True)
        results.write_text("".join(text[:-1]) + text[-1][:20])
        # The seed is the file's.
        text = run("certify", ARGS.plugin, "--filter", FILTER, "--results",
                   results, "--resume")
        self.assertIn("seed 7", text)
        self.assertEqual([r["test"] for r in lines(results)[1:]],
                         [r["test"] for r in whole[1:]])
        self.assertIn("another run", certify("--results", results, "--resume",
                                             seed=8, code=2))

    def test_reports_are_well_formed(self):
        junit, page = self.dir / "r.xml", self.dir / "r.html"
        certify("--junit", junit, "--html", page)
        root = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual(root.get("failures"), "0")
        self.assertEqual(int(root.get("tests")), len(root.findall(".//testcase")))
        self.assertIn("PASSED", page.read_text())
        certify("--junit", junit, "--html", page, plugin=ARGS.crash, code=1)
        root = xml.etree.ElementTree.parse(junit).getroot()
        self.assertGreater(int(root.get("errors")), 1)
        self.assertEqual(len(root.findall(".//error")), int(root.get("errors")))
        xml.etree.ElementTree.parse(page)

    def test_reports_take_any_text(self):
        hostile = ("<script>x</script>&\"']]>--> \x00\x1b[31m\x7f\x85\ufffe\uffff"
                   "\u202e\U0010ffff " + "".join(map(chr, range(32))))
        results = self.dir / "r.jsonl"
        certify("--results", results)
        objects = lines(results)
        objects[0]["plugin"] = hostile
        outcomes = ["FAIL", "CRASH", "LEAK", "UNSUPPORTED", "HANG"]
        for i, record in enumerate(objects[1:]):
            record.update(outcome=outcomes[i % len(outcomes)], reason=hostile,
                          log=hostile, requirements=[hostile],
                          failures=[{"where": hostile, "text": hostile}],
                          figures=[{"name": hostile, "value": None,
                                    "limit": 1.0}])
        write_lines(results, objects)
        junit, page = self.dir / "r.xml", self.dir / "r.html"
        run("certify", "--merge", results, "--junit", junit, "--html", page,
            code=1)
        for path in (junit, page):
            xml.etree.ElementTree.parse(path)
            text = path.read_text()
            self.assertNotIn("<script", text)
            self.assertIsNone(re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text))

    def bundle(self):
        results, bundle = self.dir / "b.jsonl", self.dir / "b.tar"
        text = certify("--results", results, "--bundle", bundle)
        return bundle, re.search(r"^certificate (\w{64})$", text, re.M)[1]

    def test_bundles_are_verified(self):
        bundle, number = self.bundle()
        text = run("certify", "--verify", bundle, "--plugin", ARGS.plugin,
                   "--certificate", number)
        self.assertIn(f"certificate {number}\n", text)
        self.assertIn("\nVERIFIED: PASSED, not all of the suite\n", text)
        # The same results, the same bundle.
        again = self.dir / "again.tar"
        run("certify", "--merge", self.dir / "b.jsonl", "--bundle", again)
        with tarfile.open(bundle) as a, tarfile.open(again) as b:
            self.assertEqual(a.getnames(), b.getnames())
            self.assertEqual(a.getnames(),
                             ["manifest.json", "results.jsonl",
                              "vendor_profile.json", "tests.txt"])
            self.assertEqual(a.extractfile("results.jsonl").read(),
                             b.extractfile("results.jsonl").read())
            manifest = a.extractfile("manifest.json").read()
        self.assertEqual(hashlib.sha256(manifest).hexdigest(), number)

    def test_what_is_not_right_is_not_verified(self):
        bundle, number = self.bundle()
        for args, why in [
                (["--plugin", ARGS.crash], "of another plugin"),
                (["--certificate", "0" * 64], f"certificate {number}, not 0")]:
            text = run("certify", "--verify", bundle, *args, code=1)
            self.assertIn(why, text)
            self.assertTrue(text.endswith("\nNOT VERIFIED\n"), text)
        data = bytearray(bundle.read_bytes())
        data[data.index(b'"PASS"') + 1] ^= 1
        bundle.write_bytes(data)
        self.assertIn("NOT VERIFIED", run("certify", "--verify", bundle, code=1))
        run("certify", "--verify", self.dir / "none", code=2)

    def test_a_bundle_of_failures_is_in_order_and_no_good_news(self):
        bundle = self.dir / "b.tar"
        certify("--bundle", bundle, plugin=ARGS.crash, code=1)
        self.assertIn("\nVERIFIED: NOT CERTIFIED\n",
                      run("certify", "--verify", bundle, code=1))

    def test_a_part_of_the_suite_gives_no_certificate(self):
        certificate = self.dir / "c"
        text = certify("--certificate-out", certificate, code=1)
        self.assertIn("no certificate is written: PASSED", text)
        self.assertFalse(certificate.exists())

    def info(self, plugin):
        text = run("info", "--plugin", plugin)
        found = json.loads(run("info", "--json", "--plugin", plugin))
        (candidate,) = [c for c in found["loader"]["candidates"]
                        if c.get("path") == str(plugin)]
        return text, candidate.get("certificate")

    def test_info_shows_the_certificate_beside_a_plugin(self):
        bundle, _ = self.bundle()
        with tarfile.open(bundle) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
        plugin = self.dir / "libonnxifi-copy.so"
        beside = self.dir / "libonnxifi-copy.certificate"
        shutil.copy(ARGS.plugin, plugin)
        self.assertIsNone(self.info(plugin)[1])

        # As the file says it, which proves nothing.
        beside.write_text(seal(manifest))
        text, found = self.info(plugin)
        self.assertEqual(found["state"], "not certified")
        self.assertIn("not certified: PASSED", text)

        whole = {**manifest, "verdict": "CERTIFIED", "filter": "",
                 "vendor": "x\x1b[31m"}
        beside.write_text(seal(whole).replace("\x1b", "\\u001b"))
        text, found = self.info(plugin)
        self.assertEqual(found["state"], "this build")
        self.assertEqual(found["suite"], manifest["suite"])
        self.assertEqual(found["date"], manifest["date"])
        self.assertIn("certified  suite", text)
        self.assertNotIn("\x1b", text)

        with open(plugin, "ab") as file:
            file.write(b"\0")
        text, found = self.info(plugin)
        self.assertEqual(found["state"], "another build")
        self.assertIn("certificate is of another build", text)

        for content in (b"{}", b"\xff" * 10, seal(whole).encode() + b" ",
                        seal(whole).replace("full", "fool").encode(),
                        b"[" * 60000, b"x" * (64 * 1024 + 1)):
            beside.write_bytes(content)
            self.assertEqual(self.info(plugin)[1]["state"], "unreadable")
        beside.unlink()
        os.mkfifo(beside)
        self.assertEqual(self.info(plugin)[1]["state"], "unreadable")
        beside.unlink()
        beside.mkdir()
        self.assertEqual(self.info(plugin)[1]["state"], "unreadable")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("--cli", "--plugin", "--crash"):
        parser.add_argument(option, required=True)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])

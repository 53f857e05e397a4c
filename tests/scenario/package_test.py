"""The SOC 2 evidence package: made twice with the same bytes, made again from its own files, verified
by both verifiers, and refused for periods that are none.

usage: package_test.py RECOURSE
"""

import csv
import datetime
import filecmp
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "page"))
from bundle_writer import Key, canonical

PROGRAM = None
TESTS = pathlib.Path(__file__).parent.parent
RECORDINGS = pathlib.Path(os.environ.get("RECOURSE_SHARED_DATA", TESTS.parent.parent / "shared/data"))


def run(*arguments, cwd=None):
    return subprocess.run([str(argument) for argument in arguments], cwd=cwd, text=True,
                          capture_output=True, timeout=240, check=False)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def files_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class OnePackage:
    """What holds of any package: `one` and `two` are of the same period of the same deployment."""

    @classmethod
    def make(cls, fill):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        made = run(PROGRAM, "demo", "--no-serve", "--data", cls.folder / "data")
        assert made.returncode == 0, made.stderr
        fill()
        cls.end = now()
        for name, *more in (("one",), ("two", "--owner", "usr_ada", "--due", "2999-01-01T00:00:00Z")):
            made = cls.export(name, "--to", cls.end, "--deployment", "--nonce", "auditor-nonce-1", *more)
            assert made.returncode == 0, made.stderr

    @classmethod
    def export(cls, name, *arguments):
        return run(PROGRAM, "export", "--data", cls.folder / "data", "--format", "soc2", "--out",
                   cls.folder / name, *arguments)

    def test_the_same_period_gives_the_same_bytes(self):
        one, two = self.folder / "one", self.folder / "two"
        names = files_of(one)
        self.assertEqual(names, files_of(two))
        same, other, missing = filecmp.cmpfiles(one, two, names, shallow=False)
        self.assertEqual((other, missing), ([], []))
        self.assertEqual(len(same), len(names))

    def test_it_is_made_again_from_its_own_files(self):
        done = run(PROGRAM, "verify", "--bundle", self.folder / "one", "--rerun")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("every byte is the same", done.stdout)
        done = run(sys.executable, "-B", self.folder / "one/verify.py", self.folder / "one")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_count_is_that_of_an_independent_one(self):
        done = run(sys.executable, "-B", TESTS / "unit/tools/soc2/recount.py", self.folder / "one")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("26 controls recounted, 0 differences", done.stdout)

    def test_its_tables_are_safe_in_a_spreadsheet(self):
        tables = list((self.folder / "one").rglob("*.csv"))
        self.assertGreater(len(tables), 26)
        for table in tables:
            with open(table, encoding="utf-8", newline="") as lines:
                rows = csv.reader(lines)
                width = len(next(rows))
                for row in rows:
                    self.assertEqual(len(row), width, table)
                    self.assertFalse([cell for cell in row if cell[:1] in tuple("=+-@\t\r")], table)

    @unittest.skipIf(jsonschema is None, "python3-jsonschema is not installed")
    def test_its_oscal_and_ocsf_are_as_their_schemas_say(self):
        def errors(name, value):
            schema = json.loads((TESTS / f"report/{name}.schema.json").read_text(encoding="utf-8"))
            check = jsonschema.Draft202012Validator(schema)
            return [f"{list(error.path)}: {error.message}" for error in check.iter_errors(value)]

        for name in ("plan", "results"):
            text = (self.folder / f"one/oscal/assessment-{name}.json").read_text(encoding="utf-8")
            self.assertEqual(errors("oscal", json.loads(text)), [])
        lines = (self.folder / "one/ocsf/events.ndjson").read_text(encoding="utf-8").splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines[:2000]:
            self.assertEqual(errors("ocsf", json.loads(line)), [], line)


class Package(OnePackage, unittest.TestCase):
    """Of the demo desk."""

    @classmethod
    def setUpClass(cls):
        cls.make(lambda: None)

    def test_it_holds_every_part(self):
        names = files_of(self.folder / "one")
        for name in ("report/report.html", "report/report.pdf", "report/source.json",
                     "report/package.json", "report/parameters.json",
                     "oscal/assessment-results.json", "oscal/assessment-plan.json",
                     "ocsf/events.ndjson", "meta/leaves.ndjson", "meta/range.proof", "verify.py"):
            self.assertIn(name, names)
        for number in range(1, 27):
            self.assertTrue([name for name in names if name.startswith(f"controls/RC-{number:02}/")])
        html = (self.folder / "one/report/report.html").read_text(encoding="utf-8")
        self.assertNotIn("SOC 2 compliant", html)
        self.assertIn('id="proof"', html)  # It checks its sampled leaves itself.

    def test_a_changed_report_does_not_verify(self):
        copy = self.folder / "changed"
        shutil.copytree(self.folder / "one", copy)
        page = copy / "report/report.html"
        page.write_bytes(page.read_bytes().replace(b"RC-01", b"RC-99", 1))
        self.assertEqual(run(PROGRAM, "verify", "--bundle", copy).returncode, 1)
        self.assertEqual(run(sys.executable, "-B", copy / "verify.py", copy).returncode, 1)

    def test_the_deployments_events_are_all_of_its_log(self):
        copy = self.folder / "meta-changed"
        shutil.copytree(self.folder / "one", copy)
        leaves = copy / "meta/leaves.ndjson"
        lines = leaves.read_bytes().split(b"\n")
        leaves.write_bytes(b"\n".join([lines[0].replace(b"60", b"61"), *lines[1:]]))
        done = run(PROGRAM, "verify", "--bundle", copy, "--rerun")
        self.assertEqual(done.returncode, 1, done.stdout)

    def signed_again(self, name, change=lambda folder: None):
        """A changed copy whose manifest fits, as whoever holds the report key can make it. The key is
        another one here, and nobody says which is the right one."""
        copy = self.folder / name
        shutil.copytree(self.folder / "one", copy)
        (copy / "verify.html").unlink()
        change(copy)
        key = Key(b"r" * 32)
        manifest = json.loads((copy / "manifest.json").read_bytes())
        reports = manifest["origin"].split("/t/")[0] + "/reports"
        (copy / "trust/report.key").write_text(key.text(reports) + "\n", encoding="utf-8")
        del manifest["page"]
        manifest["files"] = [
            {"path": path, "sha256": hashlib.sha256((copy / path).read_bytes()).hexdigest(),
             "size": (copy / path).stat().st_size}
            for path in files_of(copy) if not path.startswith("manifest.")]
        text = canonical(manifest).encode()
        (copy / "manifest.json").write_bytes(text)
        (copy / "manifest.note").write_bytes(key.note(reports, "recourse/bundle@v1\n{}\n{}\n".format(
            manifest["origin"], hashlib.sha256(text).hexdigest()).encode()))
        return copy

    def both(self, copy):
        """What the script and the program say without making the report again, which is the same."""
        script = run(sys.executable, "-B", copy / "verify.py", copy)
        program = run(PROGRAM, "verify", "--bundle", copy)
        self.assertEqual((script.returncode, script.stdout), (program.returncode, program.stdout))
        return script

    def again(self, copy):
        """One JSON object with one verdict, and its exit code."""
        done = run(PROGRAM, "verify", "--bundle", copy, "--rerun", "--json")
        told = json.loads(done.stdout)
        self.assertEqual(done.returncode, {"intact": 0, "damaged": 1, "could not tell": 2}[told["verdict"]])
        return told

    def test_verifiers_say_that_the_report_itself_was_not_checked(self):
        def change(folder):
            page = folder / "report/report.html"
            page.write_bytes(page.read_bytes().replace(b"RC-01", b"RC-99", 1))
            (folder / "report/extra.html").write_text("all passed", encoding="utf-8")

        copy = self.signed_again("report-changed", change)
        said = self.both(copy)
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("not checked: controls/, ocsf/, oscal/, report/ (recourse verify --rerun makes them "
                      "again)", said.stdout)
        self.assertIn("proven: the deployment's own log is all there", said.stdout)
        told = self.again(copy)
        self.assertEqual((told["verdict"], sorted(told["differ"])),
                         ("damaged", ["report/extra.html", "report/report.html"]))

    def test_the_copy_that_was_signed_again_holds_when_nothing_is_changed(self):
        told = self.again(self.signed_again("same"))
        self.assertEqual((told["verdict"], told["made_again"], told["not_checked"]), ("intact", True, []))

    def test_the_deployments_leaves_are_proven_though_the_manifest_fits(self):
        def change(folder):
            path = folder / "meta/leaves.ndjson"
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join([*lines[:3], *lines[4:]]))

        self.assertEqual(self.both(self.signed_again("meta-dropped", change)).returncode, 1)

    def test_what_a_package_says_of_itself_is_compared_with_what_is_proven(self):
        forger = Key(b"x" * 32)

        def heads(folder):
            """The right sizes and roots, and nobody signed them."""
            path = folder / "report/heads.ndjson"
            lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            self.assertGreater(len(lines), 3)
            for line in lines[1:-1]:
                text = line["note"].split("\n\n")[0].encode() + b"\n"
                line["note"] = forger.note(text.split(b"\n")[0].decode(), text).decode()
            path.write_text("".join(canonical(line) + "\n" for line in lines), encoding="utf-8")

        def cosigned(folder):
            path = folder / "report/heads.ndjson"
            path.write_text(path.read_text(encoding="utf-8").replace(
                '"cosignatures":[]', '"cosignatures":["w.example 2026-01-05T09:31:00Z"]'), encoding="utf-8")

        def member(path, name, value):
            def change(folder):
                said = json.loads((folder / path).read_bytes())
                said[name] = value(said[name]) if callable(value) else value
                (folder / path).write_text(canonical(said) + "\n", encoding="utf-8")
            return change

        parameters, source = "report/parameters.json", "report/source.json"
        other_key = lambda key: forger.text(key.split("+")[0])
        for number, (says, change) in enumerate([
                ("a head that does not hold", heads),
                ("other cosignatures", cosigned),
                ("period ends at", member(parameters, "end", lambda end: end - 1)),
                ("period starts at", member(parameters, "start", 1)),
                ("deployment events", member(parameters, "meta_end", lambda end: end - 1)),
                ("another log key", member(source, "log_key", other_key)),
                ("another log:", member(source, "origin", lambda origin: origin[:-1] + "g")),
                ("another deployment", member(source, "system", "other.example")),
                ("log of the deployment", member(source, "meta_origin", ""))]):
            copy = self.signed_again(f"says-{number}", change)
            with self.subTest(says):
                self.assertEqual(self.both(copy).returncode, 0)
                told = self.again(copy)
                self.assertEqual(told["verdict"], "damaged")
                self.assertIn(says, told["reason"])

    def test_a_bundle_without_a_report_has_none_to_make_again(self):
        out = self.folder / "plain"
        done = run(PROGRAM, "export", "--data", self.folder / "data", "--format", "bundle", "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.again(out)["verdict"], "could not tell")

    def test_it_is_made_again_after_the_log_key_was_replaced(self):
        data = self.folder / "rotated-data"
        shutil.copytree(self.folder / "data", data)
        shutil.copy(self.folder / "data.kek", self.folder / "rotated-data.kek")
        done = run(PROGRAM, "key", "rotate", "--purpose", "log", "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        out = self.folder / "rotated"
        done = run(PROGRAM, "export", "--data", data, "--format", "soc2", "--out", out, "--to",
                   self.end, "--deployment")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run(PROGRAM, "verify", "--bundle", out, "--rerun")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run(sys.executable, "-B", out / "verify.py", out)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_its_own_making_is_on_record(self):
        out = run(PROGRAM, "export", "--data", self.folder / "data", "--format", "ndjson", "--out",
                  "-", "--type", "report.generated").stdout
        reports = [json.loads(line)["data"] for line in out.splitlines()]
        self.assertEqual(len(reports), 2)
        self.assertEqual(reports[0]["manifest"], reports[1]["manifest"])
        out = run(PROGRAM, "export", "--data", self.folder / "data", "--format", "ndjson", "--out",
                  "-", "--type", "control.tested").stdout
        self.assertEqual(len(out.splitlines()), 2 * 26)
        tests = [json.loads(line)["data"] for line in out.splitlines()]
        found = [test for test in tests if test["exceptions"]]
        self.assertTrue(found)
        for test in tests:  # The second one was told who answers for what it finds.
            named = test in tests[26:] and test["exceptions"] > 0
            self.assertEqual(test.get("owner"), "usr_ada" if named else None)
            self.assertEqual("due_at" in test, named)

    def test_a_period_that_is_none_is_refused(self):
        future = "2999-01-01T00:00:00Z"
        for says, *arguments in [("empty", "--from", self.end, "--to", self.end),
                                 ("reversed", "--from", self.end, "--to", "2020-01-01T00:00:00Z"),
                                 ("future", "--to", future), ("future", "--from", future),
                                 ("is no time", "--from", "yesterday")]:
            done = self.export("none", *arguments)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, done.stderr)
            self.assertFalse((self.folder / "none").exists())


class Imported(OnePackage, unittest.TestCase):
    """Of the demo desk, into which a year of a service desk and agents' recorded runs were taken."""

    @classmethod
    def setUpClass(cls):
        if not RECORDINGS.is_dir():
            raise unittest.SkipTest(f"there is no {RECORDINGS}")

        def fill():
            for form, files in [("servicenow", "incident-log-servicenow/*.csv.gz"),
                                ("transcript", "agent-traces-tau/*.ndjson.gz")]:
                made = run(PROGRAM, "import", "--data", cls.folder / "data", "--format", form,
                           *sorted(RECORDINGS.glob(files)))
                assert made.returncode == 0, made.stderr

        cls.make(fill)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()

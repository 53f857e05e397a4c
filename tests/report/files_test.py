"""Other programs read the files of the sample package: JSON Schemas, csv, an HTML parser, a PDF reader.

usage: files_test.py WRITE-SAMPLE      Exit 77, skipped, without python3-jsonschema.
"""

import base64
import csv
import hashlib
import html.parser
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

HERE = pathlib.Path(__file__).parent


def files_of(program):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        root = pathlib.Path(folder)
        return {str(path.relative_to(root)): path.read_bytes()
                for path in sorted(root.rglob("*")) if path.is_file()}


def validator(name):
    schema = json.loads((HERE / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


class Page(html.parser.HTMLParser):
    """Elements, attributes, ids and what is in a style or a script."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.ids, self.links = set(), set(), [], []
        self.policy, self.inline, self.inside = None, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        attrs = dict(attrs)
        self.attributes.update(attrs)
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "a":
            self.links.append(attrs["href"])
        self.inside = tag if tag in ("style", "script") else None
        if self.inside:
            self.inline.append([tag, attrs.get("type"), ""])

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.inline[-1][2] += data


class Files(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        cls.files = files_of(cls.program)

    def test_another_process_writes_the_same_bytes(self):
        again = files_of(self.program)
        self.assertEqual(list(again), list(self.files))
        for path, data in again.items():
            self.assertTrue(data == self.files[path], path)

    def test_oscal_is_as_its_schema_says(self):
        check = validator("oscal")
        for name in ("plan", "results"):
            errors = check.iter_errors(json.loads(self.files[f"oscal/assessment-{name}.json"]))
            self.assertEqual([f"{list(e.path)}: {e.message}" for e in errors], [])

    def test_a_spoiled_oscal_file_is_refused(self):
        check = validator("oscal")
        spoiled = json.loads(self.files["oscal/assessment-results.json"])
        spoiled["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "ok"
        self.assertFalse(check.is_valid(spoiled))

    def test_oscal_findings_point_at_what_is_there(self):
        plan = json.loads(self.files["oscal/assessment-plan.json"])["assessment-plan"]
        results = json.loads(self.files["oscal/assessment-results.json"])["assessment-results"]
        objectives = {part["id"] for each in plan["local-definitions"]["objectives-and-methods"]
                      for part in each["parts"]}
        result = results["results"][0]
        observations = {each["uuid"]: each for each in result["observations"]}
        self.assertEqual(len(observations), len(result["observations"]))
        for finding in result["findings"]:
            self.assertIn(finding["target"]["target-id"], objectives)
            status = finding["target"]["status"]
            self.assertEqual(status["reason"] == "pass", status["state"] == "satisfied")
            for related in finding["related-observations"]:
                self.assertIn(related["observation-uuid"], observations)
        without = [each for each in result["observations"] if "there is no finding" in each["description"]]
        self.assertEqual(len(result["findings"]) + len(without), len(observations))
        self.assertGreater(len(without), 0)

    def test_oscal_evidence_is_in_the_package_with_that_hash(self):
        results = json.loads(self.files["oscal/assessment-results.json"])["assessment-results"]
        for observation in results["results"][0]["observations"]:
            for evidence in observation["relevant-evidence"]:
                path = evidence["href"].removeprefix("../")
                properties = {each["name"]: each["value"] for each in evidence["props"]}
                self.assertEqual(properties["path"], path)
                self.assertEqual(properties["sha256"], hashlib.sha256(self.files[path]).hexdigest())

    def test_ocsf_is_as_its_schema_says_and_labelled_as_derived(self):
        check = validator("ocsf")
        lines = self.files["ocsf/events.ndjson"].decode().splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            event = json.loads(line)
            self.assertEqual([e.message for e in check.iter_errors(event)], [])
            self.assertIn("derived", event["metadata"]["labels"])
            self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])

    def test_a_csv_has_rows_of_one_length_and_no_formula(self):
        for path, data in self.files.items():
            if not path.endswith(".csv"):
                continue
            text = data.decode("utf-8")
            self.assertTrue(text.endswith("\r\n"), path)
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            self.assertEqual({len(row) for row in rows}, {len(rows[0])}, path)
            for row in rows:
                for cell in row:
                    self.assertNotRegex(cell, r"^[=+\-@\t\r]", path)

    def test_each_control_has_its_files_and_none_is_too_large_to_upload(self):
        controls = json.loads(self.files["controls/map.json"])["controls"]
        named = re.compile(r"controls/(RC-\d\d)/\1_[a-z0-9-]+_2026-01-01_2026-03-31_[0-9a-f]{8}\.(csv|pdf)$")
        self.assertEqual(len(controls), 5)
        for control in controls:
            paths = [file["path"] for file in control["files"]]
            self.assertEqual(sorted(path[-3:] for path in paths), ["csv", "pdf"])
            for path in paths:
                self.assertRegex(path, named)
                self.assertLess(len(self.files[path]), 50_000_000)
        known = {each["control"]: each["vanta"]["document_id"] for each in controls if "vanta" in each}
        self.assertEqual(known, {"RC-08": "access-requests", "RC-10": "access-reviews"})

    def test_the_page_holds_nothing_but_itself(self):
        text = self.files["report/report.html"].decode()
        page = Page(text)
        self.assertNotIn("img", page.elements)
        self.assertFalse([name for name in page.attributes if name.startswith("on")])
        self.assertNotIn("style", page.attributes)
        self.assertNotIn("src", page.attributes)
        self.assertNotIn("SOC 2 compliant", text)
        self.assertIn("default-src 'none'", page.policy)
        for tag, kind, content in page.inline:
            if kind == "application/json":
                continue
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", page.policy)

    def test_the_links_of_the_page_lead_somewhere(self):
        page = Page(self.files["report/report.html"].decode())
        self.assertEqual(len(page.ids), len(set(page.ids)))
        for link in page.links:
            self.assertIn(link.removeprefix("#"), page.ids)

    def test_the_text_of_a_pdf_can_be_read_in_any_script(self):
        if shutil.which("pdftotext") is None:
            self.skipTest("poppler-utils is not installed")
        text = subprocess.run(["pdftotext", "-layout", "-", "-"], check=True, capture_output=True,
                              input=self.files["report/report.pdf"]).stdout.decode()
        for part in ("Northwind support desk", "Łódź", "Ελληνικά", "Русский", "日本語", "한국어", "RC-14"):
            self.assertIn(part, text)
        pages = [int(number) for number in re.findall(r"Page (\d+) of (?:\d+)", text)]
        self.assertEqual(pages, list(range(1, len(pages) + 1)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Files.program = sys.argv[1]
    unittest.main(argv=sys.argv[:1])

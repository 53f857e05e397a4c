"""Another validator reads schemas/events: golden leaves are accepted, spoiled ones are not.

usage: schemas_test.py SOURCE-ROOT      Exit 77, skipped, without python3-jsonschema.
"""

import copy
import json
import pathlib
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)


class Schemas(unittest.TestCase):
    root = None

    @classmethod
    def setUpClass(cls):
        folder = cls.root / "schemas" / "events"
        schemas = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))
                   if path.name != "index.json"]
        cls.schemas = {schema["$id"]: schema for schema in schemas}
        leaf = cls.schemas["leaf.json"]
        resolver = jsonschema.RefResolver.from_schema(leaf, store=cls.schemas)
        cls.leaf = jsonschema.Draft202012Validator(leaf, resolver=resolver)
        cls.lines = []
        for path in sorted((cls.root / "tests/golden/v1/events").glob("*.ndjson")):
            for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n"):
                event = json.loads(line)
                if f"{event['type']}.json" in cls.schemas:
                    cls.lines.append(event)

    def test_each_schema_is_one(self):
        for schema in self.schemas.values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_each_golden_leaf_is_accepted(self):
        self.assertGreater(len(self.lines), 0)
        for event in self.lines:
            with self.subTest(type=event["type"]):
                self.assertEqual([e.message for e in self.leaf.iter_errors(event)], [])

    def test_a_leaf_without_a_required_member_or_with_an_unknown_one_is_refused(self):
        for event in self.lines:
            required = self.schemas[f"{event['type']}.json"]["required"]
            for name in required:
                spoiled = copy.deepcopy(event)
                del spoiled["data"][name]
                self.assertFalse(self.leaf.is_valid(spoiled), (event["type"], name))
            spoiled = copy.deepcopy(event)
            spoiled["data"]["unknown"] = 1
            self.assertFalse(self.leaf.is_valid(spoiled), event["type"])

    def test_a_sealed_text_in_clear_is_refused(self):
        for event in self.lines:
            for name, value in event["data"].items():
                if isinstance(value, dict) and "$sealed" in value:
                    spoiled = copy.deepcopy(event)
                    spoiled["data"][name] = "Ada Lovelace, ada@example.com"
                    self.assertFalse(self.leaf.is_valid(spoiled), (event["type"], name))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Schemas.root = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1])

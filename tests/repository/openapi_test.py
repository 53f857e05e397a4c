"""schemas/openapi.yaml says what the route tables and the rows say: nothing more, nothing less.

usage: openapi_test.py SOURCE-ROOT

Reads the few YAML lines that it needs by their indentation, so that it needs no YAML library.
"""

import pathlib
import re
import sys
import unittest

ROLES = {"nobody": "none", "operator_": "operator", "deployment": "deployment-admin"}
METHODS = {"del": "delete"}
ROWS = ("TicketRow", "ActionRow", "ApprovalRow", "ResolutionRow", "VoteRow", "StateChange",
        "ActionStep", "RollbackIndex", "ResolutionCounts", "ActionCounts", "TicketCounts")
NATIVE = re.compile(r'\{Method::(\w+), "([^"]+)", "([^"]+)", Needs::(\w+),')
SERVED = re.compile(r'\b(get|post)\(\s*"([^"]+)",\s*"([^"]+)",\s*(?:Needs::(\w+),)?')


def native_routes(text):
    return {(METHODS.get(method, method), path.replace("...", "")):
            (name, ROLES.get(needs, needs)) for method, path, name, needs in NATIVE.findall(text)}


def served_routes(text):
    return {(method, path.replace("...", "")): (name, ROLES.get(needs, needs) or "viewer")
            for method, path, name, needs in SERVED.findall(text)}


def described_operations(text):
    found, path, method = {}, None, None
    for line in text.split("\npaths:\n")[1].split("\ncomponents:\n")[0].splitlines():
        if at := re.fullmatch(r"  (/\S*):", line):
            path = at[1]
        elif at := re.fullmatch(r"    (\w+):", line):
            method = at[1]
            found[method, path] = [None, None]
        elif at := re.fullmatch(r"      operationId: (\S+)", line):
            found[method, path][0] = at[1]
        elif at := re.fullmatch(r"      x-role: (\S+)", line):
            found[method, path][1] = at[1]
    return {where: tuple(said) for where, said in found.items()}


def components(text):
    found, kind = set(), None
    for line in text.split("\ncomponents:\n")[1].splitlines():
        if at := re.fullmatch(r"  (\w+):", line):
            kind = at[1]
        elif at := re.match(r"    ([\w-]+):", line):
            found.add(f"#/components/{kind}/{at[1]}")
    return found


def properties_of(text, schema):
    """Names below `properties:` of one schema, which stand two steps further in."""
    body = re.split(r"\n    (?=\w+:)", text.split(f"\n    {schema}:\n")[1])[0]
    below = body.split("      properties:\n")[1]
    return re.findall(r"^        (\w+):", below, re.M)


def members_of(text, struct):
    described = re.search(r"BOOST_DESCRIBE_STRUCT\(%s, \(\),\s*\(([^)]*)\)\)" % struct, text)
    return re.findall(r"\w+", described[1])


class OpenApi(unittest.TestCase):
    root = pathlib.Path()

    def setUp(self):
        self.text = (self.root / "schemas/openapi.yaml").read_text()
        self.native = (self.root / "api/routes/route_table.cpp").read_text()
        self.served = (self.root / "api/routes/served_systems.cpp").read_text()
        self.rows = (self.root / "projections/rows.h").read_text()

    def test_no_line_of_a_route_table_is_overlooked(self):
        self.assertEqual(len(native_routes(self.native)), self.native.count("{Method::"))
        table = self.served.split("static const std::vector<RouteSpec> routes{")[1]
        self.assertEqual(len(served_routes(table)), len(re.findall(r"^ +(?:get|post)\(", table, re.M)))

    def test_the_description_has_the_routes_their_names_and_their_roles(self):
        table = self.served.split("static const std::vector<RouteSpec> routes{")[1]
        routes = native_routes(self.native) | served_routes(table)
        described = described_operations(self.text)
        self.assertEqual({}, {k: v for k, v in routes.items() if described.get(k) != v},
                         "in a route table, and not so in schemas/openapi.yaml")
        self.assertEqual({}, {k: v for k, v in described.items() if k not in routes},
                         "in schemas/openapi.yaml, and in no route table")

    def test_names_of_operations_are_unique(self):
        names = [name for name, _ in described_operations(self.text).values()]
        self.assertEqual(len(names), len(set(names)))

    def test_every_reference_leads_somewhere(self):
        there = components(self.text)
        asked = set(re.findall(r"\$ref: '?(#/components/[\w/-]+)", self.text))
        self.assertEqual(set(), asked - there)
        self.assertGreater(len(asked), 20)

    def test_rows_have_the_members_that_the_program_gives_them(self):
        for row in ROWS:
            with self.subTest(row):
                self.assertEqual(sorted(members_of(self.rows, row)),
                                 sorted(properties_of(self.text, row)))


if __name__ == "__main__":
    OpenApi.root = pathlib.Path(sys.argv.pop(1))
    unittest.main()

"""schemas/openapi.yaml says what the route tables and the rows say: nothing more, nothing less.

Only the shape that the document keeps is read, so no YAML library is needed: a section at the left
margin, a path or a kind of component below it at two spaces, a method or a component's name at four.

usage: openapi_test.py SOURCE-ROOT
"""

import dataclasses
import pathlib
import re
import sys
import unittest

DOCUMENT = "schemas/openapi.yaml"
NATIVE = "api/routes/route_table.cpp"
SERVED = "api/routes/served_systems.cpp"
ROWS = "projections/rows.h"
SHOWN_ROWS = ("TicketRow", "ActionRow", "ApprovalRow", "ResolutionRow", "VoteRow", "StateChange",
              "ActionStep", "RollbackRow", "RollbackIncidentRow", "ResolutionCounts", "ActionCounts",
              "TicketCounts", "AnswerRow", "SlaCounts")

STRING = r'"([^"]*)"'
NATIVE_ROUTE = re.compile(
    rf"\{{Method::(\w+), {STRING}, {STRING}, Needs::(\w+), k(Reads|Writes), kNative, {STRING}, \w+"
    r'(?:, http::Slash::as_written, "\w+")?\},')
SERVED_ROUTE = re.compile(
    r'(?:\bbrings_in\("\w+",\s*)?'
    rf"\b(get|post)\({STRING},\s*{STRING},\s*(?:Needs::(\w+),\s*)?{STRING},\s*[\w<>]+\)\)?,")
TABLE = re.compile(r"std::vector<RouteSpec> routes\{\n(.*?)\n  \};", re.DOTALL)
COMMENT = re.compile(r"//[^\n]*")
# As RouteSpec's Needs are shown: word() in api/routes/mount.cpp.
ROLES = {"nobody": "none", "operator_": "operator", "deployment": "deployment-admin"}
METHODS = {"del": "delete"}
# Doing these twice is the same as once, so they ask for no key.
REPEATABLE = {"keys.revoke"}


@dataclasses.dataclass
class Route:
    method: str
    path: str
    name: str
    role: str
    summary: str
    writes: bool
    native: bool


def table_of(source):
    return COMMENT.sub("", TABLE.search(source).group(1))


def read_native(source):
    """The routes, and what of the table could not be read as one."""
    table = table_of(source)
    routes = []
    for method, path, name, needs, kind, summary in NATIVE_ROUTE.findall(table):
        routes.append(Route(METHODS.get(method, method), path.replace("...}", "}"), name,
                            ROLES.get(needs, needs), summary, kind == "Writes", True))
    return routes, NATIVE_ROUTE.sub("", table).strip()


def read_served(source):
    table = table_of(source)
    routes = []
    for method, path, name, needs, summary in SERVED_ROUTE.findall(table):
        needs = needs or "viewer"
        routes.append(Route(method, path, name, ROLES.get(needs, needs), summary,
                            method == "post", False))
    return routes, SERVED_ROUTE.sub("", table).strip()


def read_document(text):
    """{(section, first key, second key): the lines below it}"""
    blocks = {}
    section = first = block = None
    for line in text.splitlines():
        if re.match(r"\s*(#|$)", line):
            continue
        match = re.match(r"( *)(\S+?):(?: |$)", line)
        indent = len(match.group(1)) if match else None
        key = match.group(2).strip("'\"") if match else None
        if indent == 0:
            section, first, block = key, None, None
        elif indent == 2:
            first, block = key, None
        elif indent == 4 and first:
            block = blocks.setdefault((section, first, key), [])
            block.append(line)
        elif block is not None:
            block.append(line)
    return {where: "\n".join(lines) for where, lines in blocks.items()}


def member(block, name):
    """The text of an operation's own member; None when it has none."""
    match = re.search(rf"^      {re.escape(name)}: *(.*)$", block, re.MULTILINE)
    return match.group(1).strip().strip("'\"") if match else None


def references(block):
    return re.findall(r"#/components/(\w+)/([\w-]+)", block)


def path_parameters(block, blocks):
    """Names of the parameters in the path that an operation describes."""
    names = set()
    for text in [block] + [blocks.get(("components",) + found, "") for found in references(block)]:
        names.update(re.findall(r"\bname: (\w+),?\s+in: path\b", text))
    return names


def faults_of(route, block, blocks):
    place = f"{route.method.upper()} {route.path}"
    for name, wanted in (("operationId", route.name), ("summary", route.summary),
                         ("x-recourse-role", route.role)):
        if member(block, name) != wanted:
            yield f"{place}: {name} is {member(block, name)}, the table says {wanted}"
    open_to_all = member(block, "security") == "[]"
    if member(block, "security") is None or open_to_all != (route.role == "none"):
        yield f"{place}: security does not fit the role {route.role}"
    keys = [name for _kind, name in references(block) if name.endswith("IdempotencyKey")]
    wanted = ["IdempotencyKey" if route.native else "OptionalIdempotencyKey"]
    if not route.writes or route.name in REPEATABLE:
        wanted = []
    if keys != wanted:
        yield f"{place}: its parameters name {keys} where {wanted} is right"
    missing = set(re.findall(r"\{(\w+)\}", route.path)) - path_parameters(block, blocks)
    if missing:
        yield f"{place}: path parameters without a description: {sorted(missing)}"
    if not re.search(r"^        '2\d\d':", block, re.MULTILINE):
        yield f"{place}: says nothing about success"
    if not re.search(r"^        default:", block, re.MULTILINE):
        yield f"{place}: says nothing about problems"
    if route.role != "none" and "headers/Recourse-Position'" not in block:
        yield f"{place}: says nothing about Recourse-Position"


def rows_that_differ(header, text):
    blocks = read_document(text)
    for row in SHOWN_ROWS:
        described = re.search(rf"BOOST_DESCRIBE_STRUCT\({row}, \(\),\s*\(([^)]*)\)\)", header)
        block = blocks.get(("components", "schemas", row), "")
        given = set(re.findall(r"\w+", described.group(1)))
        shown = set(re.findall(r"^        (\w+):", block, re.MULTILINE))
        if given != shown:
            yield f"{row}: {sorted(given ^ shown)} are in {ROWS} or in {DOCUMENT}, not in both"


def compare(routes, text):
    blocks = read_document(text)
    operations = {(path, method): block for (section, path, method), block in blocks.items()
                  if section == "paths"}
    found = []
    for route in routes:
        block = operations.pop((route.path, route.method), None)
        if block is None:
            found.append(f"{route.method.upper()} {route.path} ({route.name}): not in {DOCUMENT}")
        else:
            found.extend(faults_of(route, block, blocks))
    names = [member(block, "operationId") for where, block in blocks.items() if where[0] == "paths"]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        found.append(f"operationId {name}: given to more than one operation")
    for path, method in operations:
        found.append(f"{method.upper()} {path}: in {DOCUMENT}, but no table has it")
    components = {where[1:] for where in blocks if where[0] == "components"}
    used = set(references(text))
    for kind, name in sorted(used - components):
        found.append(f"#/components/{kind}/{name}: referred to, but not there")
    for kind, name in sorted(components - used):
        if kind != "securitySchemes":
            found.append(f"#/components/{kind}/{name}: there, but nothing refers to it")
    return found


class OpenApi(unittest.TestCase):
    root = None

    def test_document_and_tables_say_the_same(self):
        native, native_rest = read_native((self.root / NATIVE).read_text(encoding="utf-8"))
        served, served_rest = read_served((self.root / SERVED).read_text(encoding="utf-8"))
        self.assertEqual(native_rest, "", f"this of {NATIVE} is no route that this test can read")
        self.assertEqual(served_rest, "", f"this of {SERVED} is no route that this test can read")
        self.assertTrue(native and served)
        found = compare(native + served, (self.root / DOCUMENT).read_text(encoding="utf-8"))
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_rows_have_the_members_that_the_program_gives_them(self):
        found = list(rows_that_differ((self.root / ROWS).read_text(encoding="utf-8"),
                                      (self.root / DOCUMENT).read_text(encoding="utf-8")))
        self.assertFalse(found, "\n" + "\n".join(found))

    NATIVE_TABLE = """  static const std::vector<RouteSpec> routes{
      // A comment.
      {Method::get, "/healthz", "healthz", Needs::nobody, kReads, kNative, "Runs", show_health},
      {Method::del, "/v1/keys/{key}", "keys.drop", Needs::admin, kWrites, kNative, "Drop", drop_key},
      {Method::get, "/v1/tile/{path...}", "tile", Needs::viewer, kReads, kNative, "Tiles", tile},
  };
"""
    SERVED_TABLE = """  static const std::vector<RouteSpec> routes{
      post("/api/tickets", "create", Needs::operator_, "Open a ticket",
           as_user<create_ticket>),
      get("/api/tickets", "list", "Tickets", as_user<list_tickets>),
  };
"""
    GOOD = """openapi: 3.1.0
paths:
  /healthz:
    get:
      operationId: healthz
      summary: Runs
      x-recourse-role: none
      security: []
      responses:
        '200': {description: Runs.}
        default: {description: Does not.}
  /v1/keys/{key}:
    delete:
      operationId: keys.drop
      summary: Drop
      x-recourse-role: admin
      security: [{bearerAuth: []}]
      parameters:
        - $ref: '#/components/parameters/key'
        - $ref: '#/components/parameters/IdempotencyKey'
      responses:
        '200':
          description: Dropped.
          headers: {Recourse-Position: {$ref: '#/components/headers/Recourse-Position'}}
        default: {description: Refused.}
components:
  parameters:
    key: {name: key, in: path, required: true}
    IdempotencyKey: {name: Idempotency-Key, in: header, required: true}
  headers:
    Recourse-Position: {schema: {type: integer}}
"""

    def test_the_tables_are_read(self):
        native, rest = read_native(self.NATIVE_TABLE)
        self.assertEqual(rest, "")
        self.assertEqual([(r.method, r.path, r.role, r.writes) for r in native],
                         [("get", "/healthz", "none", False),
                          ("delete", "/v1/keys/{key}", "admin", True),
                          ("get", "/v1/tile/{path}", "viewer", False)])
        served, rest = read_served(self.SERVED_TABLE)
        self.assertEqual(rest, "")
        self.assertEqual([(r.method, r.path, r.name, r.role, r.writes) for r in served],
                         [("post", "/api/tickets", "create", "operator", True),
                          ("get", "/api/tickets", "list", "viewer", False)])

    def test_a_line_that_cannot_be_read_is_not_passed_over(self):
        _routes, rest = read_native(self.NATIVE_TABLE.replace("kReads, kNative", "kReads, kOther", 1))
        self.assertIn("/healthz", rest)
        _routes, rest = read_served(self.SERVED_TABLE.replace("get(", "patch("))
        self.assertIn("patch(", rest)

    def test_each_fault_is_found_and_named(self):
        routes = read_native(self.NATIVE_TABLE)[0][:2]
        self.assertEqual(compare(routes, self.GOOD), [])
        for old, new, says in (
            ("/healthz:", "/health:", "GET /healthz (healthz): not in"),
            ("/healthz:", "/health:", "GET /health: in schemas/openapi.yaml, but no table"),
            ("    delete:", "    post:", "DELETE /v1/keys/{key} (keys.drop): not in"),
            ("operationId: keys.drop", "operationId: keys.take", "operationId is keys.take"),
            ("summary: Drop", "summary: Take", "summary is Take, the table says Drop"),
            ("operationId: keys.drop", "operationId: healthz", "given to more than one operation"),
            ("role: admin", "role: agent", "x-recourse-role is agent, the table says admin"),
            ("security: []\n", "security: [{bearerAuth: []}]\n", "GET /healthz: security"),
            ("        - $ref: '#/components/parameters/key'\n", "", "without a description: ['key']"),
            ("        - $ref: '#/components/parameters/IdempotencyKey'\n", "", "parameters name []"),
            ("'200': {", "'404': {", "GET /healthz: says nothing about success"),
            ("        default: {description: Refused.}\n", "", "says nothing about problems"),
            ("headers/Recourse-Position'", "headers/Position'", "nothing about Recourse-Position"),
            ("headers/Recourse-Position'", "headers/Position'", "Position: referred to, but not there"),
            ("headers/Recourse-Position'", "headers/Position'", "Position: there, but nothing refers"),
        ):
            with self.subTest(says):
                self.assertIn(old, self.GOOD)
                found = compare(routes, self.GOOD.replace(old, new))
                self.assertTrue(any(says in fault for fault in found), found)

    def test_a_member_that_only_one_side_has_is_found(self):
        header = "".join(f"BOOST_DESCRIBE_STRUCT({row}, (),\n  (a, b))\n" for row in SHOWN_ROWS)
        text = "components:\n  schemas:\n" + "".join(
            f"    {row}:\n      properties:\n        a: {{}}\n        b: {{}}\n" for row in SHOWN_ROWS)
        self.assertEqual(list(rows_that_differ(header, text)), [])
        found = list(rows_that_differ(header, text.replace("        b: {}\n", "        c: {}\n", 1)))
        self.assertEqual(len(found), 1)
        self.assertIn("TicketRow: ['b', 'c']", found[0])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    OpenApi.root = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1])

"""Names that say something, files that hold one idea, no unfinished work, no test left out.

usage: names_test.py SOURCE-ROOT TEST_FOLDERS.TXT   (TEST_FOLDERS.TXT: a folder under tests/ a line)
"""

import os
import pathlib
import re
import sys
import tempfile
import unittest

FOLDERS = (".ci", "cmake", "engine", "projections", "api", "tools", "schemas", "tests", "docs")
PRODUCT = ("engine", "projections", "api", "tools", "schemas")
NOT_OURS = {"node_modules", "dist", "build", "golden", "__pycache__"}
CODE = {".h", ".cpp", ".py", ".ts", ".tsx", ".js", ".css", ".cmake", ".sh"}
LINES = 600
SAYS_NOTHING = {"manager", "managers", "helper", "helpers", "util", "utils", "utility", "utilities",
                "common", "misc"}
# Written apart, so that this file does not find itself when its folder is checked too.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|TB" r"D)\b|not (?:yet )?imple" r"mented")


def words_of(name):
    """ticketUtils.test.ts -> ticket, utils, test, ts."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", apart) if word]


def files(root, folders):
    for top in folders:
        for at, inner, names in os.walk(root / top):
            inner[:] = sorted(set(inner) - NOT_OURS)
            for name in sorted(names):
                yield pathlib.Path(at, name)


def vague_names(root):
    found = []
    for path in files(root, FOLDERS):
        name = path.relative_to(root).as_posix()
        vague = sorted(SAYS_NOTHING & set(words_of(name)))
        if vague:
            found.append(f"{name}: '{vague[0]}' does not say what is inside; name it by its one idea")
    return found


def long_files(root):
    found = []
    for path in files(root, FOLDERS):
        if path.suffix in CODE:
            count = len(path.read_text(encoding="utf-8").splitlines())
            if count > LINES:
                name = path.relative_to(root).as_posix()
                found.append(f"{name}: {count} lines, more than {LINES}; which two ideas does it hold?")
    return found


def unfinished(root):
    found = []
    for path in files(root, PRODUCT):
        if path.suffix in CODE:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = UNFINISHED.search(line)
                if match:
                    found.append(f"{path.relative_to(root).as_posix()}:{number}: {match.group()}")
    return found


def lost_tests(root, registered):
    found = []
    for path in files(root / "tests", (".",)):
        folder = path.parent.relative_to(root / "tests").as_posix()
        if path.name.endswith("_test.cpp") and folder not in registered:
            found.append(f"tests/{folder}/{path.name}: no recourse_test_folder({folder}) builds it")
    return found


class Names(unittest.TestCase):
    root = None
    registered = None

    def check(self, found):
        self.assertFalse(found, "\n" + "\n".join(found))

    def test_every_name_says_what_is_inside(self):
        self.check(vague_names(self.root))

    def test_no_file_is_longer_than_one_idea(self):
        self.check(long_files(self.root))

    def test_no_product_code_is_marked_as_unfinished(self):
        self.check(unfinished(self.root))

    def test_every_test_is_built(self):
        self.check(lost_tests(self.root, self.registered))

    def test_each_fault_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {
                "engine/base/ticket_utils.h": "// TO" "DO: all of it\n",
                "api/dashboard/src/RollbackManager.tsx": "",
                "api/dashboard/node_modules/common/index.js": "",
                "engine/base/long.cpp": "\n" * (LINES + 1),
                "engine/base/commonplace.h": "\n" * LINES,
                "tests/unit/engine/base/a_test.cpp": "",
                "tests/lost/b_test.cpp": "",
            }.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            self.assertEqual([f.split(":")[0] for f in vague_names(root)],
                             ["engine/base/ticket_utils.h", "api/dashboard/src/RollbackManager.tsx"])
            self.assertEqual([f.split(":")[0] for f in long_files(root)], ["engine/base/long.cpp"])
            self.assertEqual(unfinished(root), ["engine/base/ticket_utils.h:1: TO" "DO"])
            self.assertEqual([f.split(":")[0] for f in lost_tests(root, ["unit/engine/base"])],
                             ["tests/lost/b_test.cpp"])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Names.root = pathlib.Path(sys.argv[1])
    Names.registered = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8").split()
    unittest.main(argv=sys.argv[:1])

"""Every test that docs/lessons.md names exists, and every row names one.

usage: lessons_test.py SOURCE-ROOT
"""

import pathlib
import re
import sys
import unittest

DOCUMENT = "docs/lessons.md"
NAMED = re.compile(r"`([^`]+)`")
# TEST_CASE("a " "b"), TEST_CASE_FIXTURE(Desk, "..."), SUBCASE("...")
IN_CPP = re.compile(r'(?:TEST_CASE|SUBCASE)(?:_FIXTURE\(\s*\w+,|\()\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
IN_PYTHON = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def names_in_cpp(text):
    return {"".join(TEXT.findall(words)) for words in IN_CPP.findall(text)}


def tests_of(root):
    names = set()
    for path in (root / "tests").rglob("*_test.cpp"):
        names |= names_in_cpp(path.read_text(encoding="utf-8"))
    for path in (root / "tests").rglob("*_test.py"):
        names |= set(IN_PYTHON.findall(path.read_text(encoding="utf-8")))
    return names


def rows_of(document):
    """The last cell of every row of every table, with its line number."""
    for number, line in enumerate(document.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        is_row = line.startswith("|") and not set(line) <= set("|- ")
        if is_row and not cells[-1].startswith("Shown by"):
            yield number, cells[-1]


def missing(document, names):
    found = []
    for number, cell in rows_of(document):
        named = NAMED.findall(cell)
        if not named:
            found.append(f"line {number} names no test")
        found += [f"line {number}: there is no test `{name}`" for name in named if name not in names]
    return found


class Lessons(unittest.TestCase):
    def test_every_named_test_exists(self):
        document = (ROOT / DOCUMENT).read_text(encoding="utf-8")
        self.assertGreater(len(list(rows_of(document))), 40)
        self.assertEqual([], missing(document, tests_of(ROOT)))

    def test_tests_named_in_the_text_exist_too(self):
        document = (ROOT / DOCUMENT).read_text(encoding="utf-8").replace("\n", " ")
        sentences = [name for name in NAMED.findall(document) if " " in name and "#" not in name]
        self.assertEqual([], sorted(set(sentences) - tests_of(ROOT)))

    def test_a_name_that_is_nobodys_is_told(self):
        rows = "| Lesson | Shown by |\n|---|---|\n| one | `a test` |\n| two | `nobody` |\n| three | |\n"
        self.assertEqual(["line 4: there is no test `nobody`", "line 5 names no test"],
                         missing(rows, {"a test"}))

    def test_names_are_read_as_they_are_written(self):
        text = 'TEST_CASE("one " \n "two") TEST_CASE_FIXTURE(Desk,\n  "three") SUBCASE("four")'
        self.assertEqual({"one two", "three", "four"}, names_in_cpp(text))


if __name__ == "__main__":
    ROOT = pathlib.Path(sys.argv.pop(1))
    unittest.main()

"""Lists the libraries the program links, and fails when one it is built on is not really used.

Being linked is not enough: for a shared library a symbol of it must be called, for a header library
code of it must be in the program.

usage: linked_libraries_test.py RECOURSE UNIT-TEST     (the program, and a unit test beside it)
"""

import re
import subprocess
import sys
import unittest

# name: (shared library or None for a header library, a symbol that only its use brings)
PROGRAM_USES = {
    "RocksDB": ("librocksdb", r"^rocksdb::"),
    "Boost.Asio": (None, r"\bboost::asio::"),
    "cpp-httplib": ("libcpp-httplib", r"^httplib::"),
    "Pango": ("libpangocairo", r"^pango_cairo_"),
    "simdjson": ("libsimdjson", r"^simdjson::"),
    "xxHash": ("libxxhash", r"^XXH"),
    "spdlog": ("libspdlog", r"^spdlog::"),
    "OpenSSL": ("libcrypto", r"^EVP_"),
    "jemalloc": ("libjemalloc", r"^operator new"),
    "libyaml": ("libyaml", r"^yaml_"),
}
TESTS_USE = {"doctest": (None, r"\bdoctest::")}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def shared_libraries(program):
    """name -> file, as the loader finds them; only those the program itself asks for."""
    needed = set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", "-W", program)))
    found = dict(re.findall(r"^\s*(\S+) => (.+?) \(0x", run("ldd", program), re.M))
    return {name: found.get(name, "not found") for name in sorted(needed)}


def symbols(program, *flags):
    return run("nm", "-C", "--no-sort", "--format=just-symbols", *flags, program).splitlines()


def report(program, wanted):
    linked = shared_libraries(program)
    called = symbols(program, "-D", "--undefined-only")
    inside = symbols(program, "--defined-only")
    lines, missing = [], []
    for name, (library, pattern) in wanted.items():
        among = called if library else inside
        count = sum(1 for symbol in among if re.search(pattern, symbol))
        file = next((f for l, f in linked.items() if library and l.startswith(library)), None)
        place = file or ("not linked" if library else "headers only")
        lines.append(f"  {name:12} {place}: {count} symbols")
        if count == 0 or (library and not file):
            missing.append(name)
    return lines, missing


class LinkedLibraries(unittest.TestCase):
    program = None
    unit_test = None

    def check(self, program, wanted):
        lines, missing = report(program, wanted)
        print("\n".join([program, *lines]), flush=True)
        self.assertEqual(missing, [], "linked but not used, or not linked")

    def test_the_program_uses_what_it_is_built_on(self):
        self.check(self.program, PROGRAM_USES)

    def test_the_unit_tests_use_doctest(self):
        self.check(self.unit_test, TESTS_USE)

    def test_a_library_that_is_not_used_is_named(self):
        self.assertEqual(report(self.unit_test, {"none": ("libnone", r"^none::")})[1], ["none"])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    LinkedLibraries.program, LinkedLibraries.unit_test = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])

"""Compares every #include with the modules' USES: a wrong arrow names its file, line and choices.

usage: include_test.py SOURCE-ROOT MODULES.TXT      (MODULES.TXT: "module layer uses..." a line)
"""

import pathlib
import re
import sys
import tempfile
import unittest

PRODUCT = ("engine", "projections", "api", "tools")
# The engine and the read models know no HTTP.
NO_HTTP = ("engine/", "projections")
HTTP_HEADER = re.compile(r"httplib\.h$|boost/beast")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def read_modules(text):
    """module -> every module it may include, itself first."""
    uses = {}
    for line in text.splitlines():
        if line.strip():
            module, _layer, *used = line.split()
            uses[module] = used

    def reach(module, seen):
        for used in uses[module]:
            if used not in seen:
                seen.append(used)
                reach(used, seen)
        return seen

    return {module: reach(module, [module]) for module in uses}


def module_of(path, modules):
    """The module whose folder holds `path`; the innermost when folders are nested."""
    holders = [m for m in modules if path.startswith(m + "/")]
    return max(holders, key=len, default=None)


def sources(root):
    for top in PRODUCT:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp") and "node_modules" not in path.parts:
                yield path


def wrong_arrows(root, modules):
    found = []
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        own = module_of(name, modules)
        if own is None:
            found.append(f"{name}: lies in no module; add recourse_module() for its folder")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            place = f"{name}:{number}"
            quoted, angled = match.groups()
            header = quoted or angled
            if HTTP_HEADER.search(header) and own.startswith(NO_HTTP):
                found.append(f"{place}: {own} includes {header}, but knows no HTTP")
            if angled and module_of(angled, modules):
                found.append(f'{place}: write "{angled}" in quotes, it is ours')
            if not quoted:
                continue
            target = module_of(quoted, modules)
            if target is None:
                found.append(f'{place}: "{quoted}" is no path from the repository root to a module')
            elif target not in modules[own]:
                allowed = ", ".join(sorted(modules[own]))
                found.append(f"{place}: {own} may not include {target} ({quoted}); allowed: {allowed}")
    return found


class Includes(unittest.TestCase):
    root = None
    modules = None

    def test_no_include_goes_where_it_may_not(self):
        self.assertGreater(sum(1 for _ in sources(self.root)), 0, "no sources found")
        arrows = wrong_arrows(self.root, self.modules)
        self.assertFalse(arrows, "\n" + "\n".join(arrows))

    def test_a_wrong_arrow_is_found_and_named(self):
        modules = read_modules("engine/base 0\nengine/event 1 engine/base\nprojections 2 engine/event\n")
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {
                "engine/event/a.h": '#include "engine/base/b.h"\n#include <vector>\n',
                "projections/p.cpp": '#include "projections/p.h"\n#include "engine/base/b.h"\n',
                "engine/event/up.cpp": '\n#include "projections/p.h"\n#include "b.h"\n#include <httplib.h>\n',
                "tools/lost.cpp": "",
            }.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            self.assertEqual(
                wrong_arrows(root, modules),
                [
                    "engine/event/up.cpp:2: engine/event may not include projections "
                    "(projections/p.h); allowed: engine/base, engine/event",
                    'engine/event/up.cpp:3: "b.h" is no path from the repository root to a module',
                    "engine/event/up.cpp:4: engine/event includes httplib.h, but knows no HTTP",
                    "tools/lost.cpp: lies in no module; add recourse_module() for its folder",
                ],
            )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Includes.root = pathlib.Path(sys.argv[1])
    Includes.modules = read_modules(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    unittest.main(argv=sys.argv[:1])

"""An erasure, and the end of its key epoch, are killed whenever something is about to be put on stable
storage. After each the same holds: it is not begun, or it goes on to its end.

usage: erasure_crash_test.py RECOURSE
All points instead of those that matter most: RECOURSE_CRASH_POINTS=all
"""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from running_server import RunningServer

CANARY = "Quagmire-Zanzibar-7731"
ADDRESS = "quagmire.zanzibar.7731@example.com"
ERASE = ("erase", "--email", ADDRESS, "--data", "data")
ROTATE = ("kek", "rotate", "--no-backup", "--data", "data")


class Point(collections.namedtuple("Point", "path number")):
    """The `number`th time that the file is put on stable storage."""


class ErasureCrash(RunningServer):
    def setUp(self):
        if shutil.which("strace") is None:
            self.skipTest("no strace here")
        super().setUp()
        for address, title in ((ADDRESS, CANARY), ("joe@example.com", "Joe's printer")):
            self.made("/v1/tickets", {"title": title, "customer_email": address})
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None
        self.home = self.folder
        self.folder = self.home / "whole"
        self.folder.mkdir()
        for name in ("data", "data.kek"):
            (self.home / name).rename(self.folder / name)
        self.alone("backup", "--data", "data", "--to", "backups")

    def alone(self, *arguments):
        result = self.run_alone(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def strace(self, *arguments):
        result = subprocess.run(["strace", "-f", "-y", "-qq", "-e", "trace=fsync,fdatasync",
                                 *arguments], cwd=self.folder, capture_output=True, text=True,
                                timeout=120, check=False, env=self.environment())
        if "PTRACE" in result.stderr or "ptrace" in result.stderr:
            self.skipTest("nothing can be traced here")
        return result

    def points(self, command, first):
        """Where it can be killed, from the first sync of a file like `first` on."""
        result = self.strace("-o", "calls", self.program, *command)
        self.assertEqual(result.returncode, 0, result.stderr)
        calls = (self.folder / "calls").read_text(encoding="utf-8")
        paths = [os.path.relpath(path, self.folder.resolve())
                 for path in re.findall(r"sync\(\d+<([^>]*)>", calls)]
        seen = collections.Counter()
        found = []
        begun = False
        for path in paths:
            seen[path] += 1
            begun = begun or re.search(first, path) is not None
            if begun:
                found.append(Point(path, seen[path]))
        if os.environ.get("RECOURSE_CRASH_POINTS") == "all":
            return found
        # Within a rewrite of files nothing happens that RocksDB does not promise.
        return [point for point in found if not re.search(r"\.sst$|MANIFEST|/views", point.path)]

    def each_crash(self, command, first, check):
        """Kills it at each point and checks what is left. Always in the same folder, since the places
        of backups are remembered by their names."""
        before = self.home / "before"
        shutil.copytree(self.folder, before)
        points = self.points(command, first)
        self.assertGreater(len(points), 10)
        kills = 0
        for point in points:
            shutil.rmtree(self.folder)
            shutil.copytree(before, self.folder)
            result = self.strace("-o", "/dev/null", "-P", str(self.folder.resolve() / point.path),
                                 "-e", f"inject=fsync,fdatasync:signal=SIGKILL:when={point.number}",
                                 self.program, *command)
            kills += result.returncode != 0
            with self.subTest(point):
                check()
        self.assertGreater(kills, len(points) / 2)

    def told(self, kind):
        lines = self.alone("export", "--format", "ndjson", "--out", "-", "--data", "data")
        return [event["data"] for event in map(json.loads, lines.splitlines())
                if event["type"] == f"recourse.{kind}.v1"]

    def texts(self):
        out = f"bundle-{next(self.numbers)}"
        self.alone("export", "--format", "bundle", "--open", "--out", out, "--data", "data")
        return "".join(path.read_text(encoding="utf-8", errors="replace")
                       for path in (self.folder / out).rglob("*") if path.is_file())

    def journals(self):
        """Whom each knows."""
        known = []
        for name in ("data.kek.erasures.ndjson", "backups/erasures.ndjson"):
            path = self.folder / name
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            known.append({json.loads(line)["subject"] for line in text.splitlines()})
        return known

    def check_erased(self, dsr):
        text = self.texts()
        self.assertNotIn(CANARY, text)
        self.assertIn("Joe's printer", text)
        erased = {one["subject"] for one in self.told("subject.erased")}
        self.assertEqual(len(erased), 1)
        self.assertEqual(self.journals(), [erased, erased])
        self.alone("verify", "--data", "data")
        if not self.told("erasure.certified"):
            self.alone(*ROTATE)
        self.assertIn("recourse/erasure-certificate@v1",
                      self.alone("erase", "--certificate", "--dsr", dsr, "--data", "data"))
        self.assertEqual(len(self.told("erasure.certified")), 1)

    def test_an_erasure_is_not_begun_or_goes_on_to_its_end(self):
        outcomes = collections.Counter()

        def check():
            self.alone("retention", "run", "--dry-run", "--data", "data")  # A start like any other.
            received = [one["dsr"] for one in self.told("dsr.received")]
            self.assertLessEqual(len(received), 1)
            if self.told("subject.erased"):
                outcomes["over"] += 1
                return self.check_erased(received[0])
            outcomes["begun" if received else "not begun"] += 1
            self.assertIn(CANARY, self.texts())
            self.assertEqual(self.journals(), [set(), set()])
            self.alone(*(("erase", "--dsr", received[0], "--data", "data") if received else ERASE))
            return self.check_erased(self.told("dsr.received")[0]["dsr"])
        self.each_crash(ERASE, r"data/ledger/\d+\.log$", check)
        self.assertLessEqual({"over", "begun"}, set(outcomes), outcomes)

    def test_the_end_of_its_epoch_is_not_begun_or_is_gone_on_with(self):
        self.alone(*ERASE)
        shutil.copytree(self.folder / "data", self.folder / "older")
        dsr = self.told("dsr.received")[0]["dsr"]

        def check():
            self.alone("retention", "run", "--dry-run", "--data", "data")
            self.assertNotIn(CANARY, self.texts())
            self.alone(*ROTATE)
            self.check_erased(dsr)
            self.assertFalse((self.folder / "data.kek.next").exists())
            # No key that is left opens what was there before.
            opened = self.run_alone("retention", "run", "--dry-run", "--data", "older", "--kek",
                                    "data.kek")
            self.assertNotEqual(opened.returncode, 0)
            self.assertIn("does not belong to the key store", opened.stderr)
        self.each_crash(ROTATE, r"data\.kek\.next", check)


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

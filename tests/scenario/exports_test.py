"""What leaves the program as lines or as a bundle, also onto a disk that is full.

usage: exports_test.py RECOURSE [unittest arguments]
"""

import json
import os
import re
import subprocess
import sys
import unittest

from program_in_folder import COULD_NOT_TELL, DONE, PROBLEM, UNTIL, WRONG_USAGE, Folder


class Export(Folder):
    def setUp(self):
        super().setUp()
        self.demo()

    def check(self, bundle):
        return subprocess.run([sys.executable, bundle / "verify.py", bundle], capture_output=True,
                              text=True, check=False)

    def test_a_bundle_is_verified_without_the_program_and_a_changed_one_is_not(self):
        bundle = self.folder / "evidence"
        made = json.loads(self.succeed("export", "--format", "bundle", "--out", bundle, "--json",
                                       "--data", self.data))
        self.assertTrue(made["anchored"])
        checked = self.check(bundle)
        self.assertEqual(checked.returncode, DONE, checked.stdout + checked.stderr)
        self.assertIn("export.created",
                      self.succeed("tail", "--tenant", "meta", "-n", "3", "--data", self.data))
        self.refuse(PROBLEM, "empty", "export", "--format", "bundle", "--out", bundle, "--data",
                    self.data)
        leaves = (bundle / "leaves.ndjson").read_bytes()
        (bundle / "leaves.ndjson").write_bytes(leaves.replace(b"allow", b"allov", 1))
        self.assertEqual(self.check(bundle).returncode, PROBLEM)

    def test_beside_a_server_what_it_signed_is_exported(self):
        process, _, _ = self.start("serve", "--data", self.data, "--listen", "127.0.0.1:0")
        bundle = self.folder / "evidence"
        self.succeed("export", "--format", "bundle", "--out", bundle, "--data", self.data)
        checked = self.check(bundle)
        self.assertEqual(checked.returncode, DONE, checked.stdout + checked.stderr)
        self.refuse(COULD_NOT_TELL, "holds the data directory", "export", "--format", "bundle",
                    "--open", "--out", self.folder / "opened", "--data", self.data)
        self.assertEqual(self.stop(process), DONE)

    def test_lines_are_those_of_the_log(self):
        file = self.folder / "events.ndjson"
        self.succeed("export", "--format", "ndjson", "--out", file, "--data", self.data)
        self.assertEqual(file.read_text(),
                         self.succeed("tail", "--json", "-n", "100000", "--data", self.data))
        self.refuse(PROBLEM, "exists", "export", "--format", "ndjson", "--out", file, "--data",
                    self.data)
        some = self.succeed("export", "--format", "ndjson", "--out", "-", "--from", "10", "--to",
                            "20", "--data", self.data)
        self.assertEqual(some.splitlines(), file.read_text().splitlines()[10:20])
        self.refuse(WRONG_USAGE, "--format bundle", "export", "--format", "ndjson", "--open",
                    "--out", "-", "--data", self.data)


class Periods(Folder):
    def test_a_period_that_nobody_can_mean_is_refused(self):
        self.demo()
        for form in ("ndjson", "bundle"):
            for says, *period in [("empty", "--from", "5", "--to", "5"),
                                  ("reversed", "--from", "9", "--to", "5"),
                                  ("reversed", "--from", UNTIL, "--to", "2026-01-01T00:00:00Z"),
                                  ("future", "--from", "2999-01-01T00:00:00Z"),
                                  ("future", "--to", "2999-01-01T00:00:00Z")]:
                self.refuse(WRONG_USAGE, says, "export", "--format", form, "--out", "none", *period,
                            "--data", self.data)
                self.assertFalse((self.folder / "none").exists())
        self.refuse(COULD_NOT_TELL, "after the newest", "export", "--format", "bundle", "--out", "none",
                    "--from", "100000", "--data", self.data)


class FullDisk(Folder):
    """A small file system of its own, where the kernel lets us mount one."""

    def in_own_mounts(self, script):
        wrapped = f"""mkdir -p disk && mount -t tmpfs -o size=160m none disk || exit 99
R={self.program}
{script}"""
        try:
            result = subprocess.run(["unshare", "-rm", "sh", "-c", wrapped], capture_output=True,
                                    text=True, cwd=self.folder, timeout=120, check=False,
                                    env=self.environment())
        except FileNotFoundError:
            self.skipTest("no unshare here")
        if result.returncode == 99 or "unshare" in result.stderr:
            self.skipTest("no file system can be mounted here")
        return result

    def test_a_full_disk_is_called_so_and_room_is_the_cure(self):
        result = self.in_own_mounts("""
$R demo --no-serve --data disk/data >/dev/null || exit 1
head -c 150M /dev/zero > disk/fill 2>/dev/null
$R key create --role viewer --data disk/data; echo "code $?"
$R tail -n 1 --data disk/data >/dev/null; echo "read $?"
$R doctor --data disk/data | grep 'problem  disk'
rm disk/fill
$R key create --role viewer --data disk/data >/dev/null; echo "code $?"
$R verify --data disk/data >/dev/null; echo "verify $?"
""")
        self.assertEqual(re.findall(r"^(?:code|read|verify) \d+$", result.stdout, re.M),
                         ["code 2", "read 0", "code 0", "verify 0"], result.stdout + result.stderr)
        self.assertIn("problem  disk", result.stdout)
        self.assertRegex(result.stderr, r"^recourse key create: .*; make room\n$")

    def test_an_export_that_does_not_fit_leaves_nothing(self):
        result = self.in_own_mounts("""
mkdir -p small && mount -t tmpfs -o size=64k none small || exit 99
$R demo --no-serve --data disk/data >/dev/null || exit 1
$R export --format ndjson --out small/events.ndjson --data disk/data; echo "code $?"
ls small
""")
        self.assertEqual(result.stdout, "code 2\n", result.stderr)
        self.assertIn("; make room", result.stderr)

    def test_a_bundle_that_does_not_fit_is_marked_and_made_anew_when_there_is_room(self):
        for form in ("bundle", "soc2"):
            result = self.in_own_mounts(f"""
mkdir -p small && mount -t tmpfs -o size=300k none small || exit 99
$R demo --no-serve --data disk/data >/dev/null || exit 1
$R export --format {form} --out small/out --data disk/data >/dev/null; echo "code $?"
test -e small/out/INCOMPLETE; echo "marked $?"
$R verify --bundle small/out >/dev/null 2>&1; echo "verify $?"
mount -o remount,size=80m small
$R export --format {form} --out small/out --data disk/data >/dev/null; echo "code $?"
$R verify --bundle small/out >/dev/null; echo "verify $?"
mkdir small/own && touch small/own/mine && echo keep > small/own/INCOMPLETE
$R export --format {form} --out small/own --data disk/data >/dev/null 2>&1; echo "code $?"
cat small/own/INCOMPLETE && ls small/own
""")
            self.assertEqual(result.stdout.split("\n")[:9],
                             ["code 2", "marked 0", "verify 1", "code 0", "verify 0", "code 1", "keep",
                              "INCOMPLETE", "mine"], result.stdout + result.stderr)
            self.assertIn("make room", result.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Folder.program = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

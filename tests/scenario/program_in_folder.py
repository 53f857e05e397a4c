"""The program run in a folder of its own, for tests that see it as somebody at a terminal does."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

DONE, PROBLEM, COULD_NOT_TELL, WRONG_USAGE = 0, 1, 2, 64
UNTIL = "2026-01-30T16:00:00Z"


class Folder(unittest.TestCase):
    """A temporary folder for each test, and the program run in it."""

    program = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = str(self.folder / "data")

    def environment(self):
        return {k: v for k, v in os.environ.items() if not k.startswith("RECOURSE_")}

    def run_program(self, *arguments, timeout=120):
        return subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, cwd=self.folder, env=self.environment(), check=False)

    def succeed(self, *arguments):
        result = self.run_program(*arguments)
        self.assertEqual(result.returncode, DONE, result.stderr + result.stdout)
        return result.stdout

    def refuse(self, code, pattern, *arguments):
        """Fails with `code` and one line on standard error: recourse COMMAND: what; way out."""
        result = self.run_program(*arguments)
        self.assertEqual(result.returncode, code, result.stderr + result.stdout)
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertRegex(lines[0], r"^recourse( [a-z]+)*: .+; .+")
        self.assertRegex(lines[0], pattern)
        return lines[0]

    def start(self, *arguments):
        """A server, once it has said where it listens: (process, URL, what it printed before)."""
        process = subprocess.Popen([self.program, *map(str, arguments)], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=self.environment())
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        printed = ""
        for line in process.stdout:
            printed += line
            found = re.search(r"listens on (http://\S+?)\.? ", line)
            if found:
                return process, found.group(1), printed
        self.fail(f"no server: {printed}{process.stderr.read()}")

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=30)

    def demo(self, seed=7, data=None):
        return self.succeed("demo", "--no-serve", "--seed", seed, "--until", UNTIL, "--data",
                            data or self.data)

    def count(self, event_type):
        lines = self.succeed("export", "--format", "ndjson", "--out", "-", "--type", event_type,
                             "--data", self.data)
        return len(lines.splitlines())

    def roots(self, data):
        return {t["tenant"]: (t["size"], t["root"])
                for t in json.loads(self.succeed("tenant", "list", "--json", "--data", data))}

"""What a server counts by itself, as an auditor finds it: what came in (RC-17), and how much room there
was (RC-22). After a crash the hour that it cut is an exception.

usage: counted_test.py RECOURSE
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from running_server import RunningServer


class Counted(RunningServer):
    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def package(self, name):
        """The chapters of a package over all there is, which an independent script counts again."""
        done = self.run_alone("export", "--data", "data", "--format", "soc2", "--out", name,
                              "--deployment")
        self.assertEqual(done.returncode, 0, done.stderr)
        script = pathlib.Path(__file__).parent.parent / "unit/tools/soc2/recount.py"
        done = subprocess.run([sys.executable, "-B", script, self.folder / name], text=True,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads((self.folder / name / "report/package.json").read_text(encoding="utf-8"))
        return {chapter["control"]["id"]: chapter for chapter in report["chapters"]}

    def rows(self, name, control):
        path = self.folder / name / "controls" / control / "population.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def test_inputs_and_room(self):
        # A test that sees the hour change has two counters, and the same results.
        ticket = self.ticket()
        for _ in range(3):
            self.ticket()
        self.made(f"/v1/tickets/{ticket}/messages", {"from": "customer", "body": "Hello?"})
        status, _ = self.ask("POST", "/v1/tickets", self.admin, {"title": 7})
        self.assertEqual(status, 422)
        self.stop()
        chapters = self.package("first")
        self.assertEqual(chapters["RC-17"]["result"], "passed", chapters["RC-17"]["exceptions"])
        counted = [json.loads(line)["data"] for line in
                   self.run_alone("export", "--data", "data", "--format", "ndjson", "--out", "-",
                                  "--type", "ingress.counted").stdout.splitlines()]
        self.assertEqual(sum(one["received"] for one in counted), 6)
        self.assertEqual(sum(one["accepted"] for one in counted), 5)
        self.assertEqual(sum(one["rejected"] for one in counted), 1)
        sampled = [row for row in self.rows("first", "RC-22")
                   if row["type"] == "recourse.capacity.sampled.v1"]
        self.assertEqual(len(sampled), 1)

        # One is stopped and started again within the hour; the counters add up.
        self.start()
        self.ticket()
        self.stop()
        self.assertEqual(self.package("second")["RC-17"]["result"], "passed")

        # A crash, and what came in before is counted by nobody.
        self.start()
        for _ in range(2):
            self.ticket()
        self.kill_and_start()
        self.ticket()
        self.stop()
        crashed = self.package("crashed")["RC-17"]
        self.assertIn(crashed["result"], ("exceptions", "not_tested"))
        codes = {row["code"] for row in self.rows("crashed", "RC-17") if row["result"] != "ok"}
        self.assertTrue(codes <= {"still_in_time", "count_differs", "hour_not_counted"}, codes)
        self.assertTrue(codes)


if __name__ == "__main__":
    Counted.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

"""Builds of rows on a running server, and which events they may leave out, also after kill -9.

usage: projections_test.py PROGRAM
"""

import json
import os
import sys
import unittest

from running_server import RunningServer

OPENED = "recourse.ticket.opened.v1"


class Projections(RunningServer):
    def listed(self):
        return {one["projection"]: one
                for one in json.loads(self.done("admin", "rebuild", "list", "--json"))}

    def test_a_build_outlives_its_server_and_follows_the_list_of_what_may_be_left_out(self):
        for number in range(5):
            opened = self.ask("POST", "/v1/tickets", self.admin,
                              {"title": f"Ticket {number}", "customer_email": "jane@example.com"})
            self.assertEqual(opened[0], 201, opened)
        table = self.done("admin", "rebuild", "list")
        self.assertIn("current", table)
        self.assertEqual({one["state"] for one in self.listed().values()}, {"current"})

        self.refused("no type of event", "admin", "rebuild", "run", "tickets", "--park", "nonsense")
        self.refused("cannot be left out", "admin", "rebuild", "run", "tickets", "--park",
                     "recourse.projection.event_parked.v1")
        self.assertFalse((self.folder / "data" / "park").exists())
        self.done("admin", "rebuild", "run", "tickets", "--park", OPENED)
        self.assertEqual((self.folder / "data" / "park").read_text(encoding="utf-8"), OPENED + "\n")

        self.kill_and_start()
        self.done("admin", "rebuild", "status", "tickets")
        self.assertIn("candidate", self.listed()["tickets"])
        # Every event could be folded, so nothing was left out.
        self.assertIn("Equal at", self.done("admin", "rebuild", "diff", "tickets"))
        self.done("admin", "rebuild", "switch", "tickets")
        served = self.listed()["tickets"]
        self.assertNotIn("parked", served["live"])
        self.assertIn("previous", served)

        self.kill()
        checked = self.run_alone("rebuild", "--check", "--json", "--data", "data")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        for one in json.loads(checked.stdout):
            self.assertEqual((one["parked"], one["stopped"]), ([], None), one)
        refused = self.run_alone("serve", "--data", "data", "--park", "nonsense")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("no type of event", refused.stderr)


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

"""Rows that are made anew while a server serves: built, killed in the middle, compared, switched to,
switched back, dropped, and checked against what the log says of them.

usage: rebuild_test.py RECOURSE
"""

import csv
import http.client
import json
import os
import sys
import time
import unittest

from running_server import RunningServer

COLUMNS = """number incident_state active reassignment_count reopen_count sys_mod_count made_sla
caller_id opened_by opened_at sys_created_by sys_created_at sys_updated_by sys_updated_at contact_type
location category subcategory u_symptom cmdb_ci impact urgency priority assignment_group assigned_to
knowledge u_priority_confirmation notify problem_id rfc vendor caused_by closed_code resolved_by
resolved_at closed_at""".split()
STATES = ["New", "Active", "Awaiting User Info", "Active", "Resolved", "Closed"]
INCIDENTS = 6000
# A build that is killed loses less than this, and is killed once it has more.
LOST_AT_MOST, KILLED_PAST = 7_000, 14_000


class Rebuild(RunningServer):
    def take_in_a_history(self):
        self.kill()
        with open(self.folder / "log.csv", "w", newline="", encoding="utf-8") as out:
            rows = csv.DictWriter(out, COLUMNS, restval="?")
            rows.writeheader()
            for n in range(INCIDENTS):
                at = f"{n // 60 % 24:02}:{n % 60:02}"
                for step, state in enumerate(STATES):
                    rows.writerow({
                        "number": f"INC{n:07}", "incident_state": state, "active": "true",
                        "reassignment_count": 0, "reopen_count": 0, "sys_mod_count": step,
                        "made_sla": "true", "caller_id": f"Caller {n % 300}",
                        "opened_at": "1/3/2016 " + at, "sys_updated_at": f"{step + 2}/3/2016 {at}",
                        "impact": "2 - Medium", "urgency": "2 - Medium",
                        "priority": "3 - Moderate", "category": f"Category {n % 30}"})
        made = self.run_alone("import", "--data", "data", "--format", "servicenow", "log.csv",
                              timeout=200)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.start()

    def state(self):
        return json.loads(self.done("admin", "rebuild", "status", "tickets", "--json"))

    def state_at_once(self):
        return next(one for one in self.shown("/v1/projections")["items"]
                    if one["projection"] == "tickets")

    def until(self, enough):
        end = time.monotonic() + 120
        while not enough(state := self.state_at_once()):
            self.assertLess(time.monotonic(), end, state)
            time.sleep(0.01)
        return state

    def rows(self):
        """What people see."""
        first = self.shown("/v1/tickets?limit=100")
        second = self.shown("/v1/tickets?limit=100&cursor=" + first["next_cursor"])
        return first["items"] + second["items"]

    def repeat(self, path, key):
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        connection.request("POST", path, "{}", {
            "Authorization": "Bearer " + self.admin, "Content-Type": "application/json",
            "Idempotency-Key": f'"{key}"'})
        response = connection.getresponse()
        answer = json.loads(response.read())
        replayed = response.getheader("Idempotency-Replayed")
        connection.close()
        return response.status, answer, replayed

    def test_rows_live_through_a_new_build(self):
        self.take_in_a_history()
        rows, served = self.rows(), self.state()["live"]
        self.assertIn("tickets", self.done("admin", "rebuild", "list"))
        self.refused("there is no projection", "admin", "rebuild", "run", "nothing")
        self.refused("has no build", "admin", "rebuild", "switch", "tickets")
        self.done("admin", "rebuild", "run", "tickets")
        self.refused("has a build already", "admin", "rebuild", "run", "tickets")

        # Killed in the middle, twice: little is lost, and nobody sees anything of it.
        for past in (KILLED_PAST, KILLED_PAST + 1 + LOST_AT_MOST):
            state = self.until(lambda state: state["candidate"]["applied"] >= past)
            self.assertLess(state["candidate"]["applied"], state["head"], "not in the middle")
            self.assertEqual(state["live"], served)
            self.kill_and_start()
            again = self.state_at_once()
            self.assertGreaterEqual(again["candidate"]["applied"],
                                    state["candidate"]["applied"] - LOST_AT_MOST)
            self.assertEqual(again["live"], served)
            self.assertEqual(self.rows(), rows)

        # Life goes on beside it, and it follows.
        ticket = self.ticket()
        self.assertEqual(self.shown("/v1/tickets/" + ticket)["ticket"], ticket)
        state = self.until(lambda state: state["candidate"]["applied"] == state["head"])
        self.assertIn("Equal at", self.done("admin", "rebuild", "diff", "tickets"))
        rows = self.rows()

        self.done("admin", "rebuild", "switch", "tickets")
        switched = self.state()
        self.assertEqual(switched["live"]["generation"], state["candidate"]["generation"])
        self.assertEqual(switched["live"]["digest"], state["live"]["digest"])
        self.assertEqual(switched["previous"]["generation"], served["generation"])
        self.assertEqual(self.rows(), rows)
        self.kill_and_start()
        self.assertEqual(self.state()["live"], switched["live"])
        self.assertEqual(self.rows(), rows)

        self.ticket()
        rows = self.rows()
        self.done("admin", "rebuild", "rollback", "tickets")
        back = self.state()
        self.assertEqual(back["live"]["generation"], served["generation"])
        self.assertEqual(self.rows(), rows)

        # Sent again because no answer came, it is done once.
        path = "/v1/projections/tickets/rollback"
        status, first, _ = self.repeat(path, "once")
        self.assertEqual(status, 200, first)
        self.assertEqual(self.state()["live"]["generation"], switched["live"]["generation"])
        self.assertEqual(self.repeat(path, "once"), (200, first, "true"))
        self.kill_and_start()
        self.assertEqual(self.repeat(path, "once"), (200, first, "true"))
        self.assertEqual(self.state()["live"]["generation"], switched["live"]["generation"])
        self.assertEqual(self.repeat("/v1/projections/tickets/switch", "once")[0], 422)
        self.assertEqual(self.rows(), rows)

        self.done("admin", "rebuild", "run", "tickets", "--wait")
        self.done("admin", "rebuild", "cancel", "tickets")
        self.assertNotIn("candidate", self.state())
        self.refused("has no build", "admin", "rebuild", "cancel", "tickets")
        self.assertEqual(self.rows(), rows)
        self.check_by_the_log(first["size"])

    def check_by_the_log(self, switched_at):
        verify = ["rebuild", "verify", "--data", "data", "--projection", "tickets", "--at"]
        made = self.run_alone(*verify, "20000")
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.assertIn("nothing recorded here", made.stdout)
        made = self.run_alone(*verify, str(switched_at))
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        self.assertIn("equal to evt_", made.stdout)

    def test_a_body_has_no_members(self):
        for way in ("build", "cancel", "switch", "rollback"):
            status, answer = self.ask("POST", "/v1/projections/tickets/" + way, self.admin,
                                      {"colour": "red"})
            self.assertEqual(status, 422, answer)
        self.assertNotIn("candidate", self.state())


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

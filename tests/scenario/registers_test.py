"""The registers that auditors ask for, kept over the command line and the API of a running server.

usage: registers_test.py RECOURSE
"""

import http.client
import json
import os
import sys
import unittest

from running_server import RunningServer


class Registers(RunningServer):
    def person(self, name, role):
        made = self.made("/v1/keys", {"role": role, "kind": "human"})
        self.keep(name, made["secret"])
        return made["principal"]

    def record(self, who, kind, *members):
        out = self.done(who, "register", "record", kind, *members, "--json")
        return json.loads(out).get("entry")

    def test_a_change_goes_through_two_people(self):
        self.person("manager", "manager")
        change = self.record("manager", "change.requested", "kind=prompt", "what=triage@12",
                             "reason=fewer refunds")
        about = "change=" + change
        self.refused("nobody has approved", "manager", "register", "record", "change.activated",
                     about)
        self.refused("another person", "manager", "register", "record", "change.approved", about)
        self.record("admin", "change.approved", about)
        self.record("manager", "change.activated", about)
        shown = self.shown("/v1/registers/" + change)
        self.assertEqual((shown["status"], shown["change"]), ("active", "prompt"))
        self.assertIn(change, self.done("manager", "register", "list", "--kind", "change",
                                        "--status", "active"))
        self.assertIn("no such entry", self.done("manager", "register", "list", "--status", "done"))
        self.kill_and_start()
        self.assertEqual(self.shown("/v1/registers/" + change), shown)

    def test_who_leaves_loses_every_key(self):
        leaver = self.person("leaver", "operator")
        self.assertEqual(self.ask("GET", "/v1/whoami", self.secret("leaver"))[0], 200)
        self.record("admin", "access.removed", "principal=" + leaver)
        self.assertEqual(self.ask("GET", "/v1/whoami", self.secret("leaver"))[0], 401)
        me = self.shown("/v1/whoami")["principal"]
        self.refused("nobody else is an admin", "admin", "register", "record", "access.removed",
                     "principal=" + me)
        self.assertEqual(self.ask("GET", "/v1/whoami", self.admin)[0], 200)

    def remove(self, body, key):
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        headers = {"Authorization": "Bearer " + self.admin, "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = f'"{key}"'
        connection.request("POST", "/v1/records/access.removed", json.dumps(body), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        replayed = response.getheader("Idempotency-Replayed")
        connection.close()
        return response.status, answer, replayed

    def comes_in(self, secret):
        return self.ask("GET", "/v1/whoami", secret)[0] == 200

    def test_no_key_is_revoked_before_the_removal_is_on_record(self):
        leaver = self.person("leaver", "operator")
        gone = {"principal": leaver}
        self.assertEqual(self.remove(gone, "")[0], 400)
        self.assertTrue(self.comes_in(self.secret("leaver")))
        self.assertEqual(self.remove({**gone, "notice": "acn_none"}, "a")[0], 404)
        self.assertTrue(self.comes_in(self.secret("leaver")))
        self.assertEqual(self.remove({**gone, "keys_revoked": 3}, "a")[0], 422)
        self.assertTrue(self.comes_in(self.secret("leaver")))
        status, first, _ = self.remove(gone, "b")
        self.assertEqual(status, 201, first)
        self.assertFalse(self.comes_in(self.secret("leaver")))
        self.kill_and_start()
        self.assertFalse(self.comes_in(self.secret("leaver")))
        self.assertTrue(self.comes_in(self.admin))
        # Somebody who comes back is not thrown out by a repeat of the old request.
        back = self.made("/v1/keys", {"role": "operator", "principal": leaver})
        status, again, replayed = self.remove(gone, "b")
        self.assertEqual((status, again["type"], replayed), (201, first["type"], "true"))
        self.assertEqual(again["receipt"]["first_position"], first["receipt"]["first_position"])
        self.assertTrue(self.comes_in(back["secret"]))
        removals = [json.loads(line) for line in self.shown("/v1/events").splitlines()
                    if "access.removed" in line]
        self.assertEqual([one["data"]["keys_revoked"] for one in removals], [1])

    def test_a_declared_incident_stands_among_the_others(self):
        incident = self.record("admin", "incident.opened", "severity=high", "title=Twice refunded")
        [shown] = self.shown("/v1/incidents?open=true")["items"]
        self.assertEqual((shown["incident"], shown["kind"], shown["severity"]),
                         (incident, "declared", "high"))
        self.assertNotIn("Twice", json.dumps(shown))
        status, answer = self.ask("POST", f"/v1/incidents/{incident}/close", self.admin,
                                  {"resolution": "mended"})
        self.assertEqual(status, 409, answer)
        self.record("admin", "incident.progressed", "incident=" + incident, "stage=reviewed",
                    "root_cause=config")
        self.made(f"/v1/incidents/{incident}/close", {"resolution": "mended"})

    def test_what_is_not_understood_is_said(self):
        for says, *arguments in [
                ("there is no kind of record nothing", "nothing"),
                ("is not name=value", "alert.raised", "rule"),
                ("it takes about, rule", "alert.raised", "rule=x", "colour=red"),
                ("a whole number", "alert.raised", "rule=x", "value=many"),
                ("low, medium, high, critical", "alert.raised", "rule=x", "severity=bad"),
                ("expires_at", "mandate.granted", "agent=agt_x", "expires_at=soon"),
                ("chg_none", "change.approved", "change=chg_none"),
                ("RC-02/", "exception.answered", "exception=RC-2/1", "status=acknowledged")]:
            self.refused(says, "admin", "register", "record", *arguments)
        self.assertEqual(self.ask("GET", "/v1/registers?kind=nothing", self.admin)[0], 400)
        self.assertEqual(self.ask("GET", "/v1/registers/chg_none", self.admin)[0], 404)


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

"""A person is erased: what was said stays provable, and nobody can read it, in no copy.

usage: erasure_test.py RECOURSE
"""

import http.client
import json
import pathlib
import shutil
import sys
import time
import unittest

from running_server import RunningServer

CANARY = "Quagmire-Zanzibar-7731"
ADDRESS = "quagmire.zanzibar.7731@example.com"


def canaries():
    """The canary as anything would write it."""
    words = []
    for text in (CANARY, CANARY.lower(), ADDRESS):
        words += [text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()]
    return words


class Erasure(RunningServer):
    def setUp(self):
        super().setUp()
        self.agent, _ = self.machine()
        self.tickets = [self.desk(ADDRESS, CANARY) for _ in range(2)]
        self.other = self.desk("joe@example.com", "Joe's printer")

    def desk(self, address, words):
        """A ticket with words in every text that people and agents write."""
        ticket = self.made("/v1/tickets", {"title": f"{words} cannot log in",
                                           "description": f"My name is {words}",
                                           "customer_email": address,
                                           "metadata": {"name": words}})["ticket"]
        self.made(f"/v1/tickets/{ticket}/messages", {"from": "customer", "body": f"{words} here"})
        self.made(f"/v1/tickets/{ticket}/messages", {"from": "agent", "body": f"Dear {words}"})
        self.made(f"/v1/tickets/{ticket}/messages", {"from": "note", "body": f"{words} is angry"})
        self.propose(self.agent, ticket, args={"query": words}, reasoning=f"{words} said so")
        self.propose(self.agent, ticket, "AUTO_RESOLVE", {"resolution_steps": [f"Tell {words}"]},
                     reasoning=f"{words} agrees")
        return ticket

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def alone(self, *arguments, code=0):
        result = self.run_alone(*arguments, "--data", "data")
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def digests(self):
        """Of each projection; each is the one that the leaves give."""
        views = json.loads(self.alone("rebuild", "--check", "--tenant", "default", "--json"))
        for view in views:
            self.assertEqual(view["live"], view["rebuilt"], view)
        return {view["projection"]: view["live"] for view in views}

    def opened(self, ticket):
        return self.shown(f"/v1/tickets/{ticket}?open=true")

    def assert_nowhere(self, folder):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if not path.is_file():
                continue
            content = path.read_bytes()
            for word in canaries():
                self.assertNotIn(word, content, path)

    def explained(self):
        actions = []
        for ticket in [*self.tickets, self.other]:
            actions += [one["action"] for one in self.shown(f"/v1/tickets/{ticket}/actions")["items"]]
        return [self.shown(f"/v1/actions/{action}/explain") for action in sorted(actions)]

    def test_nothing_of_an_erased_person_can_be_read(self):
        self.assertIn(CANARY, json.dumps(self.opened(self.tickets[0])))
        before = self.explained()
        self.stop()
        digests = self.digests()
        copy = self.folder / "copy"
        shutil.copytree(self.folder / "data", copy)
        shutil.copy(self.folder / "data.kek", self.folder / "copy.kek")

        said = self.alone("erase", "--email", ADDRESS, "--by", "usr_privacy_officer")
        self.assertIn("values can be read by nobody", said)
        request = said.split("Request ")[1].split()[0]
        self.refused_alone("nobody is known by this address", "erase", "--email", ADDRESS)
        self.refused_alone("not certified yet", "erase", "--certificate", "--dsr", request)
        self.assertIn("Erasures certified: 1", self.alone("kek", "rotate", "--no-backup"))

        # The certificate holds, and a changed one does not.
        note = self.alone("erase", "--certificate", "--dsr", request)
        (self.folder / "certificate").write_text(note, encoding="utf-8")
        self.assertIn("The certificate holds", self.alone("verify", "--certificate", "certificate"))
        (self.folder / "changed").write_text(note.replace("epoch 1", "epoch 2"), encoding="utf-8")
        self.alone("verify", "--certificate", "changed", code=1)

        # All is whole, and rows fold to the same.
        self.alone("verify")
        again = self.digests()
        for name in ("tickets", "action_history", "approvals", "resolutions"):
            self.assertEqual(digests[name], again[name], name)
        self.assert_nowhere(self.folder / "data")

        # What the person is given names what was there, and another one's is not touched.
        self.alone("privacy", "export", "--email", "joe@example.com", "--out", "joe")
        given = json.loads((self.folder / "joe/subject.json").read_text(encoding="utf-8"))
        self.assertIn("Joe's printer cannot log in", [one["value"] for one in given["values"]])
        self.assertEqual(len(given["decisions"]), 2)
        self.assert_nowhere(self.folder / "joe")

        # A copy from before opens with its own key, and with no key that is left here.
        (self.folder / "copy.kek").unlink()
        shutil.copy(self.folder / "data.kek", self.folder / "copy.kek")
        (self.folder / "copy.kek").chmod(0o600)
        refused = self.run_alone("serve", "--data", "copy", "--listen", "127.0.0.1:0")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("does not belong to the key store", refused.stderr)

        self.start()
        shown = json.dumps(self.opened(self.tickets[0]))
        self.assertNotIn(CANARY, shown)
        self.assertIn("Joe's printer", json.dumps(self.opened(self.other)))
        self.assertEqual(before, self.explained())
        for path in ("/metrics", "/v1/events", "/v1/privacy/requests",
                     f"/v1/tickets/{self.tickets[0]}/timeline?open=true"):
            self.assertNotIn(CANARY, str(self.ask("GET", path, self.admin)[1]), path)
        shown = self.shown(f"/v1/privacy/requests/{request}")
        self.assertEqual(shown["status"], "completed")
        self.assertEqual(self.ask("GET", f"/v1/privacy/requests/{request}/certificate",
                                  self.admin), (200, note))

        # People may still write; the customer is somebody new.
        ticket = self.tickets[0]
        self.made(f"/v1/tickets/{ticket}/messages", {"from": "note", "body": "Erased on request"})
        status, answer = self.ask("POST", f"/v1/tickets/{ticket}/messages", self.admin,
                                  {"from": "customer", "body": "Me again"})
        self.assertEqual(status, 409, answer)

    def test_an_older_directory_that_is_put_back_does_not_bring_the_person_back(self):
        self.stop()
        shutil.copytree(self.folder / "data", self.folder / "older")
        self.alone("erase", "--email", ADDRESS)
        shutil.rmtree(self.folder / "data")
        (self.folder / "older").rename(self.folder / "data")
        self.start()
        self.assertNotIn(CANARY, json.dumps([self.opened(ticket) for ticket in self.tickets]))
        self.assertIn("Joe's printer", json.dumps(self.opened(self.other)))

    def refused_alone(self, what, *arguments):
        result = self.run_alone(*arguments, "--data", "data")
        self.assertIn(result.returncode, (1, 2), result.stdout + result.stderr)
        self.assertIn(what, result.stderr)

    def test_by_the_api_with_a_hold_in_the_way(self):
        viewer = self.made("/v1/keys", {"role": "viewer"})["secret"]
        self.assertEqual(self.ask("GET", "/v1/privacy/requests", viewer)[0], 403)
        request = self.made("/v1/privacy/requests",
                            {"kind": "erasure", "email": ADDRESS, "request": "Forget me",
                             "channel": "email"})["request"]
        at = f"/v1/privacy/requests/{request}"
        self.assertEqual(self.ask("POST", at + "/execute", self.admin, {})[0], 409)
        self.made(at + "/verify-identity", {"method": "known-address"})
        me = self.shown("/v1/whoami")["principal"]
        hold = {"scope": "ticket", "ticket": self.tickets[1], "matter": "case-7",
                "review_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 8e6))}
        status, answer = self.ask("POST", "/v1/holds", self.admin, {**hold, "requested_by": me})
        self.assertEqual(status, 409, answer)
        for nobody in ("usr_counsel", self.machine()[1]):
            status, answer = self.ask("POST", "/v1/holds", self.admin,
                                      {**hold, "requested_by": nobody})
            self.assertEqual(status, 422, answer)
        counsel = self.made("/v1/keys", {"role": "auditor"})["principal"]
        placed = self.made("/v1/holds", {**hold, "requested_by": counsel})["hold"]
        assessed = self.made(at + "/assess", {"verdict": "grant"})
        self.assertEqual(assessed["status"], "deferred")
        self.assertEqual(assessed["holds"], [placed])
        status, answer = self.ask("POST", at + "/execute", self.admin, {})
        self.assertEqual(status, 409, answer)
        self.assertIn(placed, answer["detail"])
        status, answer = self.ask("POST", "/v1/actions", self.agent,
                                  {"ticket_id": self.tickets[0], "type": "search_knowledge_base",
                                   "args": {"query": "x"}, "confidence_ppm": 950000})
        self.assertEqual(status, 403, answer)
        for path in (f"/v1/tickets/{self.tickets[0]}", f"/v1/tickets/{self.tickets[0]}/timeline"):
            status, answer = self.ask("GET", path + "?open=true", self.agent)
            self.assertEqual(status, 403, answer)
            self.assertEqual(self.ask("GET", path, self.agent)[0], 200)
        self.assertEqual(
            self.ask("GET", f"/v1/tickets/{self.other}?open=true", self.agent)[0], 200)
        self.assertIn(CANARY, json.dumps(self.opened(self.tickets[0])))

        self.made(f"/v1/holds/{placed}/release", {"reason": "The case is closed"})
        deadline = time.monotonic() + 60
        while self.shown(at)["status"] == "deferred" and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(self.shown(at)["status"], "erased")
        self.assertNotIn(CANARY, json.dumps(self.opened(self.tickets[0])))
        self.kill_and_start()
        self.assertEqual(self.shown(at)["status"], "erased")
        self.assertNotIn(CANARY, json.dumps(self.opened(self.tickets[1])))
        self.assertEqual(self.shown("/v1/holds")["items"][0]["released"], True)

    def test_who_was_given_values_has_to_be_told(self):
        self.stop()
        self.alone("export", "--format", "bundle", "--out", "closed", "--recipient", "auditor-1")
        self.alone("export", "--format", "bundle", "--out", "opened", "--open", "--recipient",
                   "auditor-7", "--purpose", "dispute")
        made = [json.loads(line)["data"] for line in
                self.alone("export", "--format", "ndjson", "--out", "-", "--type",
                           "disclosure.made").splitlines()]
        self.assertEqual({one["recipient"] for one in made}, {"auditor-7"})
        self.assertEqual(len({one["subject"] for one in made}), len(made))
        self.assertGreater(min(one["fields"] for one in made), 0)
        said = self.alone("erase", "--email", ADDRESS)
        request = said.split("Request ")[1].split()[0]
        self.alone("kek", "rotate", "--no-backup")
        self.start()
        at = f"/v1/privacy/requests/{request}"
        row = self.shown(at)
        self.assertEqual((row["status"], row["recipients"]), ("certified", ["auditor-7"]))
        self.made(at + "/recipients", {"recipient": "auditor-7", "outcome": "acknowledged"})
        self.assertEqual(self.shown(at)["status"], "completed")
    def granted(self, kind):
        """A request of the person whom this is about, as far as it can be carried out."""
        request = self.made("/v1/privacy/requests", {"kind": kind, "email": ADDRESS})["request"]
        at = f"/v1/privacy/requests/{request}"
        self.made(at + "/verify-identity", {"email": ADDRESS})
        self.made(at + "/assess", {"verdict": "grant"})
        return at

    def title_position(self, ticket):
        status, lines = self.ask("GET", "/v1/events?limit=500", self.admin)
        self.assertEqual(status, 200, lines)
        for event in map(json.loads, lines.splitlines()):
            if event["type"] == "recourse.ticket.opened.v1" and event["subject"] == ticket:
                return int(event["sequence"])
        return self.fail("the ticket was not opened")

    def test_a_value_that_is_put_right_is_shown_right(self):
        at = self.granted("rectification")
        title = self.title_position(self.tickets[0])
        for body, refusal in (({"position": title, "path": "My name is Quagmire"}, 422),
                              ({"position": title, "path": "/data/number"}, 422),
                              ({"position": self.title_position(self.other),
                                "path": "/data/title"}, 404),
                              ({"position": 10 ** 9, "path": "/data/title"}, 404),
                              ({"path": "/data/title"}, 422)):
            status, answer = self.ask("POST", at + "/correct", self.admin,
                                      {**body, "value": "Right"})
            self.assertEqual(status, refusal, answer)
        self.assertNotEqual(self.shown(at)["status"], "completed")
        corrected = self.made(at + "/correct", {"position": title, "path": "/data/title",
                                                "value": "Spelt right"})
        self.assertEqual(corrected["status"], "completed")
        wrong = f"{CANARY} cannot log in"
        self.assertEqual(self.opened(self.tickets[0])["title"], "Spelt right")
        timeline = json.dumps(self.shown(f"/v1/tickets/{self.tickets[0]}/timeline?open=true"))
        self.assertIn("Spelt right", timeline)
        self.assertNotIn(wrong, timeline)
        self.assertEqual(self.opened(self.tickets[1])["title"], wrong)
        self.stop()
        self.alone("privacy", "export", "--email", ADDRESS, "--out", "given")
        given = json.loads((self.folder / "given/subject.json").read_text(encoding="utf-8"))
        told = [one for one in given["values"]
                if (one["position"], one["path"]) == (title, "/data/title")]
        self.assertEqual([(one["value"], one["corrected"]) for one in told],
                         [(wrong, "Spelt right")])
        self.assertIn("Corrected to: Spelt right",
                      (self.folder / "given/subject.html").read_text(encoding="utf-8"))
        # The right value goes with the person like the wrong one.
        self.alone("erase", "--email", ADDRESS)
        self.start()
        self.assertIsNone(self.opened(self.tickets[0])["title"])

    def test_a_repeat_after_the_erasure_has_the_answer_of_then(self):
        def repeated(path, body, name):
            connection = http.client.HTTPConnection(*self.address, timeout=60)
            self.addCleanup(connection.close)
            connection.request("POST", path, json.dumps(body),
                               {"Authorization": "Bearer " + self.admin,
                                "Idempotency-Key": f'"{name}"',
                                "Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            answer.pop("receipt", None)  # Its head is that of the moment.
            return response.status, answer
        at = "/v1/privacy/requests"
        asked = (at, {"kind": "erasure", "email": ADDRESS}, "asked")
        status, first = repeated(*asked)
        self.assertEqual(status, 201, first)
        at += "/" + first["request"]
        verified = (at + "/verify-identity", {"email": ADDRESS}, "verified")
        second = repeated(*verified)
        self.assertEqual(second[0], 200, second)
        self.made(at + "/assess", {"verdict": "grant"})
        self.made(at + "/execute", {})
        self.assertEqual(repeated(*asked), (201, first))
        self.assertEqual(repeated(*verified), second)
        self.assertEqual(self.ask("POST", "/v1/privacy/requests", self.admin,
                                  {"kind": "erasure", "email": ADDRESS})[0], 404)
        status, answer = self.ask("POST", "/v1/privacy/requests", self.admin,
                                  {"kind": "erasure", "request": f"I am {CANARY}"})
        self.assertEqual(status, 422, answer)

    def test_a_volume_of_backups_that_is_away_stops_nobody(self):
        self.stop()
        (self.folder / "backups/erasures.ndjson").mkdir(parents=True)
        self.variables = {"RECOURSE_BACKUP_DIR": str(self.folder / "backups")}
        self.start()
        self.made(self.granted("erasure") + "/execute", {})
        self.assertNotIn(CANARY, json.dumps(self.opened(self.tickets[0])))
        self.ticket()
        self.assertIsNone(self.server.poll())

    def test_retention_says_what_it_would_do(self):
        self.stop()
        fates = json.loads(self.alone("retention", "run", "--dry-run", "--json"))
        self.assertTrue(fates)
        self.assertEqual({fate["fate"] for fate in fates}, {"kept"})


if __name__ == "__main__":
    Erasure.program = sys.argv.pop(1)
    unittest.main()

"""Effects that the server itself sends to a provider: held, recalled, tried again, looked up, undone, and
done once whatever happens to answers and to the server.

usage: connectors_test.py RECOURSE
"""

import http.server
import json
import os
import sys
import threading
import time
import unittest

from running_server import RunningServer


class Provider:
    """A shop that does each thing once for a key, and behaves as badly as it is told to."""

    def __init__(self):
        self.done = {}     # By key: the body it was asked with.
        self.calls = []    # Method, key and headers of every request.
        self.behaviour = {}  # By order or title: a list of what to do, one word a call.
        self.lock = threading.Lock()
        self.hanging = threading.Event()
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, status, body=None, headers=None):
                text = json.dumps(body or {}).encode()
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                key = self.headers["Idempotency-Key"]
                with provider.lock:
                    provider.calls.append((key, body, dict(self.headers)))
                    words = provider.behaviour.get(body["args"].get("title"), [])
                    word = words.pop(0) if words else "ok"
                    if word in ("ok", "lost", "hang", "chatty", "endless"):
                        provider.done[key] = body
                if word == "chatty":
                    self.answer(200, {"provider_ref": "long", "text": "x" * 200_000})
                elif word == "endless":
                    self.send_response(200)
                    self.end_headers()
                    try:
                        while True:
                            self.wfile.write(b"x" * 65_536)
                    except OSError:
                        pass
                elif word == "ok":
                    self.answer(200, {"provider_ref": "ref-" + key[-8:], "balance": 12})
                elif word == "busy":
                    self.answer(503, {"code": "busy"}, {"Retry-After": "1"})
                elif word == "refuse":
                    self.answer(422, {"code": "card_expired"})
                else:
                    if word == "hang":
                        provider.hanging.set()
                        time.sleep(30)
                    self.close_connection = True  # No answer, and the effect is there or not.

            def do_GET(self):
                key = self.path.partition("?key=")[2]
                with provider.lock:
                    known = key in provider.done
                if known:
                    self.answer(200, {"outcome": "succeeded", "provider_ref": "found-" + key[-8:]})
                else:
                    self.answer(404)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/effects"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def times(self, title):
        """How often it did this."""
        with self.lock:
            return sum(body["args"].get("title") == title for body in self.done.values())

    def asked(self, title):
        with self.lock:
            return [key for key, body, _ in self.calls if body["args"].get("title") == title]


class Connectors(RunningServer):
    variables = {"RECOURSE_CREDENTIAL_SHOP_KEY": "s3cret"}

    def setUp(self):
        super().setUp()
        self.provider = Provider()
        self.addCleanup(self.provider.server.shutdown)
        self.agent = self.machine()[0]
        self.manager = self.made("/v1/keys", {"role": "manager"})["secret"]
        self.other = self.made("/v1/keys", {"role": "manager"})["secret"]
        self.connect(timeout_s=2)

    def connect(self, **more):
        self.made("/v1/connectors", {
            "connector": "shop", "url": self.provider.url, "look_up_url": self.provider.url,
            "types": ["create_bug_report", "close_bug_report", "send_reply"],
            "credential": "shop-key", **more})

    def report(self, title, *behaviour):
        self.provider.behaviour[title] = list(behaviour)
        return self.propose(self.agent, self.ticket(), "create_bug_report",
                            {"title": title, "description": "it crashes"})["action"]

    def becomes(self, action, status, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            row = self.shown(f"/v1/actions/{action}")
            if row["status"] == status:
                return row
            time.sleep(0.2)
        self.fail(f"{action} is {row['status']}, not {status}: {row}")

    def test_what_is_allowed_is_sent_with_its_key_and_its_credential(self):
        action = self.report("plain")
        row = self.becomes(action, "succeeded")
        self.assertEqual(row["provider_key"], action + ".1")
        self.assertEqual(row["provider_ref"], "ref-" + row["provider_key"][-8:])
        (key, body, headers), = self.provider.calls
        self.assertEqual(key, action + ".1")
        self.assertEqual(headers["Authorization"], "Bearer s3cret")
        self.assertEqual(body["args"], {"title": "plain", "description": "it crashes"})
        self.assertEqual((body["action"], body["attempt"]), (action, 1))
        # The secret is nowhere in the log.
        _, events = self.ask("GET", "/v1/events", self.admin)
        self.assertIn("connector.configured", events)
        self.assertNotIn("s3cret", events)
        status, problem = self.ask("POST", f"/v1/actions/{action}/lease", self.agent, {})
        self.assertEqual(status, 409, problem)

    def test_a_provider_that_is_busy_is_asked_again_and_one_that_refuses_is_not(self):
        busy, refused = self.report("busy", "busy"), self.report("no", "refuse")
        self.assertEqual(self.becomes(refused, "failed")["failure_code"], "card_expired")
        row = self.becomes(busy, "succeeded")
        self.assertEqual(self.provider.asked("busy"), [busy + ".1", busy + ".2"])
        self.assertEqual(row["dispatches"], 2)
        self.assertEqual((self.provider.times("busy"), self.provider.times("no")), (1, 0))

    def test_an_answer_that_is_lost_is_looked_up_and_nothing_is_done_twice(self):
        lost, never = self.report("lost", "lost"), self.report("never", "drop")
        row = self.becomes(lost, "succeeded")
        self.assertEqual(row["provider_ref"], "found-" + (lost + ".1")[-8:])
        self.becomes(never, "failed")
        for title, times in (("lost", 1), ("never", 0)):
            self.assertEqual(len(self.provider.asked(title)), 1)
            self.assertEqual(self.provider.times(title), times)

    def test_a_provider_that_talks_too_much_has_still_done_it_once(self):
        chatty, endless = self.report("chatty", "chatty"), self.report("endless", "endless")
        self.assertNotIn("provider_ref", self.becomes(chatty, "succeeded"))
        self.becomes(endless, "succeeded")  # Nobody listened to the end; it was looked up.
        for title in ("chatty", "endless"):
            self.assertEqual((len(self.provider.asked(title)), self.provider.times(title)), (1, 1))

    def test_a_server_that_is_killed_in_the_middle_of_a_call_finds_out_what_it_did(self):
        action = self.report("killed", "hang")
        self.assertTrue(self.provider.hanging.wait(30))
        self.kill_and_start()
        self.becomes(action, "succeeded")
        self.assertEqual(self.provider.asked("killed"), [action + ".1"])
        self.assertEqual(self.provider.times("killed"), 1)

    def test_a_reply_is_held_so_that_it_can_be_recalled(self):
        ticket = self.ticket()
        held = self.propose(self.agent, ticket, "send_reply", {"text": "hello"})
        self.assertEqual(held["status"], "held")
        self.assertIn("hold_until", held)
        recalled = self.made(f"/v1/actions/{held['action']}/recall", {"reason": "wrong customer"})
        self.assertEqual(recalled["status"], "recalled")
        status, problem = self.ask("POST", f"/v1/actions/{held['action']}/recall", self.agent, {})
        self.assertEqual(status, 409, problem)
        undone = self.propose(self.agent, ticket, "send_reply", {"text": "hello"})["action"]
        plan = self.made("/v1/rollbacks", {"target": undone, "reason": "wrong"}, self.manager)
        self.assertEqual(plan["status"], "completed")
        self.assertEqual(self.shown(f"/v1/actions/{undone}")["status"], "recalled")
        sent = self.propose(self.agent, ticket, "send_reply", {"text": "hello"})["action"]
        self.becomes(sent, "succeeded")
        self.assertEqual([body["action"] for _, body, _ in self.provider.calls], [sent])

    def hold_money(self, seconds):
        text = self.shown("/v1/policies?policy=pol_default@1")["text"]
        policy = json.loads(text) if isinstance(text, str) else text
        policy["holds"] = [{"rule": "money", "category": "financial", "hold_s": seconds}]
        name = {"policy": "pol_quick@1"}
        self.made("/v1/policies", {**name, "text": policy}, self.manager)
        self.made("/v1/policies/backtest", name)
        self.made("/v1/policies/activate", name)

    def test_money_goes_with_the_receipt_of_those_who_agreed_after_its_window(self):
        self.hold_money(1)
        self.connect(types=["process_refund", "create_bug_report"], timeout_s=2)
        refund = self.propose(self.agent, self.ticket(), "process_refund",
                              {"amount": 12.5, "order_id": "O-1"})
        self.assertEqual(refund["status"], "awaiting_approval")
        approval = self.shown(f"/v1/approvals/{refund['approval']}")
        vote = {"vote": "approve", "render_digest": approval["render"]["digest"]}
        granted = self.made(f"/v1/approvals/{refund['approval']}/votes", vote, self.manager)
        self.assertEqual(granted["action_status"], "held")
        self.becomes(refund["action"], "succeeded")
        (_, body, headers), = self.provider.calls
        self.assertEqual(body["args"], {"amount": 12.5, "order_id": "O-1"})
        receipt = self.ask("GET", f"/v1/actions/{refund['action']}/receipt", self.admin)[1]
        self.assertEqual(headers["Recourse-Receipt"], receipt)
        self.assertEqual(self.shown(f"/v1/approvals/{refund['approval']}")["approval"]["status"],
                         "consumed")

    def test_a_rollback_is_carried_out_by_the_connector_once(self):
        action = self.report("undo", "ok", "busy", "ok")
        self.becomes(action, "succeeded")
        plan = self.made("/v1/rollbacks", {"target": action, "reason": "wrong"}, self.manager)
        self.assertEqual(plan["status"], "awaiting_approval")
        approval = self.shown(f"/v1/approvals/{plan['approval']}")
        self.made(f"/v1/approvals/{plan['approval']}/votes",
                  {"vote": "approve", "render_digest": approval["render"]["digest"]}, self.other)
        self.becomes(action, "rolled_back")
        undoing = [(key, body) for key, body, _ in self.provider.calls if "undoes" in body]
        self.assertEqual([body["type"] for _, body in undoing], ["close_bug_report"] * 2)
        self.assertEqual(len({key for key, _ in undoing}), 2)
        self.assertEqual(self.shown(f"/v1/rollbacks/{plan['rollback']}")["status"], "completed")

    def test_a_step_whose_answer_is_lost_is_looked_up_and_not_done_twice(self):
        action = self.report("undo", "ok", "lost")
        self.becomes(action, "succeeded")
        plan = self.made("/v1/rollbacks", {"target": action, "reason": "wrong"}, self.manager)
        approval = self.shown(f"/v1/approvals/{plan['approval']}")
        self.made(f"/v1/approvals/{plan['approval']}/votes",
                  {"vote": "approve", "render_digest": approval["render"]["digest"]}, self.other)
        self.becomes(action, "rolled_back")
        self.assertEqual(len([body for _, body, _ in self.provider.calls if "undoes" in body]), 1)

    def test_who_reports_for_anothers_lease_is_refused_and_stands_in_the_log(self):
        action = self.propose(self.agent, self.ticket(), "check_order_status",
                              {"order_id": "O-1"})["action"]
        self.made(f"/v1/actions/{action}/lease", {}, self.agent)
        other, other_id = self.machine()
        status, problem = self.ask("POST", f"/v1/actions/{action}/report", other,
                                   {"outcome": "succeeded", "lease_id": "lse_guessed"})
        self.assertEqual(status, 409, problem)
        self.assertEqual(self.shown(f"/v1/actions/{action}")["status"], "dispatching")
        deadline = time.monotonic() + 10
        found = ""
        while not found and time.monotonic() < deadline:
            found = self.ask("GET", "/v1/events?types=recourse.command.rejected.v1", self.admin)[1]
        event = json.loads(found.splitlines()[0])
        self.assertEqual(event["actor"], other_id)
        self.assertEqual(event["data"], {"command": "report_action", "count": 1,
                                         "problem": "conflict", "target": action})

    def test_a_connector_that_cannot_be_is_refused(self):
        for member, value in (("url", "http://shop.example/"), ("types", ["no_such_type"]),
                              ("types", []), ("types", ["ESCALATE"]), ("timeout_s", 0),
                              ("credential", "two words")):
            status, problem = self.ask("POST", "/v1/connectors", self.admin, {
                "connector": "bank", "url": self.provider.url, "types": ["reset_password"],
                member: value})
            self.assertEqual(status, 422, (member, problem))
        status, problem = self.ask("POST", "/v1/connectors", self.admin, {
            "connector": "bank", "url": self.provider.url, "types": ["send_reply"]})
        self.assertEqual(status, 409, problem)
        status, problem = self.ask("POST", "/v1/connectors", self.manager, {
            "connector": "bank", "url": self.provider.url, "types": ["reset_password"]})
        self.assertEqual(status, 403, problem)
        self.assertEqual([one["connector"] for one in self.shown("/v1/connectors")["items"]],
                         ["shop"])
        self.assertEqual(self.ask("DELETE", "/v1/connectors/shop", self.admin)[0], 200)
        self.assertEqual(self.shown("/v1/connectors")["items"], [])
        self.assertEqual(self.ask("DELETE", "/v1/connectors/shop", self.admin)[0], 404)


if __name__ == "__main__":
    RunningServer.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

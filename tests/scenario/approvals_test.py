"""Approvals from outside of a running server: claims, votes, amendments and receipts, by the program and
over HTTP, also after the server was killed and started again.

usage: approvals_test.py RECOURSE
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import unittest

from running_server import RunningServer


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Approvals(RunningServer):
    def setUp(self):
        super().setUp()
        for name in ("manager", "second"):
            self.keep(name, self.made("/v1/keys", {"role": "manager"})["secret"])
        self.keep("agent", self.made("/v1/keys", {"role": "agent", "kind": "agent"})["secret"])

    def refund(self, amount, **more):
        ticket = self.made("/v1/tickets", {"title": "Late", "customer_email": "jane@example.com"})
        return self.made("/v1/actions",
                         {"ticket_id": ticket["ticket"], "type": "process_refund",
                          "args": {"amount": amount, "order_id": "O-1"}, "confidence_ppm": 990000,
                          "reasoning": "the parcel was late", **more}, self.secret("agent"))

    def digest(self, approval):
        shown = json.loads(self.done("manager", "approval", "show", approval, "--json"))
        return shown["render"]["digest"]

    def test_people_look_claim_and_decide(self):
        approval = self.refund(42.5)["approval"]
        self.assertIn("42.50 USD", self.done("manager", "approval", "list"))
        shown = self.done("manager", "approval", "show", approval)
        self.assertIn("amount: 42.50 USD", shown)
        self.assertIn("argument order_id: O-1", shown)
        self.assertIn("claims: the parcel was late", shown)
        self.done("manager", "approval", "claim", approval)
        digest = self.digest(approval)
        self.refused("claimed by", "second", "approval", "approve", approval, "--digest", digest)
        # A claim is in the log: a kill forgets nothing.
        self.kill()
        self.start()
        self.refused("claimed by", "second", "approval", "approve", approval, "--digest", digest)
        self.done("admin", "approval", "release", approval)
        self.refused("something else", "second", "approval", "approve", approval, "--digest",
                     base64.b64encode(bytes(32)).decode())
        self.assertIn("granted", self.done("second", "approval", "approve", approval, "--digest",
                                           digest))
        self.assertIn("revoked", self.done("second", "approval", "revoke", approval, "--reason",
                                           "the customer called"))
        self.refused("revoked", "second", "approval", "receipt", approval)

    def test_a_rejection_that_is_meant(self):
        first = self.refund(10)
        self.assertIn("rejected", self.done(
            "manager", "approval", "reject", first["approval"], "--digest",
            self.digest(first["approval"]), "--reason", "no", "--never-again"))
        again = {"ticket_id": first["ticket"], "type": "process_refund", "confidence_ppm": 990000,
                 "args": {"order_id": "O-1", "amount": 10}}
        answer = self.made("/v1/actions", again, self.secret("agent"))
        self.assertEqual((answer["outcome"], answer["problem"]), ("deny", "duplicate_of_rejected"))
        # Also after a restart, since it follows from the log.
        self.kill()
        self.start()
        answer = self.made("/v1/actions", again, self.secret("agent"))
        self.assertEqual(answer["problem"], "duplicate_of_rejected")

    def test_an_amendment_is_somebody_elses_to_agree_to(self):
        first = self.refund(10)
        amended = self.made(f"/v1/actions/{first['action']}/amend",
                            {"args": {"amount": 5, "order_id": "O-1"}}, self.secret("manager"))
        self.assertTrue(amended["superseded"])
        digest = self.digest(amended["approval"])
        self.refused("does not vote", "manager", "approval", "approve", amended["approval"],
                     "--digest", digest)
        self.done("second", "approval", "approve", amended["approval"], "--digest", digest)

    def test_anybody_can_check_a_receipt(self):
        asked = self.refund(600)
        approval = asked["approval"]
        digest = self.digest(approval)
        for who in ("manager", "second"):
            self.done(who, "approval", "approve", approval, "--digest", digest)
        token = self.done("manager", "approval", "receipt", approval).strip()
        status, other = self.ask("GET", f"/v1/actions/{asked['action']}/receipt", self.admin)
        self.assertEqual((status, other), (200, token))
        key = self.ask("GET", "/v1/log/key", self.admin)[1]["receipts"]
        name, key_id, public = key.split("+", 2)
        signed, signature = token.rsplit(".", 1)
        header, payload = (json.loads(decoded(part)) for part in signed.split("."))
        self.assertEqual(header, {"alg": "EdDSA", "kid": f"{name}+{key_id}",
                                  "typ": "recourse-receipt"})
        self.assertEqual(payload["plan_or_action"], asked["action"])
        self.assertEqual(len(payload["approvers"]), 2)
        self.check_by_openssl(signed, decoded(signature), base64.b64decode(public)[1:])
        # By the program, beside the server and then without any data.
        receipt = self.folder / "receipt.jws"
        receipt.write_text(token + "\n", encoding="utf-8")
        for more in ((), ("--data", "nowhere", "--receipt-key", key)):
            arguments = ("verify", "--receipt", "receipt.jws", *more)
            found = self.run_alone(*arguments if more else (*arguments, "--data", "data"))
            self.assertEqual(found.returncode, 0, found.stderr)
            self.assertIn(approval, found.stdout)
        for at in (5, len(signed) - 3, len(token) - 5):
            other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            receipt.write_text(other, encoding="utf-8")
            found = self.run_alone("verify", "--receipt", "receipt.jws", "--receipt-key", key)
            self.assertEqual(found.returncode, 1, found.stdout)
            self.assertIn("does not hold", found.stderr)

    def check_by_openssl(self, signed, signature, public):
        openssl = shutil.which("openssl")
        if openssl is None:
            self.skipTest("no openssl")
        (self.folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + public)
        (self.folder / "signed").write_text(signed, encoding="ascii")
        (self.folder / "signature").write_bytes(signature)
        verify = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER",
                  "-rawin", "-in", "signed", "-sigfile", "signature"]
        found = subprocess.run(verify, cwd=self.folder, capture_output=True, check=False)
        self.assertEqual(found.returncode, 0, found.stderr)
        (self.folder / "signed").write_text(signed[:-1] + ("A" if signed[-1] != "A" else "B"),
                                            encoding="ascii")
        found = subprocess.run(verify, cwd=self.folder, capture_output=True, check=False)
        self.assertNotEqual(found.returncode, 0)


if __name__ == "__main__":
    Approvals.program = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

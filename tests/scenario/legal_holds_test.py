"""`recourse hold`: placed, reviewed and released in a data directory and by a running server.

usage: legal_holds_test.py RECOURSE
"""

import json
import os
import sys
import time
import unittest

from running_server import RunningServer

ADDRESS = "jane@example.com"


def in_days(days):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86_400))


class LegalHolds(RunningServer):
    def setUp(self):
        super().setUp()
        self.opened = self.made("/v1/tickets", {"title": "My name is Jane",
                                                "customer_email": ADDRESS})
        self.counsel = self.made("/v1/keys", {"role": "auditor"})["principal"]
        self.case = ("--matter", "case-7", "--requested-by", self.counsel, "--review", in_days(90))

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=30)
        self.server.stdout.close()
        self.server = None

    def alone(self, *arguments, code=0):
        result = self.run_alone(*arguments, "--data", "data")
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout

    def refused_alone(self, what, *arguments):
        result = self.run_alone(*arguments, "--data", "data")
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertIn(what, result.stderr)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)

    def test_in_a_data_directory(self):
        self.stop()
        place = ("hold", "place", "--email", ADDRESS, *self.case)
        self.refused_alone("name the second one with --by", *place)
        self.refused_alone("a hold needs a second person", *place, "--by", self.counsel)
        self.refused_alone("within twelve months", "hold", "place", "--email", ADDRESS, "--matter",
                           "m", "--requested-by", self.counsel, "--review", in_days(800), "--by",
                           "usr_officer")
        self.refused_alone("is no time", *place[:-1], "soon", "--by", "usr_officer")
        self.refused_alone("no subject sub_none", "hold", "place", "--subject", "sub_none",
                           *self.case, "--by", "usr_officer")
        self.refused_alone("nobody is known by this address", "hold", "place", "--email",
                           "nobody@example.com", *self.case, "--by", "usr_officer")
        hold = json.loads(self.alone(*place, "--by", "usr_officer", "--json"))
        self.assertEqual((hold["scope"], hold["authorised_by"], hold["released"]),
                         ("subject", "usr_officer", False))

        self.refused_alone(hold["hold"], "erase", "--email", ADDRESS)
        self.assertIn(hold["hold"], self.alone("hold", "list"))
        self.refused_alone("no hold hld_none", "hold", "review", "hld_none", "--review", in_days(9))
        self.assertIn(in_days(200), self.alone("hold", "review", hold["hold"], "--review",
                                               in_days(200)))
        said = self.alone("hold", "release", hold["hold"], "--reason", "The case is closed")
        request = said.split("The erasure ")[1].split()[0]
        self.refused_alone("released already", "hold", "release", hold["hold"])
        self.assertIn("No hold is in force", self.alone("hold", "list"))
        self.assertIn("released", self.alone("hold", "list", "--all"))
        self.assertIn("can be read by nobody", self.alone("erase", "--dsr", request))
        self.refused_alone("was erased already", "hold", "place", "--subject", hold["subject"],
                           *self.case, "--by", "usr_officer")
        self.refused_alone("was erased already", "hold", "place", "--ticket",
                           self.opened["ticket"], *self.case, "--by", "usr_officer")
        self.alone("verify")

    def test_by_a_running_server(self):
        place = ("hold", "place", "--email", ADDRESS, *self.case)
        said = json.loads(self.done("admin", *place, "--json"))
        self.refused("no hold hld_none", "admin", "hold", "release", "hld_none")
        wrong = self.command("admin", *place, "--by", "usr_officer")
        self.assertEqual(wrong.returncode, 64, wrong.stderr)
        self.assertIn("in force", self.done("admin", "hold", "review", said["hold"], "--review",
                                            in_days(200)))
        self.assertIn("in force", self.done("admin", "hold", "list"))
        self.done("admin", "hold", "place", "--everything", *self.case)
        self.done("admin", "hold", "place", "--ticket", self.opened["ticket"], "--from",
                  "2026-01-01", *self.case)
        listed = json.loads(self.done("admin", "hold", "list", "--json"))
        self.assertEqual(sorted(one["scope"] for one in listed), ["subject", "tenant", "ticket"])
        self.done("admin", "hold", "release", said["hold"])
        self.refused("the hold was released already", "admin", "hold", "release", said["hold"])
        self.refused("nobody is known by this address", "admin", "hold", "place", "--email",
                     "nobody@example.com", *self.case)
        me = self.shown("/v1/whoami")["principal"]
        self.refused("a hold needs a second person", "admin", "hold", "place", "--everything",
                     "--matter", "m", "--requested-by", me, "--review", in_days(9))


if __name__ == "__main__":
    LegalHolds.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()

"""Bundles with cosignatures of witnesses and with time stamps, to each of which the three verifiers have
to give the same answer.

usage: witnessed_bundles_test.py RECOURSE NODE [unittest arguments]
"""

import base64
import os
import subprocess
import sys
import time
import unittest

import bundles_test
from bundle_writer import Key, b64, sha256
from bundles_test import Bundles, run_page, run_program, run_script


def setUpModule():
    Bundles.prepare()


TIME = 1767605460
AUTHORITY = """[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
[tsa]
extendedKeyUsage = critical,timeStamping
[tsa_config]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
"""


class Authority:
    """A time-stamping authority made with `openssl ts`."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "ts.cnf").write_text(AUTHORITY, encoding="utf-8")
        (folder / "serial").write_text("01\n", encoding="utf-8")
        self.openssl("req", "-x509", "-config", "ts.cnf", "-extensions", "ca", "-newkey", "rsa:2048", "-nodes",
                     "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA")
        self.openssl("req", "-new", "-config", "ts.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key",
                     "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-out", "tsa.pem", "-extfile", "ts.cnf", "-extensions", "tsa")

    def openssl(self, *command):
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True)

    def stamp(self, text):
        self.openssl("ts", "-query", "-digest", sha256(text).hex(), "-sha256", "-cert", "-out", "query")
        self.openssl("ts", "-reply", "-config", "ts.cnf", "-section", "tsa_config", "-queryfile", "query",
                     "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "answer")
        return (self.folder / "answer").read_bytes()


def der(tag, content):
    size = len(content)
    if size > 127:
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes([tag, 128 + len(length)]) + length + content
    return bytes([tag, size]) + content


def with_status_text(answer, text):
    """The same granted answer with a text in its status, which nobody signs."""
    token = answer[answer.index(b"\x30\x82", 4):]
    status = der(0x30, b"\x02\x01\x00" + der(0x30, der(0x0c, text)))
    return der(0x30, status + token)


class Witnessed(Bundles):
    """Bundles whose policy asks for witnesses, and time stamps without anybody who vouches for them."""

    def setUp(self):
        super().setUp()
        self.own = self.log()
        self.witness = {name: Key(name.encode() * 16) for name in ("w1", "w2", "w3")}
        self.proof = self.own.anchor(11)
        self.text = self.proof.split(b"\n\n")[1] + b"\n"

    def vkey(self, name):
        return self.witness[name].witness_text(name + ".example/w")

    def line(self, name, time=TIME, text=None):
        return self.witness[name].cosignature(name + ".example/w", time, text or self.text)

    def policy(self, *lines):
        return b"log %s\n" % self.own.keys()["logKey"].encode() + "\n".join(lines).encode() + b"\n"

    def named(self, *names):
        return ["witness %s %s" % (name, self.vkey(name)) for name in names]

    def ask_with(self, name, policy, cosigned=b"", **more):
        files = {**self.own.files(), "trust/policy.txt": policy,
                 "meta/head.tlog-proof": self.proof + cosigned, **more}
        files = {path: data for path, data in files.items() if data is not None}
        self.ask(name, self.own.sealed(files, 0, 11, 11), self.own.keys())

    def test_quorums_that_are_there_verify(self):
        all_three = self.named("w1", "w2", "w3")
        one = self.policy(*self.named("w1"), "quorum w1")
        self.ask_with("one", one, self.line("w1"))
        self.ask_with("one with others", one, self.line("w2") + self.line("w1") + self.line("w3"))
        self.ask_with("twice the same", one, self.line("w1") + self.line("w1", TIME + 60))
        self.ask_with("at the begin of time", one, self.line("w1", 0))
        self.ask_with("two of three", self.policy(*all_three, "group g 2 w1 w2 w3", "quorum g"),
                      self.line("w3") + self.line("w1"))
        self.ask_with("groups", self.policy(*all_three, "group a any w1 w2", "group b all a w3", "quorum b"),
                      self.line("w2") + self.line("w3"))
        self.ask_with("more than asked", self.policy(*all_three, "quorum none"), self.line("w2"))
        self.ask_with("spaces and notes", self.policy(
            "# note", "", "\t witness  w1\t" + self.vkey("w1") + "  https://w.example/ # note", "  quorum w1 "),
            self.line("w1"))
        self.expect("verified", 0)

    def test_what_is_said_of_witnesses(self):
        policy = self.policy(*self.named("w1", "w2"), "group g any w1 w2", "quorum g")
        files = {**self.own.files(), "trust/policy.txt": policy,
                 "meta/head.tlog-proof": self.proof + self.line("w2", TIME + 5) + self.line("w2")}
        directory = self.written(self.own.sealed(files, 0, 11, 11))
        script, program = run_script(directory, self.own.keys()), run_program(directory, self.own.keys())
        self.assertEqual(script, program)
        self.assertIn("proven: w2.example/w saw it at 2026-01-05T09:31:00Z", script[1])
        self.assertIn("witnesses not authenticated", script[1])
        self.assertNotIn("another log", script[1])
        report, = run_page(self.page, [{"directory": str(directory), **self.own.keys()}])
        self.assertEqual(report["facts"]["witnesses"],
                         [{"name": "w2.example/w", "time": "2026-01-05T09:31:00Z"}])

    def test_a_quorum_that_is_not_there_is_seen(self):
        one = self.policy(*self.named("w1"), "quorum w1")
        all_three = self.named("w1", "w2", "w3")
        self.ask_with("nobody", one)
        self.ask_with("another", one, self.line("w2"))
        self.ask_with("of another head", one, self.line("w1", text=self.text.replace(b"\n3\n", b"\n4\n")))
        self.ask_with("one too few", self.policy(*all_three, "group g 2 w1 w2 w3", "quorum g"), self.line("w3"))
        self.ask_with("one group only", self.policy(*all_three, "group a any w1 w2", "group b all a w3",
                                                    "quorum b"), self.line("w1") + self.line("w2"))
        self.ask_with("a year of five digits", one, self.line("w1", 253402300800))
        self.ask_with("no anchor", one, **{"meta/head.tlog-proof": None})
        good = self.line("w1")
        key = self.witness["w1"]
        raw = bytearray(base64.b64decode(good.split(b" ")[2]))
        for at in (4, 11, 12, 75):
            changed = raw[:]
            changed[at] ^= 1
            self.ask_with("byte %d" % at, one, b" ".join(good.split(b" ")[:2]) + b" " + b64(changed).encode() + b"\n")
        self.ask_with("beside a good one", one, good + b" ".join(good.split(b" ")[:2]) + b" " + b64(
            raw[:-1] + b"x").encode() + b"\n")
        self.ask_with("too short", one, ("\u2014 w1.example/w %s\n" % b64(
            key.witness_id("w1.example/w") + b"8 bytes ")).encode())
        self.ask_with("without its time", one, ("\u2014 w1.example/w %s\n" % b64(
            key.witness_id("w1.example/w") + key.sign(self.text))).encode())
        self.expect("refused", 1)

    def test_policies_that_are_none_are_seen(self):
        w1 = self.named("w1")
        for name, lines in {
                "no quorum": w1, "two quorums": [*w1, "quorum w1", "quorum w1"],
                "an unknown quorum": [*w1, "quorum w2"], "a witness twice": w1 * 2 + ["quorum w1"],
                "a key twice": [*w1, "witness w2 " + self.vkey("w1"), "quorum w1"],
                "a log as witness": ["witness w1 " + self.own.keys()["logKey"], "quorum w1"],
                "a name with a meaning": ["witness all " + self.vkey("w1"), "quorum all"],
                "a group of none": [*w1, "group g 1", "quorum w1"],
                "a group of nobody": [*w1, "group g 0 w1", "quorum w1"],
                "too many": [*w1, "group g 2 w1", "quorum w1"],
                "zeros": [*w1, "group g 01 w1", "quorum g"],
                "itself": [*w1, "group g 1 g", "quorum w1"],
                "in two groups": [*w1, "group g 1 w1", "group h 1 w1", "quorum h"],
                "before it is there": ["quorum w1", *w1], "a line of another kind": [*w1, "quorum w1", "x y"],
                "a control character": [*w1, "quorum w1\x0c"], "CRLF": [*w1, "quorum w1\r"],
                "another id": ["witness w1 " + self.vkey("w1").replace("+", "+0", 1), "quorum w1"]}.items():
            self.ask_with(name, self.policy(*lines), self.line("w1"))
        self.ask_with("no UTF-8", self.policy(*w1, "quorum w1") + b"#\xff\n", self.line("w1"))
        self.expect("refused", 1)

    def stamp(self, text=None):
        return b"\x30\x31\x04\x20" + sha256(text or self.text) + b"and more"

    def test_time_stamps_name_a_head_that_has_the_anchor(self):
        plain = self.policy("quorum none")
        self.ask_with("stamped", plain, **{"tsa/3.tsr": self.stamp(), "tsa/3.tlog-proof": self.proof})
        self.ask_with("a proof too many", plain, **{"tsa/3.tlog-proof": b"?"})
        self.expect("verified", 0)

    def test_the_time_of_a_stamp_is_the_one_that_is_signed(self):
        authority = Authority(self.folder / "authority")
        granted = authority.stamp(self.text)
        forged = with_status_text(granted, b"\x18\x0f20010101000000Z")
        self.assertIn(b"\x18\x0f20010101000000Z", forged[:64])
        for response in (granted, forged):
            files = {**self.own.files(), "tsa/3.tsr": response, "tsa/3.tlog-proof": self.proof}
            directory = self.written(self.own.sealed(files, 0, 11, 11))
            keys = {**self.own.keys(), "authorities": str(authority.folder / "ca.pem")}
            script, program = run_script(directory, keys), run_program(directory, keys)
            self.assertEqual(script, program)
            self.assertEqual(script[0], 0, script[1])
            self.assertRegex(script[1], "an authority saw the meta log at 3 leaves at %s" %
                             time.strftime("%Y-", time.gmtime()))

    def test_time_stamps_of_something_else_are_seen(self):
        plain = self.policy("quorum none")
        proof = {"tsa/3.tlog-proof": self.proof}
        self.ask_with("of another head", plain, **{"tsa/3.tsr": self.stamp(b"other"), **proof})
        self.ask_with("without a proof", plain, **{"tsa/3.tsr": self.stamp()})
        self.ask_with("nothing", plain, **{"tsa/3.tsr": b"", **proof})
        foreign = self.log(tenant="b00b").anchor(11)
        self.ask_with("of another tenant's anchor", plain, **{
            "tsa/3.tsr": self.stamp(foreign.split(b"\n\n")[1] + b"\n"), "tsa/3.tlog-proof": foreign})
        self.expect("refused", 1)


if __name__ == "__main__":
    bundles_test.PROGRAM, bundles_test.NODE = os.path.abspath(sys.argv.pop(1)), sys.argv.pop(1)
    unittest.main()

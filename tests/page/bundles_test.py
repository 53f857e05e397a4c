"""Whole and damaged bundles, to each of which three verifiers agree: the script and the page
that travel in a bundle, and the program.

usage: bundles_test.py RECOURSE NODE [unittest arguments]
"""

import base64
import concurrent.futures
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bundle_writer import (Key, Log, b64, canonical, checkpoint_text, disclosure, event, hash_lines,
                           sealed_field, sha256)
from script_under_test import OPTIONS, files_of, run_script

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM, NODE = None, None
MARK = b"<!--/files-->\n"
ORDER = 2 ** 252 + 27742317777372353535851937790883648493


def run_program(directory, keys):
    command = [PROGRAM, "verify", "--bundle", directory]
    for option, name in OPTIONS:
        command += [option, keys[name]] if keys.get(name) else []
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def run_page(page, asked):
    """Reports of the page's script about [{directory, logKey, reportKey}]."""
    result = subprocess.run([NODE, HERE / "verify_bundles.js", page], input=json.dumps(asked),
                            capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return json.loads(result.stdout)


def setUpModule():
    Bundles.prepare()


class Bundles(unittest.TestCase):
    """Bundles that are asked about together, since starting node takes longer than verifying."""

    @classmethod
    def prepare(cls):
        """A desk's day and its bundle, once for all tests."""
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-page-"))
        unittest.addModuleCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.data = cls.folder / "data"
        cls.recourse("demo", "--no-serve", "--seed", 7, "--until", "2026-01-06T12:00:00Z")
        cls.real = cls.export("real", "--open")
        cls.small = cls.export("small", "--open", "--from", 40, "--to", 41)
        cls.page = cls.real / "verify.html"
        text = cls.page.read_bytes()
        cls.frame = text[:text.index(b"<!--files-->\n") + len(b"<!--files-->\n")] + text[text.rindex(MARK):]
        cls.real_keys = {
            "logKey": re.search(r"^log (\S+)", (cls.real / "trust/policy.txt").read_text(), re.M).group(1),
            "reportKey": (cls.real / "trust/report.key").read_text().strip()}
        cls.log_key, cls.report_key = Key(bytes(range(32))), Key(b"r" * 32)

    @classmethod
    def recourse(cls, *arguments):
        result = subprocess.run([PROGRAM, *map(str, arguments), "--data", cls.data],
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise AssertionError(result.stderr)

    @classmethod
    def export(cls, name, *arguments):
        cls.recourse("export", "--format", "bundle", "--out", cls.folder / name, *arguments)
        return cls.folder / name

    def setUp(self):
        self.asked, self.names = [], []

    def ask(self, name, bundle, keys):
        """`bundle`: a directory, or {path: bytes} to be written to one."""
        if isinstance(bundle, dict):
            bundle = self.written(bundle)
        self.names.append(name)
        self.asked.append({"directory": str(bundle), **keys})

    def written(self, files):
        directory = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for path, data in files.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            (directory / path).write_bytes(data)
        return directory

    def expect(self, verdict, code):
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            reports = pool.submit(run_page, self.page, self.asked)
            told = [pool.submit(run_program, asked["directory"], asked) for asked in self.asked]
            said = [run_script(asked["directory"], asked) for asked in self.asked]
        for name, report, script, program in zip(self.names, reports.result(), said, told):
            with self.subTest(name):
                words = "\n".join([report["reason"], script[1], program.result()[1]])
                self.assertEqual((report["verdict"], script[0], program.result()[0]),
                                 (verdict, code, code), words)
                if os.environ.get("RECOURSE_SHOW_REASONS"):
                    print(name, "|", words.replace("\n", " | "))

    def log(self, count=11, tenant="7f3a", change=None):
        """A log of our own. `change(events)` says what the operator of it did wrong, and signed."""
        origin = "audit.example.com/t/" + tenant
        events = [event(origin, i, "recourse.ticket.noted.v1", {"n": i}) for i in range(count)]
        if change:
            change(events)
        leaves = [value if isinstance(value, bytes) else canonical(value).encode() for value in events]
        return Log(tenant, self.log_key, self.report_key, self.frame, leaves)


class Whole(Bundles):
    def test_what_the_program_exports_verifies(self):
        self.ask("all of it", self.real, self.real_keys)
        self.ask("a part of it", self.small, self.real_keys)
        self.ask("with the keys in it", self.small, {})
        self.ask("with one key", self.small, {"logKey": self.real_keys["logKey"]})
        for at, (start, end) in enumerate([(0, 1), (1, 40), (30, 60), (40, 41)]):
            self.ask("%d to %d" % (start, end),
                     self.export("range%d" % at, "--from", start, "--to", end), self.real_keys)
        self.expect("verified", 0)

    def test_without_keys_all_of_them_say_so(self):
        self.assertIn("keys not authenticated", run_script(self.real, {})[1])
        self.assertIn("keys not authenticated", run_program(self.real, {})[1])
        report, named = run_page(self.page, [{"directory": str(self.real)},
                                             {"directory": str(self.real), **self.real_keys}])
        self.assertEqual(report["keysGiven"], {"log": False, "report": False})
        self.assertIn("whose log this is", report["notProven"][0])
        self.assertNotIn("whose log this is", " ".join(named["notProven"]))

    def test_the_program_and_the_script_say_the_same(self):
        self.assertEqual(run_script(self.real, self.real_keys)[1],
                         run_program(self.real, self.real_keys)[1])

    def test_the_same_export_is_the_same_page(self):
        again = [self.export(name, "--from", 1, "--to", 40) for name in ("once", "twice")]
        self.assertEqual(files_of(again[0]), files_of(again[1]))

    def test_ranges_of_every_shape_verify(self):
        log = self.log(11)
        for start, end, size in [(0, 11, 11), (0, 0, 11), (11, 11, 11), (5, 5, 11), (4, 9, 11), (3, 7, 9),
                                 (10, 11, 11), (0, 8, 8), (8, 11, 11), (1, 2, 3)]:
            self.ask("%d to %d of %d" % (start, end, size), log.bundle(start, end, size), log.keys())
        single = self.log(1)
        self.ask("a log of one leaf", single.bundle(), single.keys())
        files = log.files()
        del files["meta/head.tlog-proof"]
        self.ask("not anchored", log.sealed(files, 0, 11, 11), log.keys())
        cosigned = log.files()
        cosigned["checkpoint"] += Key(b"w" * 32).line("witness.example.com/w1", b"8 bytes " + b"s" * 64)
        cosigned["range.proof"] = log.range_proof(0, 11, 11, cosigned["checkpoint"])
        self.ask("cosigned by an unknown key", log.sealed(cosigned, 0, 11, 11), log.keys())
        bare = log.sealed(log.files(), 0, 11, 11, page={"embeds": False, "sha256": sha256(self.frame).hex()})
        bare["verify.html"] = self.frame
        self.ask("a page without files", bare, log.keys())
        self.expect("verified", 0)

    def test_opened_values_verify(self):
        value, rho = {"name": "J\u00e4ne \u2028 Roe", "n": 1.5, "deep": [{"a": None}]}, b"\x11" * 32
        log = self.log(5, change=lambda events: events[2].update(
            data={"list": [0, sealed_field("evt_2", "/data/list/1", value, rho)]}))
        files = log.files()
        files["disclosures.ndjson"] = disclosure(2, "/data/list/1", value, rho)
        self.ask("opened", log.sealed(files, 0, 5, 5), log.keys())
        self.expect("verified", 0)

    def test_a_key_is_believed_under_the_name_that_it_was_handed_out_for(self):
        log, other = self.log(), self.log(tenant="b00b")
        named = lambda name: {**log.keys(), "logKey": log.log_key.text(name)}
        self.ask("of its meta log", log.bundle(), named("audit.example.com/meta"))
        self.ask("of its meta log after a loss", log.bundle(), named("audit.example.com/meta/2"))
        self.ask("of the log after a loss", log.bundle(), named(log.origin + "/2"))
        self.expect("verified", 0)
        self.setUp()
        self.ask("of another tenant", other.bundle(), log.keys())
        for name in ("other.example/t/0000", "other.example/meta", "audit.example.com/reports",
                     "audit.example.com/t/7f3", "audit.example.com/t/7f3a/0", "audit.example.com/t/7f3a/2/2",
                     "audit.example.com/meta/x", "/meta", "audit.example.com/t/7f3a/meta"):
            self.ask(name, log.bundle(), named(name))
        self.expect("refused", 1)

    def test_the_deployments_own_log_is_proven_when_it_is_there(self):
        log = self.log()
        directory = self.written(log.sealed({**log.files(), **log.deployment_files(11)}, 0, 11, 11))
        self.ask("all of it", directory, log.keys())
        self.expect("verified", 0)
        script, program = run_script(directory, log.keys()), run_program(directory, log.keys())
        self.assertEqual(script, program)
        self.assertIn("proven: the deployment's own log is all there up to 3 leaves", script[1])
        self.assertNotIn("not checked", script[1])
        report, = run_page(self.page, [{"directory": str(directory), **log.keys()}])
        self.assertIn("all there up to 3 events", " ".join(report["proven"]))

    def test_what_no_rule_is_about_is_named_as_not_checked(self):
        log = self.log()
        files = {**log.files(), "report/report.html": b"passed", "report/a/b": b"", "controls/RC-01/x": b"",
                 "meta/other": b"", "note.txt": b""}
        directory = self.written(log.sealed(files, 0, 11, 11))
        script, program = run_script(directory, log.keys()), run_program(directory, log.keys())
        self.assertEqual(script, program)
        self.assertIn("not checked: controls/, meta/other, note.txt, report/ (recourse verify --rerun",
                      script[1])
        report, = run_page(self.page, [{"directory": str(directory), **log.keys()}])
        self.assertEqual(report["facts"]["notChecked"], ["controls/", "meta/other", "note.txt", "report/"])


class Damaged(Bundles):
    def test_a_link_is_seen_wherever_it_leads(self):
        log = self.log()
        for name, target in (("extra", "/etc"), ("extra.txt", "/etc/hostname"), ("trust/extra", "."),
                             ("gone", "nowhere")):
            directory = self.written(log.bundle())
            (directory / name).symlink_to(target)
            self.assertEqual((run_script(directory, log.keys())[0], run_program(directory, log.keys())[0]),
                             (1, 1), name)
        directory = self.written(log.bundle())
        (directory / "checkpoint").rename(self.folder / "moved")
        (directory / "checkpoint").symlink_to(self.folder / "moved")
        self.assertEqual((run_script(directory, log.keys())[0], run_program(directory, log.keys())[0]), (1, 1))

    def test_a_deployments_log_that_is_not_its_own_is_seen(self):
        log = self.log()
        _, leaves = log.meta_leaves(11)
        whole = log.deployment_files(11)

        def meddled(name, **changed):
            files = {**log.files(), **whole, **{path.replace("_", "/", 1): data for path, data in changed.items()}}
            self.ask(name, log.sealed({path: data for path, data in files.items() if data is not None},
                                      0, 11, 11), log.keys())

        def other(name, changed):
            self.ask(name, log.sealed({**log.files(), **log.deployment_files(11, changed)}, 0, 11, 11),
                     log.keys())

        changed = [leaves[0].replace(b"sys_1", b"sys_2"), *leaves[1:]]
        lines = lambda all: b"".join(leaf + b"\n" for leaf in all)
        meddled("a leaf changed", **{"meta_leaves.ndjson": lines(changed)})
        meddled("a leaf dropped", **{"meta_leaves.ndjson": lines(leaves[:2])})
        meddled("a leaf added", **{"meta_leaves.ndjson": lines([*leaves, leaves[2]])})
        meddled("no leaves", **{"meta_leaves.ndjson": None})
        meddled("no proof", **{"meta_range.proof": None})
        meddled("no checkpoint", **{"meta_checkpoint": None})
        meddled("no anchor", **{"meta_head.tlog-proof": None})
        meddled("another range", **{"meta_range.proof": whole["meta/range.proof"].replace(
            b"range 0 3 3", b"range 0 2 3")})
        meddled("a checkpoint of the tenant", **{"meta_checkpoint": log.head(11)})
        other("a log that was signed, and is not the anchor's", changed)
        other("an older log that was signed", leaves[:2])
        self.expect("refused", 1)

    def test_one_flipped_byte_in_any_file_is_seen(self):
        whole = files_of(self.small)
        self.assertGreaterEqual(len(whole), 13)
        for path, data in whole.items():
            flipped = bytearray(data)
            flipped[len(data) // 2] ^= 1
            self.ask(path, {**whole, path: bytes(flipped)}, self.real_keys)
        for name, at in (("policy", whole["verify.html"].index(b"default-src")),
                         ("script", whole["verify.html"].rindex(b"use strict")),
                         ("data", whole["verify.html"].index(b"data-path=\"leaves.ndjson\">") + 40)):
            flipped = bytearray(whole["verify.html"])
            flipped[at] ^= 1
            self.ask("the page's " + name, {**whole, "verify.html": bytes(flipped)}, self.real_keys)
        self.expect("refused", 1)

    def test_files_that_are_not_those_of_the_manifest_are_seen(self):
        log = self.log()
        whole = log.bundle()
        for path in whole:
            self.ask("missing " + path, {name: data for name, data in whole.items() if name != path},
                     log.keys())
        for path in ("extra.txt", "INCOMPLETE", "verify.htm", "trust/.hidden", "evidence.html",
                     "meta/verify.html"):
            self.ask("unlisted " + path, {**whole, path: b"x"}, log.keys())
        pageless = log.sealed(log.files(), 0, 11, 11)
        manifest = json.loads(pageless["manifest.json"])
        del manifest["page"]
        bundle = log.signed(log.files(), manifest)
        self.ask("a page that no manifest speaks of", {**bundle, "verify.html": self.frame}, log.keys())
        other = self.log(tenant="b00b").bundle()
        self.ask("the page of another bundle", {**whole, "verify.html": other["verify.html"]}, log.keys())
        self.ask("a page with nothing in it", {**whole, "verify.html": self.frame}, log.keys())
        self.ask("a page with more in it", {**whole, "verify.html": whole["verify.html"].replace(
            MARK, b"<b>intact</b>\n" + MARK)}, log.keys())
        self.expect("refused", 1)

    def test_a_manifest_that_was_signed_and_lies_is_seen(self):
        log = self.log()
        files = log.files(2, 9)
        honest = json.loads(log.sealed(files, 2, 9, 11)["manifest.json"])
        listed = {file["path"]: file for file in honest["files"]}

        def lie(name, extra=None, **members):
            self.ask(name, {**log.signed({**files, **(extra or {})}, {**honest, **members})}, log.keys())

        def relisted(path, **members):
            return [{**file, **members} if file["path"] == path else file for file in honest["files"]]

        lie("wrong size", files=relisted("leaves.ndjson", size=listed["leaves.ndjson"]["size"] + 1))
        lie("wrong hash", files=relisted("leaves.ndjson", sha256="0" * 64))
        lie("a size that is no number", files=relisted("checkpoint", size=str(len(files["checkpoint"]))))
        lie("listed twice", files=honest["files"] + [listed["checkpoint"]])
        outside = {"path": "../real/checkpoint", "sha256": sha256(b"").hex(), "size": 0}
        for path in ("../real/checkpoint", "/etc/hostname", "trust/../checkpoint", "./checkpoint",
                     "trust//x", "a\\b", ""):
            lie("path " + path, files=honest["files"] + [{**outside, "path": path}])
        lie("wrong origin", origin="audit.example.com/t/other")
        lie("another start", start=1)
        lie("another end", end=10)
        lie("an end before the start", start=9, end=2)
        lie("a size beyond the log", size=12)
        lie("a root of another head", root=b64(b"\x00" * 32))
        lie("no files", files=[])
        lie("a fraction", start=2.5)
        lie("the page of others", page={"embeds": True, "sha256": "0" * 64})
        self.expect("refused", 1)

    def cover_up(self, log, name, files, start=0, end=11, size=11):
        self.ask(name, log.sealed(files, start, end, size), log.keys())

    def test_leaves_that_were_meddled_with_are_seen_though_the_manifest_fits(self):
        log = self.log()
        lines = log.files()["leaves.ndjson"].splitlines(keepends=True)

        def meddled(name, changed):
            self.cover_up(log, name, {**log.files(), "leaves.ndjson": b"".join(changed)})

        meddled("dropped", lines[:4] + lines[5:])
        meddled("dropped first", lines[1:])
        meddled("dropped last", lines[:-1])
        meddled("swapped", lines[:3] + [lines[4], lines[3]] + lines[5:])
        meddled("repeated", lines[:4] + [lines[3]] + lines[4:])
        meddled("added", lines + [lines[-1]])
        meddled("cut", lines[:-1] + [lines[-1][:-20]])
        meddled("without its last line feed", lines[:-1] + [lines[-1][:-1]])
        meddled("an empty line", lines + [b"\n"])
        meddled("CRLF", [line[:-1] + b"\r\n" for line in lines])
        meddled("changed", lines[:3] + [lines[3].replace(b"noted", b"moved")] + lines[4:])
        meddled("of another tenant", self.log(tenant="b00b").files()["leaves.ndjson"].splitlines(True))
        meddled("none", [])
        self.expect("refused", 1)

    def test_a_log_that_is_wrong_and_signed_is_seen(self):
        def gap(events):
            events[5:] = [event(value["source"], 6 + i, value["type"], value["data"])
                          for i, value in enumerate(events[5:])]

        def wrong(**members):
            return lambda events: events[5].update(members)

        def spelled(text):
            return lambda events: events.__setitem__(5, text(canonical(events[5])).encode())

        for name, change in {
                "a gap in the sequence": gap,
                "a sequence without zeros": wrong(sequence="5"),
                "a source of another log": wrong(source="audit.example.com/t/b00b"),
                "time that runs back": wrong(time="2026-01-05T09:30:03.000000Z"),
                "time in another form": wrong(time="2026-01-05T09:30:05Z"),
                "no id": wrong(id=None),
                "a space": spelled(lambda text: text.replace(":", ": ", 1)),
                "a name twice": spelled(lambda text: '{"actor":"sys_2",' + text[1:]),
                "another order": spelled(lambda text: '{"type":"a",' + text[1:].replace(
                    ',"type":"recourse.ticket.noted.v1"', "")),
                "an escape too many": spelled(lambda text: text.replace("sys_1", "s\\u0079s_1")),
                "no object": spelled(lambda text: "[" + text + "]"),
                "a byte order mark": spelled(lambda text: "\ufeff" + text),
                "a zero character": wrong(data={"text": "\0"}),
                "half a character": spelled(lambda text: text.replace("sys_1", "\\ud800")),
                "no number": wrong(data={"n": float("nan")}),
                "a number that no reader keeps": wrong(data={"n": 2 ** 53}),
                "a negative zero": spelled(lambda text: text.replace('"n":5', '"n":-0')),
                "a name twice beside a fraction": spelled(lambda text: text.replace(
                    '"n":5', '"n":0.5,"n":0.5')),
                "a leaf that is too long": wrong(data={"text": "x" * 65536}),
                "a leaf that is one byte too long": self.long_leaf(65536)}.items():
            log = self.log(change=change)
            self.ask(name, log.bundle(), log.keys())
        self.expect("refused", 1)

    @staticmethod
    def long_leaf(length):
        def change(events):
            events[5]["data"] = {"text": ""}
            events[5]["data"]["text"] = "x" * (length - len(canonical(events[5])))
        return change

    def test_the_longest_leaf_and_the_oddest_texts_verify(self):
        for name, change in {
                "the longest": self.long_leaf(65535),
                "a fraction": lambda events: events[5].update(data={"n": 0.25, "a": [1.5, -3]}),
                "a backslash before zeros": lambda events: events[5].update(data={"text": "\\u0000"}),
                "line ends of others": lambda events: events[5].update(
                    data={"text": "\x7f\x85\u2028\u2029 \U0001f602"})}.items():
            log = self.log(change=change)
            self.ask(name, log.bundle(), log.keys())
        self.expect("verified", 0)

    def test_heads_that_are_not_of_this_range_are_seen(self):
        log, files = self.log(), self.log().files(4, 9)
        foreign = self.log(tenant="b00b")
        other_key = Log("7f3a", Key(b"x" * 32), self.report_key, self.frame, log.leaves)

        def with_head(name, head, **more):
            proof = log.range_proof(4, 9, 11, head)
            self.cover_up(log, name, {**files, "checkpoint": head, "range.proof": proof, **more}, 4, 9)

        text = checkpoint_text(log.origin, log.hashes)
        sign = lambda changed: log.log_key.note(log.origin, changed)
        self.cover_up(log, "an old head replayed", {**files, "checkpoint": log.head(10)}, 4, 9)
        with_head("an old head replayed, in the proof too", log.head(10))
        with_head("the head of another tenant", foreign.head(11))
        with_head("signed with another key", other_key.head(11))
        with_head("a control character", sign(text.replace(b"\n11\n", b"\n11\x07\n")))
        with_head("CRLF", sign(text.replace(b"\n", b"\r\n")))
        with_head("a leading zero", sign(text.replace(b"\n11\n", b"\n011\n")))
        with_head("a plus", sign(text.replace(b"\n11\n", b"\n+11\n")))
        with_head("an extension line", sign(text + b"more\n"))
        with_head("a root of 31 bytes", sign(b"\n".join(text.split(b"\n")[:2]) + b"\n" +
                                             b64(b"\x00" * 31).encode() + b"\n"))
        root = text.split(b"\n")[2]
        stray = root[:42] + bytes([root[42] + 1]) + b"="  # A canonical one has two zero bits there.
        with_head("a root in its other spelling", sign(text.replace(root, stray)))
        good = log.head(11)
        with_head("no blank line", good.replace(b"\n\n", b"\n"))
        with_head("no signature", text + b"\n")
        with_head("no last line feed", good[:-1])
        with_head("a byte order mark", b"\xef\xbb\xbf" + good)
        with_head("bytes that are not UTF-8", good.replace(b"audit", b"aud\xfft"))
        with_head("a second line of the key that does not hold",
                  good + log.log_key.line(log.origin, b"\x01" * 64))
        with_head("a line that is none", good + b"and more\n")
        with_head("a signature that is too short", text + b"\n" + log.log_key.line(
            log.origin, log.log_key.sign(text)[:63]))
        with_head("a hundred and one signatures", good * 1 + good.split(b"\n\n")[1] * 100)
        s = int.from_bytes(log.log_key.sign(text)[32:], "little") + ORDER
        with_head("a signature in its other spelling", text + b"\n" + log.log_key.line(
            log.origin, log.log_key.sign(text)[:32] + s.to_bytes(32, "little")))
        self.cover_up(log, "no head at the start", {name: data for name, data in files.items()
                                                    if name != "checkpoint.start"}, 4, 9)
        for size in (3, 5):
            self.cover_up(log, "a start at %d" % size, {**files, "checkpoint.start": log.head(size)}, 4, 9)
        self.cover_up(log, "the start of another history", {**files, "checkpoint.start": self.log(
            change=lambda events: events[0]["data"].update(n=7)).head(4)}, 4, 9)
        self.expect("refused", 1)

    def test_range_proofs_that_prove_something_else_are_seen(self):
        log, files = self.log(), self.log().files(4, 9)
        proof = files["range.proof"]
        lines = proof.split(b"\n")
        note = files["checkpoint"]

        def with_proof(name, changed):
            self.cover_up(log, name, {**files, "range.proof": changed}, 4, 9)

        with_proof("of another range", log.range_proof(4, 8, 11, note))
        with_proof("of another tenant", self.log(tenant="b00b").files(4, 9)["range.proof"])
        with_proof("without its hashes", proof.replace(hash_lines(self.hashes_in(lines)), b""))
        with_proof("with one hash twice", b"\n".join(lines[:3] + lines[2:]))
        with_proof("with another hash", proof.replace(lines[2], b64(b"\x07" * 32).encode()))
        with_proof("with a hash of 31 bytes", proof.replace(lines[2], b64(b"\x07" * 31).encode()))
        with_proof("of another version", proof.replace(b"@v1", b"@v2", 1))
        with_proof("with leading zeros", proof.replace(b"range 4", b"range 04"))
        with_proof("with CRLF", proof.replace(b"\n", b"\r\n"))
        with_proof("with spaces", proof.replace(lines[2], lines[2] + b" "))
        with_proof("cut", proof[:-30])
        with_proof("empty", b"")
        self.expect("refused", 1)

    @staticmethod
    def hashes_in(lines):
        return [base64.b64decode(line) for line in lines[2:lines.index(b"", 2)]]

    def test_an_anchor_of_something_else_is_seen(self):
        log, foreign = self.log(), self.log(tenant="b00b")
        proof = log.anchor(11)

        def with_anchor(name, changed):
            self.cover_up(log, name, {**log.files(), "meta/head.tlog-proof": changed})

        with_anchor("another tenant's proof", foreign.anchor(11))
        with_anchor("of an older head", log.anchor(10))
        with_anchor("at another place", proof.replace(b"index 1", b"index 2"))
        with_anchor("beyond the log", proof.replace(b"index 1", b"index 3"))
        with_anchor("a leaf that says another place", log.anchor(11, 1, 2))
        with_anchor("with leading zeros", proof.replace(b"index 1", b"index 01"))
        with_anchor("without its leaf", re.sub(rb"extra [^\n]*\n", b"", proof))
        with_anchor("with another leaf", re.sub(rb"extra [^\n]*\n", b"extra e30=\n", proof))
        with_anchor("with a hash too many", proof.replace(b"\n\n", b"\n" + hash_lines([b"\x07" * 32]) +
                                                          b"\n", 1))
        with_anchor("signed by another key", Log("7f3a", Key(b"x" * 32), self.report_key, self.frame,
                                                 log.leaves).anchor(11))
        with_anchor("in the tenant's own log", proof.replace(b"/meta", b"/t/7f3a"))
        self.expect("refused", 1)

    def test_values_that_were_not_committed_to_are_seen(self):
        value, rho = "Jane Roe", b"\x11" * 32
        log = self.log(5, change=lambda events: events[2].update(
            data={"name": sealed_field("evt_2", "/data/name", value, rho), "list": [1]}))
        line = disclosure(2, "/data/name", value, rho)

        def opened(name, changed):
            self.cover_up(log, name, {**log.files(), "disclosures.ndjson": changed}, 0, 5, 5)

        opened("another value", disclosure(2, "/data/name", "Jane Doe", rho))
        opened("another rho", disclosure(2, "/data/name", value, b"\x12" * 32))
        opened("rho of 31 bytes", disclosure(2, "/data/name", value, rho[:31]))
        opened("rho of 33 bytes", disclosure(2, "/data/name", value, rho + b"\x00"))
        opened("rho with a zero behind it", disclosure(2, "/data/name", value, rho[:31] + b"\x11\x00"))
        opened("another place", disclosure(2, "/data/list/0", value, rho))
        opened("no place", disclosure(2, "/data/nowhere", value, rho))
        opened("a place in a prototype", disclosure(2, "/data/__proto__", value, rho))
        opened("a place without a slash", disclosure(2, "data/name", value, rho))
        opened("another leaf", disclosure(3, "/data/name", value, rho))
        opened("a leaf that is not here", disclosure(7, "/data/name", value, rho))
        opened("out of order", disclosure(3, "/data/name", value, rho) + line)
        opened("cut", line[:-1])
        opened("spaces", line.replace(b":2", b": 2"))
        opened("a member behind the value", line.replace(b'"}', b'","z":1}'))
        opened("two values", line.replace(b'"value":', b'"value":1,"value":'))
        opened("no JSON", b"{\n")
        self.expect("refused", 1)

    def test_a_note_of_the_manifest_that_is_not_its_own_is_seen(self):
        log = self.log()
        whole = log.bundle()
        reports, text = "audit.example.com/reports", whole["manifest.note"].split(b"\n\n")[0] + b"\n"

        def noted(name, note):
            self.ask(name, {**whole, "manifest.note": note}, log.keys())

        noted("re-signed with another key", Key(b"x" * 32).note(reports, text))
        noted("signed by the log key", log.log_key.note(reports, text))
        noted("another version", log.report_key.note(reports, text.replace(b"@v1", b"@v2")))
        noted("another origin", log.report_key.note(reports, text.replace(b"7f3a", b"b00b")))
        noted("a line more", log.report_key.note(reports, text + b"more\n"))
        noted("a control character", log.report_key.note(reports, text.replace(b"\n", b"\t\n", 1)))
        noted("CRLF", whole["manifest.note"].replace(b"\n", b"\r\n"))
        noted("CRLF that was signed", log.report_key.note(reports, text.replace(b"\n", b"\r\n")))
        noted("of another bundle", self.log(9).bundle()["manifest.note"])
        noted("empty", b"")
        self.expect("refused", 1)

    def test_a_forged_bundle_holds_only_against_its_own_keys(self):
        log = self.log()
        forger = Log("7f3a", Key(b"x" * 32), Key(b"y" * 32), self.frame, log.leaves)
        self.ask("both keys another's", forger.bundle(), log.keys())
        self.ask("the log key another's", forger.bundle(), {**forger.keys(), "logKey": log.keys()["logKey"]})
        self.ask("the report key another's", forger.bundle(),
                 {**forger.keys(), "reportKey": log.keys()["reportKey"]})
        self.ask("the keys in each other's place", log.bundle(), {
            "logKey": log.keys()["reportKey"], "reportKey": log.keys()["logKey"]})
        for name, text in {"no key": "key", "half a key": log.keys()["logKey"][:-8],
                           "another id": log.keys()["logKey"].replace("+65c95b99", "+65c95b98"),
                           "a witness's key": "witness.example.com/w1+969980cf+"
                                              "BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"}.items():
            self.assertNotEqual(text, log.keys()["logKey"])
            self.ask(name, log.bundle(), {**log.keys(), "logKey": text})
        self.expect("refused", 1)


class Page(Bundles):
    def test_its_reader_sees_what_was_decided(self):
        value, rho = "<img src=x onerror=alert(1)>\u202e", b"\x11" * 32
        log = self.log(2, change=lambda events: events[1].update(
            data={"name": sealed_field("evt_1", "/data/name", value, rho)}))
        files = {**log.files(), "disclosures.ndjson": disclosure(1, "/data/name", value, rho)}
        hostile = self.written(log.sealed(files, 0, 2, 2))
        result = subprocess.run([NODE, HERE / "page_test.js", self.small, hostile], capture_output=True,
                                text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stdout)


class Untold(Bundles):
    def test_a_directory_that_is_not_there_is_no_verdict(self):
        nowhere = self.folder / "nowhere"
        self.assertEqual(run_program(nowhere, {})[0], 2)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(run_script(nowhere, {})[0], 2)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAM, NODE = os.path.abspath(sys.argv.pop(1)), sys.argv.pop(1)
    unittest.main(verbosity=2)

"""A witness as its customer runs it: a process of its own that is killed, asked the wrong things and
shown a log that was set back or forked.

usage: witness_test.py RECOURSE
"""

import base64
import concurrent.futures
import hashlib
import http.client
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "page"))
from bundle_writer import Key, b64, checkpoint_text, hash_lines, leaf_hash, subtree


def consistency(hashes, old):
    """RFC 6962, 2.1.2: from the first `old` of the hashes to all of them."""
    def proof(begin, end, wanted, whole):
        if wanted == end - begin:
            return [] if whole else [subtree(hashes, begin, end)]
        half = 1 << (end - begin - 1).bit_length() - 1
        if wanted <= half:
            return proof(begin, begin + half, wanted, whole) + [subtree(hashes, begin + half, end)]
        return proof(begin + half, end, wanted - half, False) + [subtree(hashes, begin, begin + half)]
    return proof(0, len(hashes), old, True) if old else []


class Log:
    def __init__(self, origin, key, words):
        self.origin, self.key = origin, key
        self.hashes = [leaf_hash(word.encode()) for word in words]

    def note(self, size):
        return self.key.note(self.origin, checkpoint_text(self.origin, self.hashes[:size]))

    def request(self, old, size):
        return b"old %d\n" % old + hash_lines(consistency(self.hashes[:size], old)) + b"\n" + \
            self.note(size)


class Witness(unittest.TestCase):
    program = None
    name = "witness.example.com/w1"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="recourse-witness-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.process = None
        self.addCleanup(self.kill)
        made = self.run_alone("--new-key", "w1.key", "--name", self.name)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.verifier = made.stdout.strip()
        self.key = Key(bytes(range(32)))
        self.log = Log("audit.example.com/meta", self.key, ["leaf %d" % i for i in range(40)])
        self.start()

    def run_alone(self, *arguments):
        return subprocess.run([self.program, "witness", *arguments], cwd=self.folder, text=True,
                              capture_output=True, timeout=60, check=False)

    def arguments(self):
        return ["--key", "w1.key", "--state", "w1.state", "--listen", "127.0.0.1:0", "--log-key",
                self.key.text(self.log.origin)]

    def start(self):
        self.process = subprocess.Popen([self.program, "witness", *self.arguments()],
                                        cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        found = re.search(r"The witness (\S+) listens on http://([^:]+):(\d+)", line)
        self.assertTrue(found, line)
        self.assertEqual(found[1], self.verifier)
        self.address = found[2], int(found[3])

    def kill(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def ask(self, body, method="POST", path="/add-checkpoint"):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request(method, path, body)
        response = connection.getresponse()
        answer = response.status, response.read().decode(), response.getheader("Content-Type")
        connection.close()
        return answer

    def check_cosignature(self, line, text):
        """c2sp.org/tlog-cosignature, by openssl."""
        found = re.fullmatch("\u2014 (\\S+) (\\S+)\n", line)
        self.assertTrue(found, line)
        name, key_id, typed = self.verifier.split("+", 2)
        signature = base64.b64decode(found[2])
        self.assertEqual((found[1], signature[:4].hex(), len(signature)), (name, key_id, 76))
        public = base64.b64decode(typed)
        self.assertEqual(public[0], 4)
        self.assertEqual(hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8], key_id)
        time = int.from_bytes(signature[4:12], "big")
        message = b"cosignature/v1\ntime %d\n" % time + text
        for file, data in (("der", bytes.fromhex("302a300506032b6570032100") + public[1:]),
                           ("message", message), ("signature", signature[12:])):
            (self.folder / file).write_bytes(data)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin",
                        "-inkey", "der", "-in", "message", "-sigfile", "signature"],
                       cwd=self.folder, check=True, capture_output=True)

    def cosigned(self, log, old, size):
        status, body, _ = self.ask(log.request(old, size))
        self.assertEqual(status, 200, body)
        self.check_cosignature(body, checkpoint_text(log.origin, log.hashes[:size]))

    def test_a_growing_log_is_cosigned(self):
        for old, size in [(0, 1), (1, 7), (7, 7), (7, 8), (8, 40)]:
            self.cosigned(self.log, old, size)

    def test_what_was_answered_is_remembered_after_kill_9(self):
        old = 0
        for size in (3, 4, 17, 18, 31):
            self.cosigned(self.log, old, size)
            old = size
            self.kill()
            self.start()
        self.assertEqual(self.ask(self.log.request(0, 40)), (409, "31\n", "text/x.tlog.size"))
        self.cosigned(self.log, 31, 40)

    def test_killed_in_the_middle_it_never_goes_back(self):
        """Whatever was cosigned before the kill is at most what is known after it."""
        for _ in range(3):
            self.kill()
            (self.folder / "w1.state").unlink(missing_ok=True)
            self.start()
            answered = 0
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                killed = None
                for size in range(1, 41):
                    if size == 20:
                        killed = pool.submit(self.process.send_signal, signal.SIGKILL)
                    try:
                        status, _, _ = self.ask(self.log.request(size - 1, size))
                    except (OSError, http.client.HTTPException):
                        break
                    self.assertEqual(status, 200)
                    answered = size
                killed.result()
            self.kill()
            self.start()
            status, body, _ = self.ask(self.log.request(0, 40))
            self.assertEqual(status, 409)
            self.assertIn(int(body), (answered, answered + 1))

    def test_a_log_that_was_set_back_or_forked_gets_no_signature(self):
        self.cosigned(self.log, 0, 20)
        back = Log(self.log.origin, self.key, ["leaf %d" % i for i in range(15)])
        self.assertEqual(self.ask(back.request(0, 15))[:2], (409, "20\n"))
        self.assertEqual(self.ask(b"old 20\n\n" + back.note(15))[0], 400)
        forked = Log(self.log.origin, self.key, ["leaf %d" % i for i in range(15)] + ["other"] * 25)
        for size in (21, 40):
            self.assertEqual(self.ask(forked.request(20, size))[0], 422)
        self.assertEqual(self.ask(b"old 20\n\n" + forked.note(20))[0], 409)
        fork = list(self.folder.glob("w1.state.fork-*"))
        self.assertEqual(len(fork), 1)
        kept = fork[0].read_bytes()
        self.assertIn(self.log.note(20), kept)
        self.assertIn(forked.note(20), kept)
        self.cosigned(self.log, 20, 21)

    def test_others_logs_and_nonsense_are_refused(self):
        other = Log("audit.example.com/t/0011223344556677", self.key, ["a", "b"])
        self.assertEqual(self.ask(other.request(0, 2))[0], 404)
        stranger = Log(self.log.origin, Key(b"s" * 32), ["a", "b"])
        self.assertEqual(self.ask(stranger.request(0, 2))[0], 403)
        for body in (b"", b"old 0\n", b"old 0\n\nnot a note", b"\xff" * 100, self.log.request(0, 2)[:-1],
                     self.log.request(0, 2).replace(b"old 0", b"old 00")):
            self.assertEqual(self.ask(body)[0], 400)
        self.assertEqual(self.ask(self.log.request(0, 2) + b"x" * 70000)[0], 413)
        self.assertEqual(self.ask(None, "GET")[0], 405)
        self.assertEqual(self.ask(b"", path="/")[0], 404)
        self.assertEqual(self.ask(self.log.request(0, 2)[:0] + b"old 0\n" + hash_lines([b"x" * 32]) +
                                  b"\n" + self.log.note(2))[0], 422)

    def test_only_one_of_two_that_know_the_same_is_cosigned(self):
        self.cosigned(self.log, 0, 5)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda size: self.ask(self.log.request(5, size))[0],
                                    range(6, 14)))
        self.assertEqual(sorted(answers), [200] + [409] * 7)

    def test_a_second_witness_does_not_share_its_memory(self):
        second = self.run_alone(*self.arguments())
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertIn("another witness", second.stderr)

    def test_a_damaged_memory_is_not_an_empty_one(self):
        self.cosigned(self.log, 0, 5)
        self.kill()
        state = self.folder / "w1.state"
        state.write_bytes(state.read_bytes().replace(b"audit", b"audlt"))
        refused = self.run_alone(*self.arguments())
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("damaged", refused.stderr)


if __name__ == "__main__":
    Witness.program = sys.argv.pop(1)
    unittest.main()

"""A mirror that knows nothing but c2sp.org/tlog-tiles: it downloads whole logs by tiles, and what it has
gives the signed root.

usage: tiles_test.py RECOURSE
"""

import http.client
import pathlib
import sys
import time
import unittest

from running_server import RunningServer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "page"))
from bundle_writer import b64, leaf_hash, subtree


def place(index):
    """1234067 is x001/x234/067."""
    groups = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        groups.insert(0, "x%03d" % (index % 1000))
    return "/".join(groups)


class Tiles(RunningServer):
    def get(self, path, key=None):
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request("GET", path, headers={"Authorization": "Bearer " + (key or self.admin)})
        response = connection.getresponse()
        answer = response.status, response.read(), dict(response.getheaders())
        connection.close()
        return answer

    def tile(self, prefix, kind, index, width):
        path = "%s/tile/%s/%s" % (prefix, kind, place(index)) + (".p/%d" % width if width < 256 else "")
        status, data, headers = self.get(path)
        self.assertEqual(status, 200, path)
        self.assertEqual(headers["Content-Type"], "application/octet-stream")
        self.assertIn("immutable", headers["Cache-Control"])
        return data

    def rows(self, prefix, kind, count):
        """All tiles of a level that has `count` hashes or entries."""
        return [self.tile(prefix, kind, at // 256, min(256, count - at)) for at in range(0, count, 256)]

    def mirror(self, prefix):
        status, note, headers = self.get(prefix + "/checkpoint")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; charset=utf-8"))
        self.assertIn("max-age=1", headers["Cache-Control"])
        origin, size, root = note.decode().split("\n\n")[0].split("\n")
        size = int(size)
        leaves = []
        for data in self.rows(prefix, "entries", size):
            while data:
                length = int.from_bytes(data[:2], "big")
                leaves.append(data[2:2 + length])
                data = data[2 + length:]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        level, row = 0, hashes
        while row:
            self.assertEqual(b"".join(self.rows(prefix, level, len(row))), b"".join(row))
            row = [subtree(row, at, at + 256) for at in range(0, len(row) // 256 * 256, 256)]
            level += 1
        self.assertEqual(b64(subtree(hashes, 0, len(hashes))), root)
        return origin, size, leaves

    def test_a_mirror_has_the_signed_root(self):
        for i in range(270):
            self.ticket()
        self.until_signed("/v1/log")
        origin, size, leaves = self.mirror("/v1/log")
        self.assertGreater(size, 256)
        self.assertEqual(len(leaves), size)
        meta, _, _ = self.mirror("/v1/meta-log")
        self.assertEqual(meta, origin.split("/t/")[0] + "/meta")

        for path in ("0/x000/000", "0/00", "0/0", "0/000.p/0", "0/000.p/256", "0/000.p/01", "64/000",
                     "00/000", "0/999", "1/000", "1/000.p/2", "entries/999", "x/000", "0/000.p"):
            self.assertEqual(self.get("/v1/log/tile/" + path)[0], 404, path)
        narrow = self.get("/v1/log/tile/0/000.p/7")
        self.assertEqual((narrow[0], len(narrow[1])), (200, 7 * 32))

    def until_signed(self, prefix):
        for _ in range(100):
            size = int(self.get(prefix + "/checkpoint")[1].split(b"\n")[1])
            if size > 256:
                return
            time.sleep(0.1)
        self.fail("the head was not signed")

    def test_the_meta_log_is_for_those_who_check_it(self):
        keys = {}
        for role in ("viewer", "auditor"):
            keys[role] = self.made("/v1/keys", {"role": role, "kind": "human"})["secret"]
        self.made("/v1/tenants", {"tenant": "acme"})
        for path, viewer, auditor, admin in (("checkpoint", 403, 200, 200),
                                             ("tile/0/000.p/1", 403, 200, 200),
                                             ("tile/entries/000.p/1", 403, 403, 200)):
            status = [self.get("/v1/meta-log/" + path, key)[0]
                      for key in (keys["viewer"], keys["auditor"], self.admin)]
            self.assertEqual(status, [viewer, auditor, admin], path)


if __name__ == "__main__":
    RunningServer.program = sys.argv.pop(1)
    unittest.main()

// The scripts of verify.html against published vectors and the golden texts of this repository.
//   usage: node vectors_test.js SOURCE-ROOT
// Published vectors are looked for in RECOURSE_SHARED_DATA, else beside the repository.
"use strict";
const assert = require("node:assert");
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const {test} = require("node:test");

const root = process.argv[2];
for (const script of ["sha2", "ed25519", "text", "notes", "tree"])
  require(path.resolve(root, "tools/audit/page", script + ".js"));
const {evidence} = globalThis;
const {need, hex, toUtf8, fromUtf8, fromBase64, toBase64, hashOf, decimal, canonicalObject} = evidence;

const shared = process.env.RECOURSE_SHARED_DATA ?? path.resolve(root, "../shared/data");
const golden = (name) => fs.readFileSync(path.join(root, "tests/golden/v1/evidence", name));
const fromHex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const bytesOf = (buffer) => Uint8Array.from(buffer);
const linesOf = (text) => text.split("\n").filter((line) => line !== "");

/** A test over published data, which is left out where that is not there. */
function vectors(name, file, run) {
  const found = path.join(shared, file);
  const skip = fs.existsSync(found) ? false : "there is no " + found;
  test(name, {skip}, () => run(fs.readFileSync(found, "utf8")));
}
const holds = (check) => {
  try {
    check();
    return true;
  } catch (error) {
    assert.ok(error instanceof evidence.Refusal, error.stack);
    return false;
  }
};

test("SHA-256, SHA-512 and HMAC are those of others at every length around a block", () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 127, 128, 129, 1000]) {
    const bytes = bytesOf(crypto.createHash("shake256", {outputLength: length || 1})
      .update(String(length)).digest()).subarray(0, length);
    const other = (name) => crypto.createHash(name).update(bytes).digest("hex");
    assert.strictEqual(hex(evidence.sha256(bytes)), other("sha256"));
    assert.strictEqual(hex(evidence.sha512(bytes)), other("sha512"));
    const key = bytes.subarray(0, 64);
    assert.strictEqual(hex(evidence.hmacSha256(key, bytes)),
                       crypto.createHmac("sha256", key).update(bytes).digest("hex"));
  }
});

test("a hash does not depend on the pieces it came in", () => {
  const bytes = bytesOf(crypto.createHash("shake256", {outputLength: 700}).update("x").digest());
  const hash = new evidence.Sha256();
  for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 3) % 131)
    hash.update(bytes.subarray(at, at + step));
  assert.deepStrictEqual(hash.digest(), evidence.sha256(bytes));
});

test("base64 has one spelling", () => {
  for (let length = 0; length < 20; ++length) {
    const bytes = evidence.sha256(Uint8Array.of(length)).subarray(0, length);
    assert.strictEqual(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepStrictEqual(fromBase64(toBase64(bytes)), bytes.slice());
  }
  for (const text of ["A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA=A", "AA==AAAA", "AAAA\n",
                      " AAAA", "AA-_", "\u0141AAA", "AAAA="])
    assert.ok(!holds(() => fromBase64(text)), JSON.stringify(text));
});

test("numbers are decimal, without leading zeros and at most 2^53 - 1", () => {
  assert.strictEqual(decimal("0"), 0);
  assert.strictEqual(decimal("9007199254740991"), 2 ** 53 - 1);
  for (const text of ["", "00", "01", "+1", "-1", " 1", "1 ", "1\n", "1e3", "0x1", "9007199254740992",
                      "99999999999999999999", "\u0661"])
    assert.ok(!holds(() => decimal(text)), JSON.stringify(text));
});

test("a leaf is one object in canonical form", () => {
  assert.ok(holds(() => canonicalObject(toUtf8('{"a":1,"b":[true,null,"\u20ac\\n"],"c":0.5}'))));
  for (const text of ['{"b":1,"a":1}', '{"a":1,"a":2}', '{"a": 1}', '{"a":1}\n', '{"a":1.0}', '[1]',
                      '{"a":9007199254740992}', '{"a":-0}', '{"a":"\\u20ac"}', '{"a":"\\ud800"}',
                      '{"a":"\\u0000"}', '\ufeff{"a":1}', '{"a":1}}', "", "null"])
    assert.ok(!holds(() => canonicalObject(toUtf8(text))), text);
  assert.ok(!holds(() => canonicalObject(Uint8Array.of(0x22, 0xff, 0x22))));
});

vectors("published signatures verify, and no flipped bit does", "ed25519/sign-0001-0064.txt", (text) => {
  linesOf(text).forEach((line, count) => {
    const [, key, message, signed] = line.split(":").map(fromHex);
    const signature = signed.slice(0, 64);
    assert.ok(evidence.verifyEd25519(key, message, signature));
    const flipped = (bytes) => bytes.map((byte, i) =>
      i === (count * 5) % bytes.length ? byte ^ (1 << count % 8) : byte);
    assert.ok(!evidence.verifyEd25519(flipped(key), message, signature));
    assert.ok(!evidence.verifyEd25519(key, message, flipped(signature)));
    if (message.length > 0) assert.ok(!evidence.verifyEd25519(key, flipped(message), signature));
  });
});

test("a signature has one spelling, and a key too", () => {
  const pair = crypto.generateKeyPairSync("ed25519");
  const key = bytesOf(pair.publicKey.export({format: "der", type: "spki"})).slice(-32);
  const message = toUtf8("message");
  const signature = bytesOf(crypto.sign(null, message, pair.privateKey));
  assert.ok(evidence.verifyEd25519(key, message, signature));
  // S + L satisfies the same equation.
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let s = order;
  for (let i = 31; i >= 0; --i) s += BigInt(signature[32 + i]) << BigInt(8 * i);
  const other = signature.map((byte, i) => i < 32 ? byte : Number((s >> BigInt(8 * (i - 32))) & 255n));
  assert.ok(!evidence.verifyEd25519(key, message, other));
  for (const length of [0, 63, 65]) {
    const wrong = new Uint8Array(length);
    wrong.set(signature.subarray(0, length));
    assert.ok(!evidence.verifyEd25519(key, message, wrong));
  }
  assert.ok(!evidence.verifyEd25519(key.subarray(1), message, signature));
  // y = p + 1 is another spelling of y = 1, whose signatures anybody makes.
  const neutral = new Uint8Array(64);
  neutral[0] = 1;
  const beyond = new Uint8Array(32).fill(255);
  [beyond[0], beyond[31]] = [0xee, 0x7f];
  assert.ok(!evidence.verifyEd25519(beyond, message, neutral));
});

vectors("published notes are verified, unverified or malformed as published", "signed-note/cases.json",
        (text) => {
  for (const {id, keys, note_base64: note, expect, checkpoint} of JSON.parse(text)) {
    const bytes = bytesOf(Buffer.from(note, "base64"));
    const results = keys.map((key) => {
      const {name, key: bytesOfKey} = evidence.parseKey(key);
      return holds(() => evidence.verifyNote(bytes, name, bytesOfKey));
    });
    assert.strictEqual(holds(() => evidence.parseNote(bytes)), expect !== "malformed", id);
    if (expect !== "accept") assert.ok(!results.includes(true), id);
    else assert.ok(results.includes(true), id);
    if (checkpoint === undefined) continue;
    const head = evidence.parseCheckpoint(evidence.parseNote(bytes).text);
    assert.deepStrictEqual([head.origin, head.size, toBase64(head.root)],
                           [checkpoint.origin, checkpoint.size, checkpoint.root_base64], id);
  }
});

vectors("published inclusion proofs are accepted or refused as published", "merkle-log/inclusion.ndjson",
        (text) => {
  for (const given of linesOf(text).map((line) => JSON.parse(line)))
    assert.strictEqual(holds(() => evidence.verifyInclusion(
      hashOf(given.leafHash), given.leafIdx, given.treeSize, (given.proof ?? []).map(hashOf),
      hashOf(given.root))), !given.wantErr, given.file);
});

vectors("published consistency proofs are accepted or refused as published",
        "merkle-log/consistency.ndjson", (text) => {
  for (const given of linesOf(text).map((line) => JSON.parse(line)))
    assert.strictEqual(holds(() => evidence.verifyConsistency(
      given.size1, given.size2, hashOf(given.root1), hashOf(given.root2),
      (given.proof ?? []).map(hashOf))), !given.wantErr, given.file);
});

vectors("the published leaves have the published roots at every size", "merkle-log/roots.json", (text) => {
  const given = JSON.parse(text);
  const fold = new evidence.Fold();
  given.root_hex_by_size.forEach((expected, index) => {
    assert.strictEqual(hex(fold.root()), expected);
    if (index === given.leaf_inputs_hex.length) return;
    const leaf = evidence.leafHash(fromHex(given.leaf_inputs_hex[index]));
    assert.strictEqual(hex(leaf), given.leaf_hashes_hex[index]);
    fold.push({level: 0, index}, leaf);
  });
});

vectors("a leaf of a public log of millions is proved by that log's own proof",
        "merkle-log/rekor-inclusion.json", (text) => {
  const given = JSON.parse(text);
  const verify = (leaf) => holds(() => evidence.verifyInclusion(
    evidence.leafHash(leaf), given.logIndex, given.treeSize, given.hashes.map(hashOf),
    hashOf(given.rootHash)));
  const leaf = fromBase64(given.canonicalizedBody);
  assert.ok(verify(leaf));
  leaf[0] ^= 1;
  assert.ok(!verify(leaf));
});

test("covers reach past 32 bits", () => {
  const covered = evidence.cover(2 ** 40 - 3, 2 ** 52 + 1);
  const leaves = covered.reduce((sum, {level}) => sum + 2 ** level, 0);
  assert.strictEqual(leaves, 2 ** 52 + 1 - (2 ** 40 - 3));
  assert.deepStrictEqual(covered[0], {level: 0, index: 2 ** 40 - 3});
  assert.deepStrictEqual(covered.at(-1), {level: 0, index: 2 ** 52});
});

test("the golden texts verify, and with a byte changed they do not", () => {
  const keys = linesOf(golden("keys.txt").toString()).flatMap((line) =>
    line.split(/\s+/).filter((word) => /^audit\.example\.com\/t\/7f3a\+/.test(word)));
  const {name, key} = evidence.parseKey(keys[0]);
  const note = bytesOf(golden("checkpoint"));
  const head = evidence.verifyCheckpoint(note, name, key);
  assert.strictEqual(head.size, 3);
  const proof = evidence.verifyTlogProof(bytesOf(golden("leaf-1.tlog-proof")), name, key);
  const leaves = linesOf(golden("leaves.ndjson").toString());
  assert.strictEqual(fromUtf8(proof.leaf), leaves[1]);
  const range = evidence.parseRangeProof(bytesOf(golden("range.proof")));
  const fold = new evidence.Fold();
  fold.pushAll(evidence.cover(0, range.start), range.left);
  leaves.slice(range.start, range.end).forEach((leaf, i) =>
    fold.push({level: 0, index: range.start + i}, evidence.leafHash(toUtf8(leaf))));
  fold.pushAll(evidence.cover(range.end, range.size), range.right);
  assert.deepStrictEqual(fold.root(), head.root);
  for (let at = 0; at < note.length; ++at) {
    const changed = note.slice();
    changed[at] ^= 1;
    assert.ok(!holds(() => need(evidence.verifyCheckpoint(changed, name, key).size === 3, "")) ||
              isOfOthers(note, at), "byte " + at);
  }
});

/** Whether the byte is in a signature line of a witness, which the log's key says nothing about. */
function isOfOthers(note, at) {
  const own = Buffer.from(note).indexOf("\u2014 audit.example.com");
  const end = note.indexOf(10, own);
  return at > end;
}

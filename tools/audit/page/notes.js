// Verifier keys and signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint).
(function (evidence) {
  "use strict";
  const {need, toUtf8, fromUtf8, hex, fromBase64, hashOf, decimal, sha256, verifyEd25519} =
    evidence;

  const ed25519 = 1;
  const cosignature = 4;
  const endOfTimes = 253402300800n;  // 10000-01-01, in POSIX seconds: a year has four digits.
  const maxNoteBytes = 2 ** 20;
  const maxSignatures = 100;
  // No plus, no control character and none that Unicode calls a space.
  const keyName =
    /^[^+\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

  /** The first four bytes, in hex, of SHA-256(name, line feed, type, key). */
  const keyId = (name, key, type = ed25519) =>
    hex(sha256(toUtf8(name + "\n"), Uint8Array.of(type), key)).slice(0, 8);

  /** `<name>+<id>+<base64>` as {name, id, key, text}. Spaces around it are those of copying. */
  function parseKey(text, type = ed25519) {
    const [name, id, typed, ...more] = splitKey(text.trim());
    need(typed !== undefined && more.length === 0 && keyName.test(name),
         "not a verifier key: it has the form name+id+base64");
    const bytes = fromBase64(typed);
    need(bytes.length === 33 && bytes[0] === type, "not an Ed25519 key: " + name);
    const key = bytes.subarray(1);
    need(keyId(name, key, type) === id, "the id in the key is not that of the key: " + name);
    return {name, id, key, text: [name, id, typed].join("+")};
  }
  /** The base64 may hold a plus, the name and the id may not. */
  function splitKey(text) {
    const first = text.indexOf("+");
    const second = first < 0 ? -1 : text.indexOf("+", first + 1);
    if (second < 0) return [];
    return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
  }

  /** {text, signatures: [{name, id, signature}]} of which nothing is believed yet. */
  function parseNote(bytes) {
    need(bytes.length <= maxNoteBytes, "a note over 1 MiB");
    const note = fromUtf8(bytes);
    need(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "a control character in a note");
    const blank = note.lastIndexOf("\n\n");
    need(blank >= 0 && note.endsWith("\n"), "a note has a blank line and then signatures");
    const lines = note.slice(blank + 2).split("\n").slice(0, -1);
    need(lines.length > 0 && lines.length <= maxSignatures, "a note has 1 to 100 signatures");
    return {text: note.slice(0, blank + 1), signatures: lines.map(parseSignature)};
  }
  function parseSignature(line) {
    const [dash, name, encoded, ...more] = line.split(" ");
    need(dash === "\u2014" && encoded !== undefined && more.length === 0 && keyName.test(name),
         "a signature line is a dash, a name and base64");
    const bytes = fromBase64(encoded);
    need(bytes.length > 4, "a signature has more than its key id");
    return {name, id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4)};
  }

  /**
   * The text of a note that `key` signed as `name`. One key pair signs under the name of each of
   * its logs. Signatures of others are passed over; one of this key that does not hold refuses the
   * note. So does one of `witnesses`; `seen` gets the earliest time of each that cosigned.
   */
  function verifyNote(bytes, name, key, witnesses = [], seen = new Map()) {
    const {text, signatures} = parseNote(bytes);
    const id = keyId(name, key);
    const ours = signatures.filter((line) => line.name === name && line.id === id);
    need(ours.length > 0, "not signed by the given key as " + name);
    for (const {signature} of ours)
      need(verifyEd25519(key, toUtf8(text), signature),
           "the signature of " + name + " does not hold");
    for (const witness of witnesses)
      for (const line of signatures)
        if (line.name === witness.name && line.id === witness.id)
          takeCosignature(line.signature, text, witness, seen);
    return text;
  }
  function takeCosignature(signature, text, witness, seen) {
    const name = witness.name + "+" + witness.id;
    need(signature.length === 72, "the cosignature of " + witness.name + " does not hold");
    const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    const message = toUtf8("cosignature/v1\ntime " + time + "\n" + text);
    need(time < endOfTimes && verifyEd25519(witness.key, message, signature.subarray(8)),
         "the cosignature of " + witness.name + " does not hold");
    seen.set(name, Math.min(Number(time), seen.get(name) ?? Infinity));
  }

  /** {origin, size, root} from the three lines of a checkpoint. */
  function parseCheckpoint(text) {
    const [origin, size, root, end, ...more] = text.split("\n");
    need(origin !== "" && end === "" && more.length === 0, "a checkpoint has three lines");
    return {origin, size: decimal(size), root: hashOf(root)};
  }

  /** The head of the log `origin` in a note that `key` signed. */
  function verifyCheckpoint(bytes, origin, key, witnesses, seen) {
    const head = parseCheckpoint(verifyNote(bytes, origin, key, witnesses, seen));
    need(head.origin === origin, "a checkpoint of another log");
    return head;
  }

  Object.assign(evidence, {cosignature, keyId, parseKey, parseNote, verifyNote, parseCheckpoint,
                           verifyCheckpoint});
})(globalThis.evidence ??= {});

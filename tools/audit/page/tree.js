// The hash tree of RFC 6962, 2.1, and its proofs. Sizes and positions are numbers up to 2^53 - 1,
// so halving is division: the bit operators of this language end at 32 bits.
(function (evidence) {
  "use strict";
  const {need, toUtf8, fromUtf8, sameBytes, fromBase64, hashOf, decimal, isCount, sha256,
         verifyCheckpoint} = evidence;

  const half = (value) => Math.floor(value / 2);
  const isOdd = (value) => value % 2 === 1;

  const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
  function nodeHash(left, right) {
    need(left.length === 32 && right.length === 32, "a hash has 32 bytes");
    return sha256(Uint8Array.of(1), left, right);
  }

  /** The fewest complete subtrees that make up the leaves [begin, end), left to right. */
  function cover(begin, end) {
    const subtrees = [];
    while (begin < end) {
      let [level, width, index] = [0, 1, begin];
      while (!isOdd(index) && begin + 2 * width <= end) {
        level += 1;
        width *= 2;
        index /= 2;
      }
      subtrees.push({level, index});
      begin += width;
    }
    return subtrees;
  }

  /** Folds subtrees that follow each other without a gap into the root above them. */
  class Fold {
    constructor() {
      this.stack = [];
    }

    push({level, index}, hash) {
      this.stack.push({level, index, hash});
      for (;;) {
        const [lower, upper] = this.stack.slice(-2);
        if (upper === undefined || lower.level !== upper.level || isOdd(lower.index)) return;
        this.stack.splice(-2, 2, {
          level: lower.level + 1,
          index: half(lower.index),
          hash: nodeHash(lower.hash, upper.hash),
        });
      }
    }

    pushAll(subtrees, hashes) {
      subtrees.forEach((subtree, i) => this.push(subtree, hashes[i]));
    }

    /** The root of what was pushed, from the first leaf of the log on. */
    root() {
      if (this.stack.length === 0) return sha256();
      const hashes = this.stack.map((entry) => entry.hash);
      return hashes.reduceRight((right, left) => nodeHash(left, right));
    }
  }

  /** RFC 9162, 2.1.3.2. */
  function verifyInclusion(leaf, index, size, hashes, root) {
    need(isCount(index) && isCount(size) && index < size, "an index outside of the tree");
    let [at, last, value] = [index, size - 1, leaf];
    for (const hash of hashes) {
      need(last > 0, "an inclusion proof that is too long");
      if (isOdd(at) || at === last) {
        value = nodeHash(hash, value);
        while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
      } else {
        value = nodeHash(value, hash);
      }
      [at, last] = [half(at), half(last)];
    }
    need(last === 0 && sameBytes(value, root), "the leaf is not in the tree");
  }

  /** RFC 9162, 2.1.4.2. Size 0 is refused: it would say nothing about the first root. */
  function verifyConsistency(size1, size2, root1, root2, hashes) {
    need(isCount(size1) && isCount(size2) && size1 > 0 && size1 <= size2,
         "sizes that do not ascend");
    need(root1.length === 32 && root2.length === 32, "a hash has 32 bytes");
    if (size1 === size2) {
      need(hashes.length === 0 && sameBytes(root1, root2), "two roots of one size");
      return;
    }
    const isPower = cover(0, size1).length === 1;
    const path = isPower ? [root1, ...hashes] : hashes;
    need(path.length > 0, "a consistency proof that is too short");
    let [at, last] = [size1 - 1, size2 - 1];
    while (isOdd(at)) [at, last] = [half(at), half(last)];
    let [value1, value2] = [path[0], path[0]];
    for (const hash of path.slice(1)) {
      need(last > 0, "a consistency proof that is too long");
      if (isOdd(at) || at === last) {
        value1 = nodeHash(hash, value1);
        value2 = nodeHash(hash, value2);
        while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
      } else {
        value2 = nodeHash(value2, hash);
      }
      [at, last] = [half(at), half(last)];
    }
    need(last === 0 && sameBytes(value1, root1) && sameBytes(value2, root2),
         "the later tree does not continue the earlier one");
  }

  /** Reads up to the next empty line; at most 256 hashes, more than any proof has. */
  function takeHashes(lines) {
    const hashes = [];
    for (let line = lines.shift(); line !== ""; line = lines.shift()) {
      need(line !== undefined && hashes.length < 256, "a proof that does not end");
      hashes.push(hashOf(line));
    }
    return hashes;
  }
  /** The note is verified as it stands. */
  const restOf = (lines) => toUtf8(lines.join("\n"));

  /** {start, end, size, left, right, note} of a recourse/range@v1, the note not yet verified. */
  function parseRangeProof(bytes) {
    const lines = fromUtf8(bytes).split("\n");
    need(lines.shift() === "recourse/range@v1", "not a range proof");
    const [word, start, end, size, ...more] = (lines.shift() ?? "").split(" ");
    need(word === "range" && size !== undefined && more.length === 0, "a range is three numbers");
    const proof = {start: decimal(start), end: decimal(end), size: decimal(size)};
    need(proof.start <= proof.end && proof.end <= proof.size, "a range that does not ascend");
    proof.left = takeHashes(lines);
    proof.right = takeHashes(lines);
    proof.note = restOf(lines);
    need(proof.left.length === cover(0, proof.start).length &&
         proof.right.length === cover(proof.end, proof.size).length,
         "a range proof of another shape");
    return proof;
  }

  /** {leaf, index, hashes, note} of a c2sp.org/tlog-proof@v1 that carries its leaf. */
  function parseTlogProof(bytes) {
    const lines = fromUtf8(bytes).split("\n");
    need(lines.shift() === "c2sp.org/tlog-proof@v1", "not a tlog proof");
    const [extra, index] = lines.splice(0, 2);
    need(extra?.startsWith("extra ") && index?.startsWith("index "),
         "a proof names leaf and index");
    const leaf = fromBase64(extra.slice("extra ".length));
    return {leaf, index: decimal(index.slice("index ".length)), hashes: takeHashes(lines),
            note: restOf(lines)};
  }

  /** The leaf and the head of a tlog proof in the log `origin`, signed by `key`. */
  function verifyTlogProof(bytes, origin, key, witnesses, seen) {
    const proof = parseTlogProof(bytes);
    const head = verifyCheckpoint(proof.note, origin, key, witnesses, seen);
    verifyInclusion(leafHash(proof.leaf), proof.index, head.size, proof.hashes, head.root);
    return {leaf: proof.leaf, index: proof.index, head, note: proof.note};
  }

  Object.assign(evidence, {leafHash, nodeHash, cover, Fold, verifyInclusion, verifyConsistency,
                           parseRangeProof, parseTlogProof, verifyTlogProof});
})(globalThis.evidence ??= {});

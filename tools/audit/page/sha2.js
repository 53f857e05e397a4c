// SHA-256, SHA-512 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). The browser's own are not offered to a
// page that was opened from disk everywhere, and take no input piece by piece.
(function (evidence) {
  "use strict";

  // The constants are made from their definition, the fractions of roots of the first primes
  // (FIPS 180-4, 4.2 and 5.3), so that there is no table to mistype or to trust.
  const primes = [];
  for (let number = 2; primes.length < 80; ++number)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);

  /** The integer part of the root, by Newton's method from above. */
  function integerRoot(value, degree) {
    let root = value;
    for (;;) {
      const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree;
      if (next >= root) return root;
      root = next;
    }
  }

  /** The first 64 bits behind the point. */
  const fractionOfRoot = (prime, degree) =>
    BigInt.asUintN(64, integerRoot(BigInt(prime) << (64n * degree), degree));

  const k512 = primes.map((prime) => fractionOfRoot(prime, 3n));
  const h512 = primes.slice(0, 8).map((prime) => fractionOfRoot(prime, 2n));
  const upper = (word) => Number(BigInt.asIntN(32, word >> 32n));
  const k256 = Int32Array.from(k512.slice(0, 64), upper);
  const h256 = Int32Array.from(h512, upper);

  const schedule = new Int32Array(64);
  function compress256(state, bytes, at) {
    const w = schedule;
    for (let i = 0; i < 16; ++i, at += 4)
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (let i = 16; i < 64; ++i) {
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; ++i) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + k256[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }

  /** Hashes what comes in pieces. After digest() it starts anew. */
  class Sha256 {
    constructor() {
      this.state = new Int32Array(8);
      this.block = new Uint8Array(64);
      this.reset();
    }

    reset() {
      this.state.set(h256);
      this.length = 0;
    }

    update(bytes) {
      let at = 0;
      let filled = this.length % 64;
      this.length += bytes.length;
      if (filled > 0) {
        at = Math.min(64 - filled, bytes.length);
        this.block.set(bytes.subarray(0, at), filled);
        filled += at;
        if (filled < 64) return this;
        compress256(this.state, this.block, 0);
      }
      for (; at + 64 <= bytes.length; at += 64) compress256(this.state, bytes, at);
      this.block.set(bytes.subarray(at));
      return this;
    }

    /** 32 bytes. */
    digest() {
      const bits = this.length * 8;
      const padding = new Uint8Array(((119 - (this.length % 64)) % 64) + 9);
      padding[0] = 0x80;
      const view = new DataView(padding.buffer);
      view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
      view.setUint32(padding.length - 4, bits % 2 ** 32);
      this.update(padding);
      const out = new Uint8Array(32);
      const words = new DataView(out.buffer);
      this.state.forEach((word, i) => words.setInt32(4 * i, word));
      this.reset();
      return out;
    }
  }

  const shared = new Sha256();
  /** SHA-256 of the parts, one after the other. */
  function sha256(...parts) {
    for (const part of parts) shared.update(part);
    return shared.digest();
  }

  /** For keys of at most 64 bytes, which is all that a bundle has. */
  function hmacSha256(key, ...parts) {
    const pad = (mask) => Uint8Array.from({length: 64}, (_, i) => (key[i] ?? 0) ^ mask);
    return sha256(pad(0x5c), sha256(pad(0x36), ...parts));
  }

  const rotate = (word, by) => (word >> by) | BigInt.asUintN(64, word << (64n - by));
  function compress512(state, words) {
    const w = words.slice();
    for (let i = 16; i < 80; ++i) {
      const s0 = rotate(w[i - 15], 1n) ^ rotate(w[i - 15], 8n) ^ (w[i - 15] >> 7n);
      const s1 = rotate(w[i - 2], 19n) ^ rotate(w[i - 2], 61n) ^ (w[i - 2] >> 6n);
      w.push(BigInt.asUintN(64, w[i - 16] + s0 + w[i - 7] + s1));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; ++i) {
      const s1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
      const t1 = h + s1 + ((e & f) ^ (BigInt.asUintN(64, ~e) & g)) + k512[i] + w[i];
      const s0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] =
        [g, f, e, BigInt.asUintN(64, d + t1), c, b, a, BigInt.asUintN(64, t1 + t2)];
    }
    return [a, b, c, d, e, f, g, h].map((word, i) => BigInt.asUintN(64, word + state[i]));
  }

  /** SHA-512 of the parts; written for signatures, not for big files. */
  function sha512(...parts) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const padded = new Uint8Array(Math.ceil((length + 17) / 128) * 128);
    let at = 0;
    for (const part of parts) {
      padded.set(part, at);
      at += part.length;
    }
    padded[length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
    let state = h512;
    for (at = 0; at < padded.length; at += 128) {
      const start = at;
      const words = Array.from({length: 16}, (_, i) => view.getBigUint64(start + 8 * i));
      state = compress512(state, words);
    }
    const out = new Uint8Array(64);
    state.forEach((word, i) => new DataView(out.buffer).setBigUint64(8 * i, word));
    return out;
  }

  Object.assign(evidence, {Sha256, sha256, hmacSha256, sha512});
})(globalThis.evidence ??= {});

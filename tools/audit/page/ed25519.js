// Verification of Ed25519 signatures (RFC 8032, 5.1.7). Nothing here is secret, so nothing here has
// to take the same time for every input.
(function (evidence) {
  "use strict";
  const {sha512} = evidence;

  const p = 2n ** 255n - 19n;
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;

  function mod(value, modulus = p) {
    const rest = value % modulus;
    return rest < 0n ? rest + modulus : rest;
  }
  function power(base, exponent) {
    let result = 1n;
    for (; exponent > 0n; exponent >>= 1n) {
      if (exponent & 1n) result = mod(result * base);
      base = mod(base * base);
    }
    return result;
  }
  const inverse = (value) => power(value, p - 2n);

  const d = mod(-121665n * inverse(121666n));
  const twiceD = mod(2n * d);
  const rootOfMinusOne = power(2n, (p - 1n) / 4n);

  /** Little-endian. */
  const numberOf = (bytes) => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

  /** x of the point with this y and sign; null where there is no such point (RFC 8032, 5.1.3). */
  function recoverX(y, sign) {
    const square = mod((y * y - 1n) * inverse(d * y * y + 1n));
    let x = power(square, (p + 3n) / 8n);
    if (mod(x * x) !== square) x = mod(x * rootOfMinusOne);
    if (mod(x * x) !== square || (x === 0n && sign === 1n)) return null;
    return (x & 1n) === sign ? x : p - x;
  }

  // Points are (X : Y : Z : T) with x = X/Z, y = Y/Z and x y = T/Z.
  const identity = [0n, 1n, 1n, 0n];
  const pointAt = (x, y) => [x, y, 1n, mod(x * y)];
  const base = (() => {
    const y = mod(4n * inverse(5n));
    return pointAt(recoverX(y, 0n), y);
  })();

  /** RFC 8032, 5.1.4: holds for any two points, equal ones too. */
  function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const a = mod((y1 - x1) * (y2 - x2));
    const b = mod((y1 + x1) * (y2 + x2));
    const c = mod(twiceD * mod(t1 * t2));
    const e = mod(2n * z1 * z2);
    const [f, g, h, i] = [b - a, e - c, e + c, b + a];
    return [mod(f * g), mod(h * i), mod(g * h), mod(f * i)];
  }

  /** [m] P + [n] Q. */
  function sumOfProducts(m, pointP, n, pointQ) {
    const both = add(pointP, pointQ);
    let sum = identity;
    for (let bit = 255n; bit >= 0n; --bit) {
      sum = add(sum, sum);
      const ofM = (m >> bit) & 1n;
      const ofN = (n >> bit) & 1n;
      if (ofM && ofN) sum = add(sum, both);
      else if (ofM) sum = add(sum, pointP);
      else if (ofN) sum = add(sum, pointQ);
    }
    return sum;
  }

  function encode([x, y, z]) {
    const scale = inverse(z);
    let value = mod(y * scale) | ((mod(x * scale) & 1n) << 255n);
    return Uint8Array.from({length: 32}, () => {
      const byte = Number(value & 255n);
      value >>= 8n;
      return byte;
    });
  }

  /**
   * Whether `signature` is that of `message` under `key`, all of them bytes. Strict: S must be
   * below the order of the group and R is compared as bytes, so that a signature has one spelling.
   */
  function verifyEd25519(key, message, signature) {
    if (key.length !== 32 || signature.length !== 64) return false;
    const r = signature.subarray(0, 32);
    const s = numberOf(signature.subarray(32));
    const encoded = numberOf(key);
    const y = encoded & (2n ** 255n - 1n);
    if (s >= order || y >= p) return false;
    const x = recoverX(y, encoded >> 255n);
    if (x === null) return false;
    const challenge = mod(numberOf(sha512(r, key, message)), order);
    const expected = encode(sumOfProducts(s, base, challenge, pointAt(mod(-x), y)));
    return expected.every((byte, i) => byte === r[i]);
  }

  Object.assign(evidence, {verifyEd25519});
})(globalThis.evidence ??= {});

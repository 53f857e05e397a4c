// The texts that evidence is made of, read strictly: what the writer would not write is refused.
(function (evidence) {
  "use strict";

  /** What does not verify, in words for the reader. */
  class Refusal extends Error {}
  /** A file that is there but cannot be read: nothing can be told then. */
  class Unreadable extends Error {}

  function need(condition, what) {
    if (!condition) throw new Refusal(what);
  }

  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", {fatal: true, ignoreBOM: true});
  const toUtf8 = (text) => encoder.encode(text);
  function fromUtf8(bytes) {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new Refusal("a text that is not UTF-8");
    }
  }

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const valueOfDigit = new Int16Array(128).fill(-1);
  for (let i = 0; i < 64; ++i) valueOfDigit[digits.charCodeAt(i)] = i;

  /** RFC 4648, section 4: with padding, without white space, without stray bits. */
  function fromBase64(text) {
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    const bytes = new Uint8Array((text.length / 4) * 3 - padding || 0);
    let wrong = text.length % 4;
    for (let at = 0, out = 0; at < text.length; at += 4) {
      let group = 0;
      for (let i = at; i < at + 4; ++i) {
        const digit = i < text.length - padding ? valueOfDigit[text.charCodeAt(i)] ?? -1 : 0;
        wrong |= digit < 0 ? 1 : 0;
        group = (group << 6) | digit;
      }
      for (let shift = 16; shift >= 0; shift -= 8, ++out) {
        if (out < bytes.length) bytes[out] = group >> shift;
        else wrong |= (group >> shift) & 255;
      }
    }
    need(wrong === 0, "not proper base64");
    return bytes;
  }

  function toBase64(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const group = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      const left = bytes.length - at;
      text += digits[group >> 18] + digits[(group >> 12) & 63];
      text += (left > 1 ? digits[(group >> 6) & 63] : "=") + (left > 2 ? digits[group & 63] : "=");
    }
    return text;
  }

  /** 32 bytes from base64. */
  function hashOf(text) {
    need(typeof text === "string" && text.length === 44, "not a hash of 32 bytes");
    const bytes = fromBase64(text);
    need(bytes.length === 32, "not a hash of 32 bytes");
    return bytes;
  }

  /** A decimal number without leading zeros, at most 2^53 - 1. */
  function decimal(text) {
    need(/^(0|[1-9][0-9]{0,15})$/.test(text), "not a decimal number: " + JSON.stringify(text));
    const value = Number(text);
    need(Number.isSafeInteger(value), "a number beyond 2^53 - 1");
    return value;
  }
  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

  function canonicalString(text) {
    need(!/[\ud800-\udfff]/u.test(text) && !text.includes("\0"),
         "a text that JSON should not hold");
    return JSON.stringify(text);
  }

  /** An integer that is spelled out has to be one that no reader rounds. */
  const isExact = (number) =>
    !Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21;

  /** RFC 8785, whose rules are those of this language. */
  function canonicalJson(value) {
    if (typeof value === "string") return canonicalString(value);
    need(typeof value !== "number" || isExact(value), "a number beyond 2^53 - 1");
    if (Array.isArray(value)) return "[" + value.map(canonicalJson).join(",") + "]";
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const names = Object.keys(value).sort();
    const members = names.map((name) => canonicalString(name) + ":" + canonicalJson(value[name]));
    return "{" + members.join(",") + "}";
  }

  function parseJson(text) {
    try {
      return JSON.parse(text);
    } catch {
      throw new Refusal("not JSON");
    }
  }

  /** An object in canonical form: no name twice, one spelling, so that readers cannot differ. */
  function canonicalObject(bytes) {
    const text = fromUtf8(bytes);
    const value = parseJson(text);
    need(value !== null && typeof value === "object" && !Array.isArray(value), "not a JSON object");
    need(canonicalJson(value) === text, "JSON that is not in its canonical form");
    return value;
  }

  Object.assign(evidence, {
    Refusal, Unreadable, need, toUtf8, fromUtf8, hex, sameBytes, fromBase64, toBase64, hashOf,
    decimal, isCount, canonicalString, canonicalJson, parseJson, canonicalObject,
  });
})(globalThis.evidence ??= {});

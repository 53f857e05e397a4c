// Which cosignatures make a head trusted (c2sp.org/tlog-policy).
(function (evidence) {
  "use strict";
  const {need, parseKey, cosignature} = evidence;

  const maxLines = 256;
  const hexOf = (key) => key.name + "+" + key.id;

  /** Words of a line; `#` at the begin of a word ends it. */
  function wordsOf(line) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    const note = words.findIndex((word) => word.startsWith("#"));
    return note < 0 ? words : words.slice(0, note);
  }

  /** Witnesses, groups of them and the quorum, from a policy's text. */
  class Policy {
    constructor(text) {
      this.witnesses = new Map();  // By their names here: verifier keys.
      this.groups = new Map();
      this.quorum = null;
      this.taken = new Set(["none", "all", "any"]);
      this.logs = new Set();
      this.members = new Set();
      need(!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text), "a control character in the policy");
      const lines = text.split("\n").map(wordsOf).filter((words) => words.length > 0);
      need(lines.length <= maxLines, "a policy of over 256 lines");
      for (const [kind, ...words] of lines) this.take(kind, words);
      need(this.quorum !== null, "the policy has no line `quorum`");
    }

    take(kind, words) {
      if (kind === "log" && (words.length === 1 || words.length === 2)) {
        const bytes = String(parseKey(words[0]).key);
        need(!this.logs.has(bytes), "a log that is there twice");
        this.logs.add(bytes);
      } else if (kind === "witness" && (words.length === 2 || words.length === 3)) {
        this.takeWitness(words[0], parseKey(words[1], cosignature));
      } else if (kind === "group" && words.length >= 3) {
        this.takeGroup(...words);
      } else {
        need(kind === "quorum" && words.length === 1 && this.quorum === null,
             "a line of the policy that says nothing");
        need(words[0] === "none" || this.isDefined(words[0]), "there is no " + words[0] +
             " before it");
        this.quorum = words[0];
      }
    }
    isDefined(name) {
      return this.witnesses.has(name) || this.groups.has(name);
    }
    define(name) {
      need(!this.taken.has(name), "a name that is there twice: " + name);
      this.taken.add(name);
    }
    takeWitness(name, key) {
      const same = [...this.witnesses.values()].some((other) => String(other.key) === String(key.key));
      need(!same, "a witness that is there twice");
      this.define(name);
      this.witnesses.set(name, key);
    }
    takeGroup(name, least, ...members) {
      this.define(name);
      for (const member of members) {
        need(this.isDefined(member) && member !== name, "there is no " + member + " before it");
        need(!this.members.has(member), member + " is in a group already");
        this.members.add(member);
      }
      const count = least === "all" ? String(members.length) : least === "any" ? "1" : least;
      need(/^[1-9][0-9]{0,2}$/.test(count) && Number(count) <= members.length,
           "not a number of members: " + least);
      this.groups.set(name, {least: Number(count), members});
    }

    get asks() {
      return this.quorum !== "none";
    }
    get keys() {
      return [...this.witnesses.values()];
    }
    /** Whether the quorum is there; `seen` is a Map from witnessName() to a time. */
    satisfiedBy(seen) {
      return !this.asks || this.holds(this.quorum, seen);
    }
    holds(name, seen) {
      if (this.witnesses.has(name)) return seen.has(hexOf(this.witnesses.get(name)));
      const {least, members} = this.groups.get(name);
      return members.filter((member) => this.holds(member, seen)).length >= least;
    }
  }

  Object.assign(evidence, {Policy, witnessName: hexOf});
})(globalThis.evidence ??= {});

// Verifies a bundle (docs/format/bundle.md) by the rules of VERIFY.md.
(function (evidence) {
  "use strict";
  const {Refusal, Unreadable, need, toUtf8, fromUtf8, hex, sameBytes, fromBase64, toBase64, hashOf,
         parseJson, canonicalObject, Sha256, sha256, parseKey, verifyNote, verifyCheckpoint,
         leafHash, cover, Fold, parseRangeProof, verifyTlogProof, Lines, readSmall, checkManifest,
         splitPage, filesInPage, checkDisclosure, Policy, witnessName, parseNote, othersIn,
         isKeyOf, parseTlogProof, parseCheckpoint, continuedType, parseName,
         readLogLine} = evidence;

  const deploymentPaths = ["meta/leaves.ndjson", "meta/range.proof", "meta/checkpoint"];
  const maxPageBytes = 2 ** 27;
  const maxLeafBytes = 65535;
  const maxDisclosureBytes = 2 ** 24;
  const maxShownValues = 500;
  const maxShownTypes = 1000;
  const leafTime = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/;

  const timeOf = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19) + "Z";

  const steps = [
    ["files", "The files are the ones that were handed over"],
    ["heads", "The state of the log is signed"],
    ["events", "No event is missing, added, changed or moved"],
    ["opened", "Opened values are the ones that were recorded"],
    ["anchor", "The deployment\u2019s own log vouches for this state"],
    ["witnesses", "Others outside saw that log"],
  ];

  class Verification {
    constructor(source, keys, progress) {
      [this.source, this.keys, this.progress] = [source, keys, progress];
      [this.bytesRead, this.bytesToRead] = [0, 0];
      this.step = null;
      this.report = {
        verdict: "verified",
        reason: "",
        keysGiven: {log: Boolean(keys.logKey), report: Boolean(keys.reportKey)},
        steps: steps.map(([id, title]) =>
          ({id, title, state: "skipped", said: "This is looked at when all before it holds."})),
        proven: [],
        notProven: [],
        types: new Map(),
        opened: [],
      };
    }

    async run(checks) {
      try {
        await checks();
      } catch (error) {
        this.fail(error);
      }
      return this.report;
    }

    async checkAll() {
      await this.during("files", () => this.checkFiles());
      await this.checkBehindList();
      this.conclude();
    }

    async checkBehindList() {
      await this.during("heads", () => this.checkHeads());
      await this.during("events", () => this.checkEvents());
      await this.during("anchor", () => this.checkAnchor());
      await this.during("witnesses", () => this.checkWitnesses());
    }

    takeManifest(manifest) {
      this.manifest = this.report.manifest = manifest;
      this.listed = new Map(manifest.files.map((file) => [file.path, file]));
    }

    async during(id, check) {
      this.step = this.report.steps.find((step) => step.id === id);
      this.step.said = (await check()) ?? this.step.said;
      if (this.step.state === "skipped") this.step.state = "passed";
    }

    fail(error) {
      const untold = error instanceof Unreadable;
      const expected = untold || error instanceof Refusal;
      this.report.verdict = untold ? "untold" : "refused";
      this.report.reason = expected ? error.message : "something malformed: " + error;
      this.step.state = untold ? "untold" : "failed";
      this.step.said = this.report.reason;
      // What does not verify is not shown as if it did.
      delete this.report.manifest;
      delete this.report.facts;
      this.report.types.clear();
      this.report.opened = [];
    }

    has(path) {
      return this.listed.has(path);
    }

    async *chunks(path) {
      for await (const chunk of this.source.chunks(path)) {
        this.bytesRead += chunk.length;
        this.progress(Math.min(this.bytesRead, this.bytesToRead), this.bytesToRead);
        yield chunk;
      }
    }

    /** The key as the reader has it, or else the bundle's own copy of it. */
    async reportKey() {
      const own = async () => fromUtf8(await readSmall(this.source, "trust/report.key"));
      return parseKey(this.keys.reportKey || (await own()));
    }
    async logKey() {
      const own = async () => {
        const policy = fromUtf8(await readSmall(this.source, "trust/policy.txt"));
        const line = policy.split("\n").find((text) => text.startsWith("log ")) ?? "";
        return line.slice("log ".length).split(" ")[0];
      };
      return parseKey(this.keys.logKey || (await own()));
    }

    async checkFiles() {
      const manifestBytes = await readSmall(this.source, "manifest.json");
      const noteBytes = await readSmall(this.source, "manifest.note");
      const signer = await this.reportKey();
      const note = verifyNote(noteBytes, signer.name, signer.key).split("\n");
      need(note.length === 4 && note[0] === "recourse/bundle@v1" &&
           note[2] === hex(sha256(manifestBytes)), "changed: manifest.json");
      const manifest = canonicalObject(manifestBytes);
      checkManifest(manifest);
      need(note[1] === manifest.origin, "the manifest is of another log");
      this.takeManifest(manifest);
      this.checkNames();
      await this.checkContents();
      if (manifest.page !== undefined && !this.source.isPage)
        await this.checkPage(manifestBytes, noteBytes);
      const {origin, start, end, size} = manifest;
      this.report.facts = {origin, start, end, size, reportKey: signer.text,
                           page: manifest.page?.sha256};
      return this.listed.size + " files have the size and the fingerprint that the signed list " +
             "gives them, and there is no other file.";
    }

    checkNames() {
      const unlisted = ["manifest.json", "manifest.note"];
      if (this.manifest.page !== undefined && !this.source.isPage) unlisted.push("verify.html");
      const expected = new Set([...this.listed.keys(), ...unlisted]);
      const missing = [...expected].filter((path) => !this.source.paths.includes(path));
      const surplus = this.source.paths.filter((path) => !expected.has(path));
      need(missing.length === 0, "missing: " + missing.sort().join(", "));
      need(surplus.length === 0, "not listed: " + surplus.sort().join(", "));
      need(this.source.paths.length === expected.size, "a file that is there twice");
    }

    async checkContents() {
      for (const file of this.listed.values()) this.bytesToRead += file.size;
      for (const path of ["leaves.ndjson", "disclosures.ndjson", "meta/leaves.ndjson"])
        this.bytesToRead += this.listed.get(path)?.size ?? 0;
      const hash = new Sha256();
      for (const [path, file] of this.listed) {
        need(this.source.size(path) === file.size, "changed: " + path);
        for await (const chunk of this.chunks(path)) hash.update(chunk);
        need(hex(hash.digest()) === file.sha256, "changed: " + path);
      }
    }

    /** verify.html cannot be listed, since it may hold the list: the manifest names the rest. */
    async checkPage(manifestBytes, noteBytes) {
      const page = splitPage(fromUtf8(await readSmall(this.source, "verify.html", maxPageBytes)));
      need(hex(sha256(toUtf8(page.program))) === this.manifest.page.sha256, "changed: verify.html");
      const held = filesInPage(page.files);
      const expected = [
        ["manifest.json", hex(sha256(manifestBytes))],
        ["manifest.note", hex(sha256(noteBytes))],
        ...this.manifest.files.map((file) => [file.path, file.sha256]),
      ];
      need(held.length === (this.manifest.page.embeds === true ? expected.length : 0),
           "verify.html holds other files");
      held.forEach(({path, base64}, i) =>
        need(path === expected[i][0] && hex(sha256(fromBase64(base64))) === expected[i][1],
             "verify.html holds other files"));
    }

    async checkHeads() {
      const {origin, start, size, root} = this.manifest;
      const signer = await this.logKey();
      need(isKeyOf(signer.name, origin), "a key of another log: " + signer.name);
      const read = async (path) =>
        verifyCheckpoint(await readSmall(this.source, path), origin, signer.key);
      this.head = await read("checkpoint");
      need(this.head.size === size && toBase64(this.head.root) === root,
           "the manifest names another head");
      this.signer = signer;
      const note = await readSmall(this.source, "checkpoint");
      this.logs = await this.readLogs("log", parseName(origin).first, origin, note);
      this.report.facts.continued = this.logs.told;
      if (start > 0) {
        this.startHead = verifyCheckpoint(await readSmall(this.source, "checkpoint.start"),
                                          this.logs.ofHead(start), signer.key);
        need(this.startHead.size === start, "the start is signed at another size");
      }
      Object.assign(this.report.facts, {root, logKey: signer.text});
      if (start === 0)
        return "The log\u2019s fingerprint at " + size + " events is signed by the log key.";
      return "The log\u2019s fingerprints at its first " + start + " and at its " + size +
             " events are signed by the log key.";
    }

    /** The logs of a ledger, one after the other; `own`: the note that all of it must be proven by. */
    readLogs(which, first, newest, own) {
      return readLogLine(this.source, [...this.listed.keys()], which, first, newest,
                         (note, origin) => {
                           need(own === null || sameBytes(note, own),
                                "a continuation of another checkpoint");
                           return verifyCheckpoint(note, origin, this.signer.key);
                         });
    }

    async checkEvents() {
      const {start, end, size} = this.manifest;
      const note = await readSmall(this.source, "checkpoint");
      const proof = parseRangeProof(await readSmall(this.source, "range.proof"));
      need(proof.start === start && proof.end === end && proof.size === size, "another range");
      need(sameBytes(proof.note, note), "the range proof is of another checkpoint");
      const fold = new Fold();
      fold.pushAll(cover(0, start), proof.left);
      need(start === 0 || sameBytes(fold.root(), this.startHead.root),
           "the range does not continue the log at its start");
      await this.foldLeaves(fold);
      fold.pushAll(cover(end, size), proof.right);
      need(sameBytes(fold.root(), this.head.root),
           "the leaves do not give the root of the checkpoint");
      if (start === end) return "The range is empty: it holds no event, and hides none.";
      return end - start + " events are, in this order, the events " + start + " to " + (end - 1) +
             " of the log, and all of them.";
    }

    async foldLeaves(fold) {
      const {start, end} = this.manifest;
      const leaves = new Lines(this.chunks("leaves.ndjson"), maxLeafBytes);
      const shown = this.has("disclosures.ndjson")
        ? new Lines(this.chunks("disclosures.ndjson"), maxDisclosureBytes)
        : {next: async () => null};
      let opening = await shown.next();
      let last = "";
      let index = start;
      for (let raw = await leaves.next(); raw !== null; raw = await leaves.next(), ++index) {
        need(index < end, "a leaf too many");
        const leaf = this.checkLeaf(raw, index, last, this.logs);
        this.countType(leaf.type);
        fold.push({level: 0, index}, leafHash(raw));
        while (opening !== null && parseJson(fromUtf8(opening))?.index === index) {
          this.showOpened(opening, leaf);
          opening = await shown.next();
        }
        if (index === start) this.report.facts.firstTime = leaf.time;
        last = leaf.time;
      }
      need(index === end, "leaves that are missing at the end: " + (end - index));
      need(opening === null, "a disclosure that belongs to no leaf");
      this.report.facts.lastTime = last;
      this.sayOpened();
    }

    checkLeaf(raw, index, last, logs) {
      const leaf = canonicalObject(raw);
      need(leaf.sequence === String(index).padStart(16, "0"),
           "position " + index + " holds another leaf");
      need(leaf.source === logs.ofLeaf(index), "position " + index + " is of another log");
      need(leaf.type !== continuedType || leaf.data?.size === 0 || logs.closedAt(index),
           "position " + index + " closes a log without a proof");
      need(leafTime.test(leaf.time) && leaf.time >= last, "time runs back at position " + index);
      need(typeof leaf.id === "string", "position " + index + " has no id");
      return leaf;
    }
    countType(type) {
      const {types} = this.report;
      if (types.has(type) || types.size < maxShownTypes)
        types.set(type, (types.get(type) ?? 0) + 1);
    }

    showOpened(line, leaf) {
      const opened = checkDisclosure(line, leaf);
      this.openedCount = (this.openedCount ?? 0) + 1;
      if (this.report.opened.length < maxShownValues) this.report.opened.push(opened);
    }
    sayOpened() {
      const step = this.report.steps.find(({id}) => id === "opened");
      const count = this.openedCount ?? 0;
      this.report.facts.opened = count;
      step.state = this.has("disclosures.ndjson") ? "passed" : "absent";
      step.said = this.has("disclosures.ndjson")
        ? count + " opened values are those that the events committed to when they were recorded."
        : "This bundle opens no sealed value.";
    }

    async checkAnchor() {
      this.policy = new Policy(fromUtf8(await readSmall(this.source, "trust/policy.txt")));
      this.seen = new Map();
      const {first} = parseName(this.manifest.origin);
      const meta = first.slice(0, Math.max(0, first.lastIndexOf("/t/"))) + "/meta";
      this.metas = await this.readLogs("meta", meta, null, null);
      this.report.facts.continued.push(...this.metas.told);
      if (!this.has("meta/head.tlog-proof")) {
        need(!this.policy.asks, "witnesses are asked for, and the meta log\u2019s head is absent");
        need(!this.hasDeployment(), "the deployment\u2019s log without its proof");
        this.step.state = "absent";
        return "This state of the log was not anchored when the bundle was made.";
      }
      const {leaf, index, head} = await this.anchorIn("meta/head.tlog-proof", this.seen);
      this.report.facts.anchored = String(leaf.time);
      const said = "The deployment\u2019s own log, " + leaf.source + ", recorded this state as " +
                   "its event " + index + ", at " + leaf.time + ".";
      if (!this.hasDeployment()) return said;
      await this.checkDeployment(head);
      return said + " All of its first " + head.size + " events are in this bundle.";
    }

    hasDeployment() {
      return deploymentPaths.some((path) => this.has(path));
    }
    /** The deployment's own log, when it is here, is all of it up to the head with the anchor. */
    async checkDeployment({origin, size, root}) {
      need(deploymentPaths.every((path) => this.has(path)),
           "the deployment\u2019s log without its proof");
      const [leavesPath, proofPath, notePath] = deploymentPaths;
      const proof = parseRangeProof(await readSmall(this.source, proofPath));
      const note = await readSmall(this.source, notePath);
      const proved = verifyCheckpoint(note, origin, this.signer.key);
      need(proof.start === 0 && proof.end === size && proof.size === size &&
           sameBytes(proof.note, note) && proved.size === size && sameBytes(proved.root, root),
           "the deployment\u2019s log is not that of the anchor");
      const fold = new Fold();
      const leaves = new Lines(this.chunks(leavesPath), maxLeafBytes);
      let [index, last] = [0, ""];
      for (let raw = await leaves.next(); raw !== null; raw = await leaves.next(), ++index) {
        need(index < size, "a leaf too many");
        last = this.checkLeaf(raw, index, last, this.metas).time;
        fold.push({level: 0, index}, leafHash(raw));
      }
      need(index === size && sameBytes(fold.root(), root),
           "the deployment\u2019s events do not give the root of its head");
      this.report.facts.deployment = size;
    }

    /** The leaf in a proof that the meta log anchors this very state, and that log\u2019s head. */
    async anchorIn(path, seen) {
      const {origin} = this.manifest;
      const bytes = await readSmall(this.source, path);
      const {size} = parseCheckpoint(parseNote(parseTlogProof(bytes).note).text);
      const proof = verifyTlogProof(bytes, this.metas.ofHead(size), this.signer.key,
                                    this.policy.keys, seen);
      const leaf = canonicalObject(proof.leaf);
      need(leaf.source === this.metas.ofLeaf(proof.index) && leaf.sequence === String(proof.index).padStart(16, "0"),
           "the anchor is of another place");
      need(leaf.type === "recourse.log.anchored.v1" && leaf.data?.size === this.head.size &&
           sameBytes(hashOf(leaf.data.root), this.head.root) &&
           sameBytes(hashOf(leaf.data.origin_hash), sha256(toUtf8(origin))),
           "the meta log anchors another head");
      return {...proof, leaf};
    }

    async checkWitnesses() {
      const {policy, seen} = this;
      need(policy.satisfiedBy(seen), "the quorum of the policy did not cosign the meta log\u2019s head");
      const {facts} = this.report;
      facts.quorum = policy.asks;
      facts.witnesses = policy.keys.filter((key) => seen.has(witnessName(key))).map((key) =>
        ({name: key.name, time: timeOf(seen.get(witnessName(key)))}));
      facts.stamps = await this.checkStamps();
      if (facts.witnesses.length === 0 && facts.stamps.length === 0) {
        this.step.state = "absent";
        return "No witness and no time-stamping authority outside vouches for it.";
      }
      const said = facts.witnesses.map(({name, time}) => name + " cosigned that log at " + time + ".");
      for (const size of facts.stamps)
        said.push("A time stamp names it at " + size + " events; who made that stamp is not " +
                  "checked here, verify.py does it with --tsa-ca.");
      return said.join(" ");
    }

    /** Sizes of the meta log that time stamps name. Their signatures are not looked at here. */
    async checkStamps() {
      const sizes = [];
      for (const path of this.listed.keys()) {
        if (!/^tsa\/.*\.tsr$/.test(path)) continue;
        const proof = path.slice(0, -".tsr".length) + ".tlog-proof";
        need(this.has(proof), "missing: " + proof);
        const {head, note} = await this.anchorIn(proof, new Map());
        const imprint = "0420" + hex(sha256(toUtf8(parseNote(note).text)));
        need(hex(await readSmall(this.source, path)).includes(imprint),
             "a time stamp of another head: " + path);
        sizes.push(head.size);
      }
      return sizes;
    }

    conclude() {
      const {start, end, size} = this.manifest;
      const {proven, notProven, facts, keysGiven} = this.report;
      const count = end - start;
      proven.push(`the ${count} events from ${start} on are all there are up to ${end}, in order`);
      if (start > 0) proven.push(`the log at ${size} events continues the log at ${start} events`);
      for (const told of facts.continued) proven.push("of a declared loss: " + told);
      if (facts.opened > 0)
        proven.push(`the ${facts.opened} opened values are those that were committed to`);
      if (facts.anchored) proven.push("the deployment\u2019s own log records this very state");
      else notProven.push("that the deployment\u2019s own log records this state: the bundle has " +
                          "no anchor");
      if (facts.deployment > 0)
        proven.push(`the deployment\u2019s own log is all there up to ${facts.deployment} events`);
      const others = othersIn([...this.listed.keys()]);
      facts.notChecked = others;
      if (others.length > 0)
        notProven.push("what " + others.join(", ") + " say: they were not checked, and " +
                       "recourse verify --rerun makes them again");
      if (!keysGiven.log || !keysGiven.report)
        notProven.push("whose log this is: the bundle\u2019s own copy of " + this.unnamedKeys() +
                       " was used, and anybody can make a bundle with a key of their own");
      notProven.push("that every action that was taken reached the log");
      notProven.push("that the operator\u2019s clock was right: times are as the operator wrote " +
                     "them down");
      if (facts.quorum) this.concludeWitnesses();
      else notProven.push("that nobody was shown another log under the same key");
    }
    concludeWitnesses() {
      const {proven, notProven, facts} = this.report;
      proven.push("the witnesses that the policy asks for saw the same log: " +
                  facts.witnesses.map(({name}) => name).join(", "));
      notProven.push("that these are the witnesses that you trust: they are named by the " +
                     "bundle\u2019s own copy of the policy");
    }
    unnamedKeys() {
      const {log, report} = this.report.keysGiven;
      return log ? "the report key" : report ? "the log key" : "both keys";
    }
  }

  /**
   * Verifies the bundle in `source`. `keys` holds `logKey` and `reportKey` as the reader got them
   * outside of the bundle; an absent one is taken from the bundle. Never throws. Gives
   *   verdict     "verified", "refused" or "untold" (a file could not be read)
   *   reason      why not, in words
   *   keysGiven   {log, report}: false means that nothing vouches for the key
   *   steps       [{id, title, state, said}], state: passed, failed, absent, skipped, untold
   *   manifest    of a verified bundle
   *   facts       what a verified bundle is
   *   proven, notProven, types (a Map from type to count), opened (the first disclosed values)
   */
  function verifyBundle(source, keys = {}, progress = () => {}) {
    const verification = new Verification(source, keys, progress);
    return verification.run(() => verification.checkAll());
  }

  /**
   * The same for a copy that was damaged on purpose, without looking at the list of its files: what
   * is behind the list has to notice by itself. `manifest`: that of the bundle before.
   */
  function verifyDamaged(source, keys, manifest) {
    const verification = new Verification(source, keys, () => {});
    verification.report.facts = {};
    verification.takeManifest(manifest);
    return verification.run(() => verification.checkBehindList());
  }

  Object.assign(evidence, {verifyBundle, verifyDamaged});
})(globalThis.evidence ??= {});

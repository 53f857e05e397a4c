// Checks a replay report: every event that it shows is in the log under the signed head.
(function (evidence) {
  "use strict";
  const {need, toUtf8, fromBase64, parseKey, verifyCheckpoint, leafHash, verifyInclusion} = evidence;
  const perTurn = 50;  // Leaves, before the page may answer again.

  /** After a declared loss a log goes on under its next name: <deployment>/t/<hex>/2. */
  const firstName = (origin) =>
    String(origin).replace(/^(.*\/meta|.*\/t\/[^/]*)\/([2-9]|[1-9][0-9]{1,3})$/, "$1");

  /** Throws unless the leaf is in the tree and says what the page says about it. */
  function checkLeaf(shown, head, origin) {
    verifyInclusion(leafHash(toUtf8(shown.leaf)), shown.index, head.size, shown.proof.map(fromBase64),
                    head.root);
    const event = JSON.parse(shown.leaf);
    need(firstName(event.source) === firstName(origin) && Number(event.sequence) === shown.index,
         "the leaf of another place");
    need(event.type === shown.type && event.time === shown.time && event.actor === shown.actor,
         "the leaf says something else");
  }

  /** {head, failed: [{index, why}]} of what the page holds, under `keyText`. */
  async function checkReport({note, origin}, leaves, keyText, pause) {
    const head = verifyCheckpoint(toUtf8(note), origin, parseKey(keyText).key);
    const failed = [];
    for (let i = 0; i < leaves.length; ++i) {
      if (i % perTurn === 0) await pause(i);
      try {
        checkLeaf(leaves[i], head, origin);
      } catch (error) {
        failed.push({index: leaves[i].index, why: error.message});
      }
    }
    return {head, failed};
  }

  function addRecorded(item, leaf) {
    const details = document.createElement("details");
    details.append(document.createElement("summary"), document.createElement("pre"));
    details.firstChild.textContent = "As recorded";
    details.lastChild.textContent = JSON.stringify(JSON.parse(leaf), null, 2);
    item.append(details);
  }

  async function run() {
    const byId = (id) => document.getElementById(id);
    const page = JSON.parse(byId("evidence").textContent);
    const leaves = JSON.parse(byId("leaves").textContent);
    const tell = (good, strong, text) => {
      byId("proof").className = "proof " + (good ? "good" : "bad");
      byId("verdict").replaceChildren(Object.assign(document.createElement("strong"), {textContent: strong}),
                                      " " + text);
    };
    const pause = (done) => new Promise((resume) => {
      byId("verdict").textContent = `Checking ${done} of ${leaves.length} …`;
      setTimeout(resume);
    });
    const check = async () => {
      const given = byId("key").value.trim();
      try {
        const {head, failed} = await checkReport(page, leaves, given || page.key, pause);
        for (const {index} of failed) byId("e" + index)?.classList.add("failed");
        if (failed.length > 0)
          return tell(false, "No.", failed.map(({index, why}) => `Event ${index}: ${why}.`).join(" "));
        tell(true, "Yes.", `${leaves.length} events are in the log ${page.origin} of ${head.size} events, `
             + (given ? "signed with the key that you gave."
                      : "signed with the key in this page: give the one that you received elsewhere."));
      } catch (error) {
        tell(false, "No.", error.message + ".");
      }
    };
    byId("keys").addEventListener("submit", (event) => {
      event.preventDefault();
      check();
    });
    for (const shown of leaves) {
      const item = byId("e" + shown.index);
      if (item !== null) addRecorded(item, shown.leaf);
    }
    await check();
  }

  Object.assign(evidence, {checkReport});
  if (typeof document !== "undefined") run();
})(globalThis.evidence ??= {});

// As much of a browser's document as verify.html uses, made from the page's own text: what the page
// does not have is not found here either, and whoever would read data as HTML is stopped.
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");

class FakeElement {
  constructor(tag, id = "") {
    Object.assign(this, {tag, id, className: "", hidden: false, value: "", files: [], children: [],
                         attributes: new Map(), listeners: new Map(), focused: false});
  }

  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  set textContent(text) {
    this.children = [String(text)];
  }
  get textContent() {
    return this.children.map((child) => child.textContent ?? child).join("");
  }
  set innerHTML(_) {
    throw new Error("data must not be read as HTML");
  }
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }
  addEventListener(type, listener) {
    this.listeners.set(type, listener);
  }
  focus() {
    this.focused = true;
  }
  /** What the listener of that type answers. */
  fire(type) {
    return this.listeners.get(type)({preventDefault() {}});
  }
}

/** {script, style, policy, blocks, ids} of a verify.html. */
function readPage(path) {
  const text = fs.readFileSync(path, "utf8");
  const from = text.lastIndexOf("<script>") + "<script>".length;
  const blocks = [...text.slice(0, from).matchAll(
    /<script type="application\/octet-stream" data-path="([^"]*)">([^<]*)<\/script>\n/g)];
  return {
    text,
    script: text.slice(from, text.indexOf("</script>", from)),
    style: /<style>([^<]*)<\/style>/.exec(text)[1],
    policy: /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)[1],
    blocks: blocks.map(([, path, base64]) => ({path, base64})),
    ids: [...text.slice(0, from).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id),
  };
}

/** Runs the script of a page as a browser would: {document, evidence}. */
function openPage(page, blocks = page.blocks) {
  const elements = new Map(page.ids.map((id) => [id, new FakeElement("", id)]));
  const scripts = blocks.map(({path, base64}) => {
    const script = new FakeElement("script");
    script.setAttribute("data-path", path);
    script.textContent = base64;
    return script;
  });
  const document = {
    title: "",
    createElement: (tag) => new FakeElement(tag),
    getElementById(id) {
      if (!elements.has(id)) throw new Error("the page has no element " + id);
      return elements.get(id);
    },
    querySelectorAll: () => scripts,
  };
  const sandbox = vm.createContext({document, TextEncoder, TextDecoder, setTimeout});
  vm.runInContext(page.script, sandbox, {filename: "verify.html"});
  return {document, evidence: sandbox.evidence};
}

module.exports = {readPage, openPage};

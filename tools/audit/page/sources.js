// Where a bundle's bytes come from: files that the reader chose, or the page itself. A source has
//   paths          every file of the bundle, with slashes, without the bundle's own folder
//   size(path)     bytes
//   chunks(path)   an async iterator of Uint8Arrays; throws Unreadable
//   isPage         true when the files come out of verify.html itself, which then is not among them
// Both give small pieces and let the browser breathe in between, so that a bundle of any size is
// read in little memory.
(function (evidence) {
  "use strict";
  const {Unreadable, need, fromBase64} = evidence;

  const pieceBytes = 3 * 2 ** 18;
  const maxSmallFileBytes = 2 ** 24;  // Manifest, notes, proofs, keys.
  const breathe = () => new Promise((resolve) => setTimeout(resolve));

  /** `files`: [{path, blob}], with paths inside the bundle. */
  function sourceOfFiles(files) {
    const blobs = new Map(files.map(({path, blob}) => [path, blob]));
    return {
      isPage: false,
      paths: files.map(({path}) => path),
      size: (path) => blobs.get(path).size,
      async *chunks(path) {
        const blob = blobs.get(path);
        for (let at = 0; at < blob.size; at += pieceBytes) {
          let bytes;
          try {
            bytes = await blob.slice(at, at + pieceBytes).arrayBuffer();
          } catch {
            throw new Unreadable("cannot read " + path);
          }
          yield new Uint8Array(bytes);
        }
      },
    };
  }

  /** `blocks`: [{path, base64}], the files that verify.html carries. */
  function sourceOfBlocks(blocks) {
    const texts = new Map(blocks.map(({path, base64}) => [path, base64]));
    const digits = (pieceBytes / 3) * 4;
    return {
      isPage: true,
      paths: blocks.map(({path}) => path),
      size: (path) => (texts.get(path).length / 4) * 3 - /=*$/.exec(texts.get(path))[0].length,
      async *chunks(path) {
        const text = texts.get(path);
        for (let at = 0; at < text.length; at += digits) {
          yield fromBase64(text.slice(at, at + digits));
          await breathe();
        }
      },
    };
  }

  /** Reads a file line by line without ever holding more than a chunk and a line. */
  class Lines {
    constructor(chunks, maxBytes) {
      [this.chunks, this.maxBytes] = [chunks, maxBytes];
      [this.buffer, this.at] = [new Uint8Array(0), 0];
    }

    /** The next line without its line feed; null at the end. */
    async next() {
      for (;;) {
        const end = this.buffer.indexOf(10, this.at);
        const length = (end < 0 ? this.buffer.length : end) - this.at;
        need(length <= this.maxBytes, "a line that is too long");
        if (end >= 0) {
          const line = this.buffer.subarray(this.at, end);
          this.at = end + 1;
          return line;
        }
        const {value, done} = await this.chunks.next();
        if (done) {
          need(length === 0, "a last line that was cut short");
          return null;
        }
        const joined = new Uint8Array(length + value.length);
        joined.set(this.buffer.subarray(this.at));
        joined.set(value, length);
        [this.buffer, this.at] = [joined, 0];
      }
    }
  }

  /** All of a file that has to be small. */
  async function readSmall(source, path, maxBytes = maxSmallFileBytes) {
    need(source.paths.includes(path), "missing: " + path);
    need(source.size(path) <= maxBytes, "too big: " + path);
    const bytes = new Uint8Array(source.size(path));
    let at = 0;
    for await (const chunk of source.chunks(path)) {
      need(at + chunk.length <= bytes.length, "changed while it was read: " + path);
      bytes.set(chunk, at);
      at += chunk.length;
    }
    need(at === bytes.length, "changed while it was read: " + path);
    return bytes;
  }

  Object.assign(evidence, {sourceOfFiles, sourceOfBlocks, Lines, readSmall});
})(globalThis.evidence ??= {});

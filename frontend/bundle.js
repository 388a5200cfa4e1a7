// Copies or bundles the third-party files of the pages from node_modules into the folder given as argument, under names
// that carry a hash of their content, so that browsers may keep them for ever. manifest.json maps each plain name to it.
import {createHash} from "node:crypto";
import {readFile, writeFile} from "node:fs/promises";
import path from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const [target] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "..", "node_modules");

const COPIED = {
  "tabler.css": "@tabler/core/dist/css/tabler.min.css",
  "tabler.js": "@tabler/core/dist/js/tabler.min.js",
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "tom-select.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
  "tom-select.js": "tom-select/dist/js/tom-select.complete.min.js",
  "sortable.js": "sortablejs/Sortable.min.js",
  "fullcalendar.js": "fullcalendar/index.global.min.js",
  "fullcalendar-zh.js": "@fullcalendar/core/locales/zh-cn.global.min.js",
};

async function copied(source) {
  const text = await readFile(path.join(modules, source), "utf8");
  // The maps stay behind; a reference to them would be a 404 in every developer's console.
  return text.replace(/^(\/\/|\/\*)# sourceMappingURL=.*$/m, "");
}

// One file of symbols: a page shows an icon by <use href="icons.svg#name">, in the colour of its text.
async function sprite(names) {
  const symbols = await Promise.all(names.map(async (name) => {
    const text = await readFile(path.join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const shapes = text.slice(text.indexOf("<path"), text.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  }));
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

async function bundled(entry, globalName) {
  const result = await build({
    entryPoints: [path.join(here, entry)], bundle: true, minify: true, write: false, format: "iife", globalName,
    target: "es2022", legalComments: "inline",
  });
  return result.outputFiles[0].text;
}

const icons = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
const contents = {"echarts.js": await bundled("echarts.js", "echarts"), "icons.svg": await sprite(icons)};
for (const [name, source] of Object.entries(COPIED)) contents[name] = await copied(source);

const manifest = {};
for (const name of Object.keys(contents).sort()) {
  const {name: stem, ext} = path.parse(name);
  const hash = createHash("sha256").update(contents[name]).digest("hex").slice(0, 12);
  manifest[name] = `${stem}.${hash}${ext}`;
  await writeFile(path.join(target, manifest[name]), contents[name]);
}
await writeFile(path.join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

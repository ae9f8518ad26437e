import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import postcss from 'postcss';

const require = createRequire(import.meta.url);
const entry = require.resolve('@getodk/web-forms');
const VIRTUAL = 'virtual:web-forms.css';
const RESET = 'tA.textContent = resetStyles, document.head.prepend(tA), ';
const INJECTED = /^\(function\(\)\{"use strict";try\{.*?createTextNode\('((?:[^'\\]|\\.)*)'\)\).*$/m;

/** The style sheet that the package would inject while it runs. */
function injectedStyle() {
  const match = INJECTED.exec(readFileSync(entry, 'utf8'));
  if (!match) throw new Error('@getodk/web-forms no longer injects its style as before');
  return Function(`"use strict";return '${match[1]}'`)();
}

/** Drop fonts (the page has its own) and utility classes that no script of the package names. */
function slim(css) {
  const folder = new URL('.', `file://${entry}`);
  const scripts = ['index.js', ...chunkNames(entry)]
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n')
    .replace(INJECTED, '');
  const words = new Set(scripts.match(/[\w:.-]+/g));
  const used = (selector) =>
    [...selector.matchAll(/\.((?:\\.|[\w-])+)/g)].every(([, name]) => {
      const plain = name.replaceAll('\\', '');
      return /^(p|ol|odk|geo)-/.test(plain) || words.has(plain);
    });
  const root = postcss.parse(css);
  root.walkAtRules('font-face', (rule) => void rule.remove());
  root.walkAtRules('charset', (rule) => void rule.remove());
  root.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name)) return;
    rule.selectors = rule.selectors.filter(used);
    if (!rule.selector) rule.remove();
  });
  root.walkAtRules('media', (rule) => void (rule.nodes.length || rule.remove()));
  return root.toString();
}

function chunkNames(file) {
  const main = /from "\.\/(index-[\w-]+\.js)"/.exec(readFileSync(file, 'utf8'))?.[1];
  const map = /import\("\.\/(MapBlock-[\w-]+\.js)"\)/.exec(readFileSync(new URL(main, `file://${file}`), 'utf8'))?.[1];
  return [main, map].filter(Boolean);
}

/**
 * Take the style sheet of @getodk/web-forms out of its script, where it holds 0.9 MB of fonts, so
 * that it can be served as a file, mirrored for right-to-left pages and allowed by a strict policy.
 */
export function webFormsStyle() {
  return {
    name: 'web-forms-style',
    enforce: 'pre',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : null),
    load: (id) => (id === `\0${VIRTUAL}` ? slim(injectedStyle()) : null),
    transform(code, id) {
      const file = id.split('?')[0];
      if (file === entry) return code.replace(INJECTED, '');
      if (!/@getodk\/web-forms\/dist\/index-[\w-]+\.js$/.test(file)) return null;
      // It would also reset the whole page: base size, font and margins of everything around it.
      if (!code.includes(RESET)) throw new Error('@getodk/web-forms no longer resets the page as before');
      return code.replace(RESET, '');
    },
  };
}

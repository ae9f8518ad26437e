import { readFileSync, readdirSync, existsSync } from 'node:fs';

const root = new URL('../node_modules/', import.meta.url);

function licenceOf(name) {
  const folder = new URL(`${name}/`, root);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const { version, license } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  const text = file ? readFileSync(new URL(file, folder), 'utf8').trim() : '';
  return `## ${name} ${version} (${license})\n\n${text}\n`;
}

/** Write LICENCES.txt with the terms of every package whose parts travel in the built files. */
export function copyLicences() {
  const copied = new Set(['@fontsource/ibm-plex-sans', '@fontsource/ibm-plex-sans-arabic', 'bootstrap', 'bootstrap-icons']);
  return {
    name: 'copy-licences',
    moduleParsed({ id }) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(id)?.[1];
      if (name && existsSync(new URL(`${name}/package.json`, root))) copied.add(name);
    },
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'LICENCES.txt',
        source: [...copied].sort().map(licenceOf).join('\n'),
      });
    },
  };
}

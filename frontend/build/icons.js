import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const sources = new URL('../src/', import.meta.url);
const icons = JSON.parse(readFileSync(new URL('icons.json', sources), 'utf8'));
const marks = readdirSync(new URL('marks/', sources)).sort();

function symbol(name, svg) {
  const body = svg.replace(/^[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`;
}

/** Write `icons.svg`: the Bootstrap icons that src/icons.json names, and our own from src/marks. */
export function iconSprite() {
  return {
    name: 'icon-sprite',
    generateBundle() {
      const symbols = [
        ...icons.map((name) => symbol(name, readFileSync(require.resolve(`bootstrap-icons/icons/${name}.svg`), 'utf8'))),
        ...marks.map((file) => symbol(file.replace('.svg', ''), readFileSync(new URL(`marks/${file}`, sources), 'utf8'))),
      ];
      this.emitFile({
        type: 'asset',
        fileName: 'icons.svg',
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('\n')}</svg>\n`,
      });
    },
  };
}

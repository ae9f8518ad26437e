// Compute the contrast of every pair of colours that stand on each other, in both schemes, from
// the tokens themselves; print the table of docs/explanation/look.md; fail below the bar.
import { readFileSync } from 'node:fs';

const source = readFileSync(new URL('../src/scss/_tokens.scss', import.meta.url), 'utf8');
const [lightBlock, darkBlock] = source.split('prefers-color-scheme: dark');
const tokens = (text) => Object.fromEntries([...text.split('@media print')[0].matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]));
const schemes = { light: tokens(lightBlock), dark: tokens(darkBlock) };

const TEXT = 4.5;
const MARK = 3;
const PAIRS = [
  ['ink', ['paper', 'surface', 'sunken'], TEXT],
  ['muted', ['paper', 'surface', 'sunken'], TEXT],
  ['action', ['paper', 'surface', 'sunken', 'action-soft'], TEXT],
  ['on-action', ['action', 'action-strong'], TEXT],
  ['risk', ['paper', 'surface', 'sunken'], TEXT],
  ['resource', ['paper', 'surface', 'sunken'], TEXT],
  ['unknown', ['paper', 'surface', 'sunken'], TEXT],
  ['urgent', ['paper', 'surface', 'urgent-soft'], TEXT],
  ['ink', ['urgent-soft', 'action-soft'], TEXT],
  ['on-urgent', ['urgent'], TEXT],
  ['control', ['paper', 'surface', 'sunken'], MARK],
];

function luminance(hex) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio of two colours. */
function ratio(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

let failed = false;
console.log('| colour | on | light | dark | at least |\n|---|---|---|---|---|');
for (const [front, grounds, least] of PAIRS) {
  for (const ground of grounds) {
    const cells = Object.values(schemes).map((scheme) => ratio(scheme[front], scheme[ground]));
    failed ||= cells.some((value) => value < least);
    const [light, dark] = cells.map((value) => (Math.floor(value * 100) / 100).toFixed(2));
    console.log(`| ${front} \`${schemes.light[front]}\` / \`${schemes.dark[front]}\` | ${ground} | ${light} | ${dark} | ${least} |`);
  }
}
if (failed) {
  console.error('A pair is below its bar.');
  process.exit(1);
}

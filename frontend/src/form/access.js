// What the form component leaves out for people who use a screen reader, a keyboard or another
// language: names, groups, states, its own words, and direction. It tells nobody when it redraws,
// so the page watches it.

import { codeOf } from './language.js';

let counter = 0;
function idOf(element) {
  counter += 1;
  element.id ||= `odk-part-${counter}`;
  return element.id;
}

function nameOf(element) {
  return element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.labels?.length;
}

function questionOf(element) {
  return element.closest('.question-container');
}

function labelOf(question) {
  return question?.querySelector('.control-text label, .control-text');
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Inputs without a name take the text of their question. */
function nameInputs(root, words) {
  for (const input of root.querySelectorAll('input, select, textarea, [role="combobox"], [role="spinbutton"]')) {
    if (input.type === 'hidden' || input.type === 'file' || nameOf(input)) continue;
    const label = labelOf(questionOf(input));
    if (label) set(input, 'aria-labelledby', idOf(label));
    else set(input, 'aria-label', words.textQuestion);
  }
}

const BUTTON_WORDS = [
  ['.p-inputnumber-increment-button', 'textMore'],
  ['.p-inputnumber-decrement-button', 'textLess'],
  ['.p-datepicker-dropdown', 'textCalendar'],
  ['.clear-button, .p-datepicker-clear-button', 'textClear'],
  ['.p-dialog-close-button, .p-message-close-button', 'textClose'],
];

/** Buttons that hold only a picture. */
function nameButtons(root, words) {
  for (const button of root.querySelectorAll('button')) {
    if (button.textContent.trim()) continue;
    const known = BUTTON_WORDS.find(([selector]) => button.matches(selector));
    if (known) set(button, 'aria-label', words[known[1]]);
    else if (!nameOf(button)) set(button, 'aria-label', words.textMenu);
  }
}

/** Every panel is a landmark of its own, which buries the real ones. */
function calmLandmarks(root) {
  for (const panel of root.querySelectorAll('.p-panel [role="region"]')) panel.setAttribute('role', 'group');
}

/** Choices belong to their question; a question that needs another look says so. */
function groupChoices(root) {
  for (const question of root.querySelectorAll('.question-container')) {
    const label = labelOf(question);
    const choices = question.querySelectorAll('input[type="radio"], input[type="checkbox"]');
    if (choices.length && label) {
      set(question, 'role', choices[0].type === 'radio' ? 'radiogroup' : 'group');
      set(question, 'aria-labelledby', idOf(label));
    }
    markInvalid(question, choices.length > 0);
  }
}

function markInvalid(question, isGroup) {
  const message = question.querySelector('.validation-message');
  const wrong = Boolean(message?.textContent.trim()) && question.classList.contains('highlight');
  const targets = isGroup ? [question] : question.querySelectorAll('input:not([type="file"]), textarea, [role="combobox"]');
  for (const target of targets) {
    if (wrong) {
      set(target, 'aria-describedby', idOf(message));
      if (!isGroup || question.getAttribute('role') === 'radiogroup') set(target, 'aria-invalid', 'true');
    } else if (target.hasAttribute('aria-invalid')) {
      target.removeAttribute('aria-invalid');
      target.removeAttribute('aria-describedby');
    }
  }
}

/** The component speaks English only: its few words, by their English text, in those of the page. */
export function wordList(host) {
  const entries = host.querySelector('.odk-words')?.content.querySelectorAll('[data-en]') ?? [];
  return new Map([...entries].map((entry) => [entry.dataset.en, entry.textContent.trim()]));
}

/** Change the words, never the nodes: the component keeps hold of those. */
function translateWords(root, list) {
  for (const part of root.querySelectorAll('button, [role="menuitem"], .validation-message')) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.nodeValue.trim();
      const word = list.get(text);
      if (word && word !== text) walker.currentNode.nodeValue = walker.currentNode.nodeValue.replace(text, word);
    }
  }
}

/** The style sheet for the direction of the form, which may differ from that of the page. */
function mirror(direction) {
  const style = document.getElementById('odk-style');
  const wanted = style?.dataset[direction];
  if (wanted && style.getAttribute('href') !== wanted) style.setAttribute('href', wanted);
}

function setLanguage(host, name, directionOf) {
  const direction = directionOf(name);
  for (const part of [host.querySelector('.odk-mount'), ...document.querySelectorAll('body > .p-component, body > .p-overlay')]) {
    set(part, 'lang', codeOf(name));
    set(part, 'dir', direction);
  }
  mirror(direction);
}

/** Tell that sending was held back, and lead to the first answer that needs another look. */
function errorGuide(root, words, say) {
  root.addEventListener('click', (event) => {
    if (!event.target.closest('.footer button')) return;
    setTimeout(() => {
      const first = root.querySelector('.question-container.highlight');
      if (!first) return;
      say(words.textErrors);
      first.scrollIntoView({ block: 'center' });
      first.querySelector('input, textarea, select, [role="combobox"]')?.focus({ preventScroll: true });
    }, 50);
  });
}

export function improveAccess(host, { language, direction, say }) {
  const words = host.dataset;
  const list = wordList(host);
  const root = host.querySelector('.odk-mount');
  let current = language;
  const pass = () => {
    current = root.querySelector('.language-changer')?.innerText.trim() || current;
    setLanguage(host, current, direction);
    for (const part of [root, ...document.querySelectorAll('body > .p-component, body > .p-overlay')]) {
      nameInputs(part, words);
      nameButtons(part, words);
      groupChoices(part);
      calmLandmarks(part);
      translateWords(part, list);
    }
    const menu = root.querySelector('.language-changer [role="combobox"]');
    if (menu) set(menu, 'aria-label', words.textLanguage);
  };
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; pass(); });
  };
  const options = { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['class'] };
  new MutationObserver(soon).observe(root, options);
  new MutationObserver(soon).observe(document.body, { childList: true });
  errorGuide(root, words, say);
  soon();
}

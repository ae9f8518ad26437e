import './scss/app.scss';
import { liveForm } from './live.js';
import { partsOnDemand } from './parts.js';
import { passkeyProblems } from './passkeys.js';

/** Fold the main menu on small screens. */
function menuButton() {
  const button = document.querySelector('.nav-toggle');
  const menu = button && document.getElementById(button.getAttribute('aria-controls'));
  button?.addEventListener('click', () => {
    const open = menu.classList.toggle('is-open');
    button.setAttribute('aria-expanded', String(open));
  });
}

/** Close drop-down menus when the person looks elsewhere or presses Escape. */
function closingMenus() {
  const opened = () => document.querySelectorAll('details.menu[open]');
  document.addEventListener('click', (event) => {
    for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });
}

/** Bring the page one is on into sight among the tabs of a case, where they are pushed sideways. */
function currentTab() {
  const current = document.querySelector('.tabs [aria-current]');
  const line = current?.closest('ul');
  if (!line) return;
  const [tab, all] = [current.getBoundingClientRect(), line.getBoundingClientRect()];
  line.scrollLeft += tab.left + tab.width / 2 - (all.left + all.width / 2);
}

/** Send each form once, however often the button is pressed. */
function singleSubmit() {
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = 'yes';
    event.submitter?.setAttribute('aria-busy', 'true');
    // What answers with a file leaves the page as it is: after a while it can be asked for again.
    if ('saves' in event.target.dataset) setTimeout(release, 2000);
  });
  // A page taken from the browser's memory after "back" must be usable again.
  window.addEventListener('pageshow', release);
}

function release() {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  for (const button of document.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
}

/** Ask before answers typed into a form marked `data-guard` are lost. */
function unsavedGuard() {
  let unsaved = false;
  document.addEventListener('input', (event) => {
    if (event.target.closest('form[data-guard]')) unsaved = true;
  });
  document.addEventListener('submit', () => { unsaved = false; });
  window.addEventListener('beforeunload', (event) => { if (unsaved) event.preventDefault(); });
}

/** Buttons that open or close every reason within an element: data-open-all="#id". */
function openAll() {
  for (const button of document.querySelectorAll('[data-open-all]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const open = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(open));
      const scope = document.querySelector(button.dataset.openAll);
      for (const item of scope.querySelectorAll('details')) item.open = open;
    });
  }
}

/** A link to a finding opens it. */
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const details = target.querySelector(':scope > details');
  const around = target.parentElement.closest('details');
  for (const item of [details, around]) if (item) item.open = true;
}

function printButtons() {
  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  }
}

/** Put the text of a field on the clipboard: data-copy="#field". */
function copyButtons() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  }
}

menuButton();
closingMenus();
currentTab();
singleSubmit();
unsavedGuard();
openAll();
printButtons();
copyButtons();
passkeyProblems();
partsOnDemand();
openTarget();
liveForm();
window.addEventListener('hashchange', openTarget);
document.querySelector('.error-summary')?.focus();

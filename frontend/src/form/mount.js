import { improveAccess } from './access.js';
import { calendarWords, directionOf, withStartLanguage } from './language.js';
import { outcomeOf } from './send.js';

class FormUnreadable extends Error {}

async function fetchText(url) {
  const answer = await fetch(url, { credentials: 'same-origin', headers: { 'X-OpenRosa-Version': '1.0' } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}

/** Media files named in a form, fetched below one address; a form without them never calls this. */
function attachmentFetcher(base) {
  return (resource) => {
    const name = String(resource.href ?? resource).split('/').pop();
    if (!base) return Promise.resolve(new Response('', { status: 404 }));
    return fetch(base + encodeURIComponent(name), { credentials: 'same-origin' });
  };
}

function editOptions(url, base) {
  if (!url) return undefined;
  return {
    resolveInstance: () => fetchText(url),
    attachmentFileNames: [],
    resolveAttachment: (name) => fetch((base ?? '') + encodeURIComponent(name), { credentials: 'same-origin' }),
  };
}

/** Show a message in the live region; `retry` adds a button that does it again. */
function announcer(host) {
  const region = host.querySelector('.odk-alert');
  return (text, retry) => {
    region.replaceChildren();
    if (!text) return;
    const line = document.createElement('p');
    line.textContent = text;
    region.append(line);
    if (retry) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-secondary btn-sm';
      button.textContent = host.dataset.textAgain;
      button.addEventListener('click', retry);
      region.append(button);
    }
    region.scrollIntoView({ block: 'nearest' });
  };
}

/** True while answers were changed and not yet received by the server. */
function unsavedGuard(mount) {
  const state = { unsaved: false };
  const changed = () => { state.unsaved = true; };
  mount.addEventListener('input', changed);
  mount.addEventListener('change', changed);
  window.addEventListener('beforeunload', (event) => { if (state.unsaved) event.preventDefault(); });
  return state;
}

/** Post the answers. They stay in the form until the server has said that it keeps them. */
function sender(host, guard, say) {
  let busy = false;
  return async (payload) => {
    if (busy) return;
    busy = true;
    host.classList.add('is-sending');
    say(host.dataset.textSending);
    const headers = { 'X-OpenRosa-Version': '1.0' };
    if (host.dataset.csrf) headers['X-CSRFToken'] = host.dataset.csrf;
    const { data } = await payload;
    const outcome = await outcomeOf(host.dataset.submissionUrl, data[0], headers);
    busy = false;
    host.classList.remove('is-sending');
    if (outcome.kept) {
      guard.unsaved = false;
      window.location.assign(host.dataset.doneUrl);
      return;
    }
    say(outcome.message ?? (outcome.offline ? host.dataset.textOffline : host.dataset.textNotSent));
  };
}

async function open(host, say) {
  const mount = host.querySelector('.odk-mount');
  const [xml, { createApp, h, OdkWebForm, webFormsPlugin }] = await Promise.all([
    fetchText(host.dataset.formUrl),
    import('./web-forms.js'),
  ]);
  const start = withStartLanguage(xml, document.documentElement.lang);
  if (!start) throw new FormUnreadable();
  const guard = unsavedGuard(mount);
  const app = createApp({
    render: () => h(OdkWebForm, {
      formXml: start.xml,
      fetchFormAttachment: attachmentFetcher(host.dataset.attachmentsUrl),
      missingResourceBehavior: 'BLANK',
      editInstance: editOptions(host.dataset.editUrl, host.dataset.attachmentsUrl),
      trackDevice: false,
      onSubmit: sender(host, guard, say),
    }),
  });
  app.use(webFormsPlugin);
  Object.assign(app.config.globalProperties.$primevue?.config.locale ?? {}, calendarWords(document.documentElement.lang));
  app.mount(mount);
  improveAccess(host, { language: start.language, direction: directionOf, say });
}

/** Draw the form that the host element names, or say why it cannot be drawn. */
export async function mountForm(host) {
  const say = announcer(host);
  try {
    await open(host, say);
  } catch (error) {
    host.classList.add('is-failed');
    const text = error instanceof FormUnreadable ? host.dataset.textUnreadable : host.dataset.textFailed;
    say(text, () => window.location.reload());
  } finally {
    host.querySelector('.odk-loading')?.remove();
  }
}

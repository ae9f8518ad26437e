const WAIT = 250;

/** What a form of `data-live` finds, shown again as answers change. Without scripts its button does that. */
export function liveForm() {
  const form = document.querySelector('form[data-live]');
  const result = form && document.querySelector(form.dataset.live);
  if (!result) return;
  let timer, running;

  async function refresh() {
    running?.abort();
    running = new AbortController();
    try {
      const response = await fetch(form.action.split('#')[0], {
        method: 'POST',
        body: new FormData(form),
        headers: { 'X-Requested-With': 'fetch' },
        signal: running.signal,
      });
      if (response.ok && !response.redirected) show(await response.text());
    } catch {
      // The button still works; it says what is wrong with the connection.
    }
  }

  function show(html) {
    const open = [...result.querySelectorAll('details[open]')].map(place);
    result.innerHTML = html;
    for (const details of result.querySelectorAll('details')) {
      if (open.includes(place(details))) details.open = true;
    }
    const asked = new Set(result.querySelector('[data-asked]').dataset.asked.split(' '));
    for (const question of form.querySelectorAll('[data-question]')) {
      question.hidden = !asked.has(question.dataset.question);
    }
    for (const group of form.querySelectorAll('[data-group]')) {
      group.hidden = !group.querySelector('[data-question]:not([hidden])');
    }
  }

  const place = (details) => details.id || details.closest('[id]').id;

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  }
  form.addEventListener('input', soon);
  form.addEventListener('change', soon);
}

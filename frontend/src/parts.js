/** What a long list leaves out is fetched as it is opened: <details> around [data-part] with its link. */
export function partsOnDemand() {
  document.addEventListener('toggle', (event) => {
    const part = event.target.open && event.target.querySelector(':scope > [data-part]');
    const link = part && part.querySelector('a');
    if (link && !part.hasAttribute('aria-busy')) fill(part, link.href.split('#')[0]);
  }, true);
}

async function fill(part, address) {
  part.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(address, { headers: { 'X-Requested-With': 'fetch' } });
    if (response.ok && !response.redirected) {
      part.innerHTML = await response.text();
      part.removeAttribute('data-part');
    }
  } catch {
    // The link stays and still leads there; opening the row again tries again.
  }
  part.removeAttribute('aria-busy');
}

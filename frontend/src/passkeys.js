/** Say on the page what the library would only write on the console: the passkey did not answer. */
export function passkeyProblems() {
  document.addEventListener('allauth.error', (event) => {
    const notice = document.querySelector('[data-passkey-problem]');
    if (!notice) return;
    event.preventDefault();
    notice.hidden = false;
  });
}

/** The message of an OpenRosa answer, or undefined when there is none to show. */
export function messageOf(body) {
  const answer = new DOMParser().parseFromString(body, 'text/xml');
  if (answer.querySelector('parsererror') || answer.documentElement.localName !== 'OpenRosaResponse') {
    return undefined;
  }
  return answer.getElementsByTagNameNS('*', 'message')[0]?.textContent.trim() || undefined;
}

/** Post answers; 201 and 202 mean that the server keeps them, everything else that it does not. */
export async function outcomeOf(url, body, headers) {
  try {
    const answer = await fetch(url, { method: 'POST', body, headers, credentials: 'same-origin' });
    if (answer.status === 201 || answer.status === 202) return { kept: true };
    return { kept: false, message: messageOf(await answer.text()) };
  } catch {
    return { kept: false, offline: true };
  }
}

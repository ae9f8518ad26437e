const RIGHT_TO_LEFT = /^(ar|fa|he|ur|ps|ckb|sd|ug|yi|dv)\b/;

/** Code in a language name such as "Français (fr)"; the name itself where it has none. */
export function codeOf(name) {
  return (/\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$/.exec(name)?.[1] ?? name).toLowerCase();
}

export function directionOf(name) {
  return RIGHT_TO_LEFT.test(codeOf(name)) ? 'rtl' : 'ltr';
}

/**
 * Make the page's language the one a form opens in, when the form has it.
 * Returns null when the text is not a form.
 */
export function withStartLanguage(xml, wanted) {
  const form = new DOMParser().parseFromString(xml, 'text/xml');
  if (form.querySelector('parsererror') || form.documentElement.localName !== 'html') return null;
  const translations = [...form.getElementsByTagNameNS('*', 'translation')];
  if (translations.length === 0) return { xml, language: wanted };
  const main = wanted.split('-')[0].toLowerCase();
  const match = translations.find((item) => codeOf(item.getAttribute('lang')).split('-')[0] === main);
  const chosen = match ?? translations.find((item) => item.hasAttribute('default')) ?? translations[0];
  for (const item of translations) item.removeAttribute('default');
  chosen.setAttribute('default', 'true()');
  return { xml: new XMLSerializer().serializeToString(form), language: chosen.getAttribute('lang') };
}

/** Names of months and days for the calendar, as the browser knows them. */
export function calendarWords(language) {
  const names = (kind, dates) => {
    const format = new Intl.DateTimeFormat(language, { calendar: 'gregory', timeZone: 'UTC', ...kind });
    return dates.map((date) => format.format(date));
  };
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2023, month, 15)));
  const days = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2023, 0, 1 + day))); // from a Sunday
  const week = new Intl.Locale(language);
  const firstDay = (week.getWeekInfo?.() ?? week.weekInfo)?.firstDay ?? 1;
  return {
    firstDayOfWeek: firstDay % 7,
    monthNames: names({ month: 'long' }, months),
    monthNamesShort: names({ month: 'short' }, months),
    dayNames: names({ weekday: 'long' }, days),
    dayNamesShort: names({ weekday: 'short' }, days),
    dayNamesMin: names({ weekday: 'narrow' }, days),
  };
}

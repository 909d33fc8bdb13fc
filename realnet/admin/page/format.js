/** Numbers and times as people read them. Everything returns text; null or NaN is "–". */

const NONE = '–';

function known(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A number with about three significant digits and no needless zeros. */
export function number(value) {
  if (!known(value)) {
    return NONE;
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential(2);
  }
  return Number(value.toPrecision(size >= 1000 ? 6 : 3)).toString();
}

/** A whole number with thin spaces between thousands. */
export function count(value) {
  return known(value) ? Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f') : NONE;
}

/** Seconds as s, ms or µs. */
export function duration(seconds) {
  if (!known(seconds)) {
    return NONE;
  }
  if (seconds === 0) {
    return '0 s';
  }
  const [factor, unit] = seconds >= 1 ? [1, 's'] : seconds >= 1e-3 ? [1e3, 'ms'] : [1e6, 'µs'];
  return `${Number((seconds * factor).toPrecision(3))} ${unit}`;
}

/** Seconds as a rough length of time: 42 s, 3 min, 5 h, 2 d. */
export function rough(seconds) {
  if (!known(seconds)) {
    return NONE;
  }
  for (const [length, unit] of [[86400, 'd'], [3600, 'h'], [60, 'min']]) {
    if (seconds >= 2 * length) {
      return `${Math.floor(seconds / length)} ${unit}`;
    }
  }
  return `${Math.floor(seconds)} s`;
}

/** A share from 0 to 1 as per cent. */
export function percent(share) {
  return known(share) ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : NONE;
}

// Changes of a text: what they replace, where places move, and two of them together.

/** @typedef {{start: number, end: number, text: string}} Hunk */

/** What changed: the part of the old text that is replaced, and by what. @param {string} old @param {string} now @returns {Hunk} */
export function hunk(old, now) {
  let start = 0;
  const room = Math.min(old.length, now.length);
  while (start < room && old[start] === now[start]) start += 1;
  let tail = 0;
  while (tail < room - start && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  return { start, end: old.length - tail, text: now.slice(start, now.length - tail) };
}

/** Where a place of the old text is in the new one. @param {number} place @param {Hunk} change */
export function moved(place, change) {
  if (place <= change.start) return place;
  if (place >= change.end) return place + change.text.length - (change.end - change.start);
  return Math.min(place, change.start + change.text.length);
}

/** The text with both changes; null where they are about the same place. @param {string} base @param {string} mine @param {string} theirs */
export function merge(base, mine, theirs) {
  if (mine === base || mine === theirs) return theirs;
  if (theirs === base) return mine;
  const [a, b] = [hunk(base, mine), hunk(base, theirs)];
  const [first, second] = a.start <= b.start ? [a, b] : [b, a];
  if (second.start <= first.end) return null;
  return base.slice(0, first.start) + first.text + base.slice(first.end, second.start) + second.text + base.slice(second.end);
}

// What people would stumble over on this page: sideways scrolling, text without contrast, small targets, fields and
// pictures without a name, headings out of order, and requests to other sites. Returns one line each.
const found = [];
const say = (what, element) => {
  const name = element ? ` at <${element.tagName.toLowerCase()}${element.id ? '#' + element.id : ''}${element.className && element.className.baseVal === undefined ? '.' + String(element.className).trim().replace(/\s+/g, '.') : ''}> “${(element.textContent || '').trim().slice(0, 40)}”` : '';
  found.push(what + name);
};
const seen = (element) => {
  if (element.closest('[hidden], .spoken, .skip, [aria-hidden="true"]')) return false;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (style.visibility === 'hidden' || style.display === 'none') return false;
  for (let fold = element.closest('details:not([open])'); fold; fold = fold.parentElement.closest('details:not([open])')) {
    if (!fold.querySelector(':scope > summary')?.contains(element)) return false;
  }
  return box.width > 0 && box.height > 0;
};

// Nothing makes the page scroll sideways.
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth + 1) {
  const wide = [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.matrix, pre'));
  say(`the page is ${root.scrollWidth} px wide in ${root.clientWidth}`, wide[0]);
}

// Contrast (WCAG 2.2, 1.4.3).
const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const pen = canvas.getContext('2d', { willReadFrequently: true });
// Asking the canvas takes long, and a page has few colours on many elements.
const colours = new Map();
const rgba = (colour) => {
  if (!colours.has(colour)) {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    colours.set(colour, [r, g, b, a / 255]);
  }
  return colours.get(colour);
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const paper = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
const grounds = new Map();
const ground = (element) => {
  if (!element) return paper;
  if (!grounds.has(element)) {
    const own = rgba(getComputedStyle(element).backgroundColor);
    const below = own[3] === 1 ? paper : ground(element.parentElement);
    grounds.set(element, own[3] > 0 ? over(own, below) : below);
  }
  return grounds.get(element);
};
const luminance = (c) => {
  const [r, g, b] = c.map((v) => { const x = v / 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !seen(element) || element.closest('svg, option') || element.disabled) continue;
  const style = getComputedStyle(element);
  const below = ground(element);
  const ink = over(rgba(style.color), below);
  const [a, b] = [luminance(ink), luminance(below)];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) say(`contrast is ${ratio.toFixed(2)}`, element);
}

// Targets of at least 24 by 24 px, save links within a line of text (WCAG 2.2, 2.5.8).
for (const target of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
  if (!seen(target)) continue;
  const label = target.closest('label');
  const box = (label && /checkbox|radio/.test(target.type) ? label : target).getBoundingClientRect();
  const inline = target.matches('a, button.link') && getComputedStyle(target).display === 'inline';
  if (!inline && (box.width < 23.5 || box.height < 23.5)) say(`a target of ${Math.round(box.width)} by ${Math.round(box.height)} px`, target);
}

// Names.
for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
  const named = field.labels?.length || field.getAttribute('aria-label') || field.getAttribute('aria-labelledby');
  if (!named) say('a field without a name', field);
}
for (const button of document.querySelectorAll('button, a[href]')) {
  const spoken = (button.getAttribute('aria-label') || button.textContent || '').trim() || button.querySelector('img[alt]:not([alt=""])');
  if (!spoken) say('a button or link without words', button);
}
for (const picture of document.images) {
  if (!picture.hasAttribute('alt')) say('a picture without alternative text', picture);
  if (!picture.complete || !picture.naturalWidth) say(`a picture that does not load: ${picture.src}`, picture);
}
const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) say(`the id ${id} stands twice`);

// Headings: one h1, no level left out.
const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(seen).map((h) => Number(h.tagName[1]));
if (levels.filter((level) => level === 1).length !== 1) say(`${levels.filter((l) => l === 1).length} main headings`);
levels.forEach((level, i) => { if (i && level > levels[i - 1] + 1) say(`a heading of level ${level} after ${levels[i - 1]}`); });
if (!document.documentElement.lang) say('the page names no language');

// Nobody else is told.
for (const entry of performance.getEntriesByType('resource')) {
  if (new URL(entry.name).origin !== location.origin && !entry.name.startsWith('data:')) say(`a request to another site: ${entry.name}`);
}
return found;

// What pages do beyond links and forms. Every page works without it.
'use strict';
(() => {
  const root = document.documentElement;
  root.classList.add('js');
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  // The frame follows the height of the page, where the LMS listens (LTI: lti.frameResize; Canvas). Only pages within a
  // visit say it, which nobody but the LMS that launched may frame; and where the browser names that LMS, only to it.
  if (window.parent !== window && document.body.classList.contains('framed')) {
    const lms = location.ancestorOrigins?.[0] ?? '*';
    let last = 0;
    const resize = () => {
      const height = Math.ceil(document.body.getBoundingClientRect().height);
      if (Math.abs(height - last) < 4) return;
      last = height;
      window.parent.postMessage(JSON.stringify({ subject: 'lti.frameResize', height: height }), lms);
    };
    new ResizeObserver(resize).observe(document.body);
    resize();
  } else if (window.parent === window) {
    all('.open-window').forEach((form) => { form.hidden = true; });
  }

  // A status region speaks only of what changes after it is there.
  const status = document.querySelector('#status > .notice');
  if (status) {
    const region = status.parentElement;
    status.remove();
    setTimeout(() => region.append(status), 100);
  }
  document.getElementById('problems')?.focus();

  // "4 minutes ago" stays true; the exact time stands in the reader's locale, and in the institution's zone as all days do.
  const steps = [[45, 0, ''], [5400, 60, 'minute'], [129600, 3600, 'hour'], [Infinity, 86400, 'day']];
  const words = (seconds) => {
    const size = Math.abs(seconds);
    const [, unit, name] = steps.find(([limit]) => size < limit);
    if (!unit) return seconds > 0 ? 'in a moment' : 'just now';
    const count = Math.max(1, Math.round(size / unit));
    const text = `${count} ${name}${count === 1 ? '' : 's'}`;
    return seconds > 0 ? `in ${text}` : `${text} ago`;
  };
  const tell = () => all('time[data-moving]').forEach((time) => {
    time.textContent = words((Date.parse(time.dateTime) - Date.now()) / 1000);
  });
  let format;
  const shape = { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' };
  try {
    format = new Intl.DateTimeFormat(root.dataset.locale || undefined, { ...shape, timeZone: root.dataset.zone });
  } catch {
    // A locale or a zone that this browser does not know: the page says the exact time itself.
  }
  if (format) {
    all('time[datetime]').forEach((time) => {
      const at = Date.parse(time.dateTime);
      if (!Number.isNaN(at)) time.title = format.format(at);
    });
  }

  // Where nobody has said yet where the institution is, an administrator's browser does.
  const askZone = document.getElementById('ask-zone');
  if (askZone) {
    askZone.elements.zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
    fetch(askZone.action, { method: 'POST', body: new URLSearchParams(new FormData(askZone)) }).catch(() => {});
  }
  setInterval(tell, 30000);

  // A form that must go only once.
  all('form[data-once]').forEach((form) => form.addEventListener('submit', (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    event.submitter?.setAttribute('aria-disabled', 'true');
  }));
  window.addEventListener('pageshow', () => all('form[data-once]').forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-disabled]').forEach((button) => button.removeAttribute('aria-disabled'));
  }));

  // Copy buttons.
  all('[data-print]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => window.print());
  });

  all('[data-copy]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      source.select();
      let copied = true;
      try { await navigator.clipboard.writeText(source.value); } catch { copied = document.execCommand('copy'); }
      // The value stays selected, for the keys that copy.
      button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  });

  // Parts of a form that belong to one choice.
  all('[data-part-of]').forEach((part) => {
    const form = part.closest('form');
    const show = () => {
      const chosen = form.querySelector(`[name="${part.dataset.partOf}"]:checked`);
      part.hidden = !chosen || chosen.value !== part.dataset.part;
    };
    form.addEventListener('change', show);
    show();
  });

  // The drawn picture, as it will be.
  const preview = document.getElementById('preview');
  if (preview) {
    const form = preview.closest('form');
    let wait;
    const draw = () => {
      const query = new URLSearchParams();
      ['initials', 'shape', 'colour'].forEach((name) => query.set(name, form.elements[name].value));
      preview.src = `${preview.dataset.base}?${query}`;
    };
    form.addEventListener('input', (event) => {
      if (!['initials', 'shape', 'colour'].includes(event.target.name)) return;
      clearTimeout(wait);
      wait = setTimeout(draw, 120);
    });
  }

  // The rule builder: the number appears with "at least …", and the sentence says when it is out of date.
  const rule = document.getElementById('rule');
  rule?.addEventListener('input', (event) => {
    const target = event.target;
    if (target.name?.endsWith('.need') || target.name === 'n.need') {
      const count = target.parentElement.querySelector('.count-input');
      count.classList.toggle('unused', target.value !== 'at_least');
      if (target.value === 'at_least') count.focus();
    }
    if (target.name?.startsWith('n.')) {
      const box = rule.querySelector('.sentence');
      box.classList.add('stale');
    }
  });

  // Check now: a count that moves, and may be left.
  const check = document.getElementById('check-now');
  const progress = document.getElementById('check-progress');
  if (check && progress) {
    const button = check.querySelector('button');
    const carried = () => {
      const body = new URLSearchParams();
      check.querySelectorAll('input[type="hidden"]').forEach((field) => body.set(field.name, field.value));
      return body;
    };
    const ask = async () => {
      let answer;
      try {
        const response = await fetch(check.dataset.status, { method: 'POST', body: carried() });
        if (!response.ok) throw new Error(String(response.status));
        answer = await response.json();
      } catch {
        progress.textContent = 'The check goes on, but its count cannot be shown. Open the page again in a minute.';
        return;
      }
      if (answer.running) {
        button.setAttribute('aria-disabled', 'true');
        progress.textContent = `${answer.message} You may leave this page.`;
        setTimeout(ask, 1000);
      } else {
        button.removeAttribute('aria-disabled');
        progress.textContent = answer.message || 'Checked just now. Open the page again to see the new numbers.';
      }
    };
    check.addEventListener('submit', (event) => {
      if (button.getAttribute('aria-disabled') === 'true') event.preventDefault();
    });
    if ('running' in check.dataset) ask();
  }
})();

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

  // Browsers refuse autofocus in a frame of another site, and say so in their console: pages name the place, the script goes there.
  (document.getElementById('problems') ?? document.querySelector('[data-focus]'))?.focus();

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

  // What was said aloud is not said again when a page that waits is shown anew.
  const said = new Set(all('[role="alert"]').map((one) => one.textContent));

  // What a page needs when it is there, and again when a page that waits shows something new.
  const dress = () => {
    // A status region speaks only of what changes after it is there.
    const status = document.querySelector('#status > .notice');
    if (status && !said.has(status.textContent)) {
      said.add(status.textContent);
      const region = status.parentElement;
      status.remove();
      setTimeout(() => region.append(status), 100);
    }
    all('time[datetime]').forEach((time) => {
      const at = Date.parse(time.dateTime);
      if (format && !Number.isNaN(at)) time.title = format.format(at);
    });
    // A form that must go only once.
    all('form[data-once]:not([data-dressed])').forEach((form) => {
      form.dataset.dressed = '';
      form.addEventListener('submit', (event) => {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = '1';
        event.submitter?.setAttribute('aria-disabled', 'true');
      });
    });
  };
  dress();
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
    const plain = ['initials', 'shape', 'colour'];
    const marks = ['icon', 'pattern', 'banner', 'band', 'stars'];
    let wait;
    const draw = () => {
      const query = new URLSearchParams();
      plain.forEach((name) => query.set(name, form.elements[name].value));
      marks.map((name) => [name, form.elements[name].value]).forEach(([name, value]) => value && query.set(name, value));
      preview.src = `${preview.dataset.base}?${query}`;
    };
    form.addEventListener('input', (event) => {
      if (![...plain, ...marks].includes(event.target.name)) return;
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

  // A page that waits: what is new takes the place of what was there. The focus, folds that are open and whoever types are
  // left alone.
  const kept = (element) => element.id || [element.tagName, element.getAttribute('aria-label') || element.textContent.trim(),
    element.getAttribute('href') || element.form?.getAttribute('action') || ''].join('|');
  const focusable = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]';
  const typing = (main) => {
    const at = document.activeElement;
    if (at && main.contains(at) && at.matches('input:not([type="checkbox"], [type="radio"]), select, textarea')) return true;
    return Array.from(main.querySelectorAll('input:not([type="hidden"]), textarea')).some((field) =>
      (field.type === 'checkbox' || field.type === 'radio') ? field.checked !== field.defaultChecked
        : field.value !== field.defaultValue);
  };
  // A page that is not there for its reader any more is not asked for again, and says so; what may pass is.
  class Over extends Error {}
  const taken = (response) => {
    if ([401, 403, 404, 410].includes(response.status)) throw new Over(String(response.status));
    if (!response.ok) throw new Error(String(response.status));
    return response;
  };
  const sayItIsOver = (why) => {
    const notice = document.createElement('div');
    notice.className = 'notice is-attention';
    const text = document.createElement('p');
    text.textContent = why.message === '401'
      ? 'Your visit has ended, so this page shows nothing new. Open Cairn again from your course; what you had saved is kept.'
      : 'This page is not open to you any more, so it shows nothing new. Load it again to see why.';
    const icon = document.getElementById('attention-icon');
    if (icon) notice.append(icon.content.cloneNode(true));
    notice.append(text);
    const status = document.getElementById('status');
    if (status) {
      status.replaceChildren(notice);
    } else {
      notice.setAttribute('role', 'status');
      document.getElementById('main').prepend(notice);
    }
  };
  const renew = async (again) => {
    const main = document.getElementById('main');
    if (typing(main)) return false;
    const body = new URLSearchParams(new FormData(again));
    const address = again.getAttribute('action');
    const response = taken(again.method === 'post' ? await fetch(address, { method: 'POST', body: body })
      : await fetch(`${address}?${body}`));
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('main');
    if (!fresh) throw new Error('no page');
    if (typing(main)) return false;
    const at = main.contains(document.activeElement) && document.activeElement !== main ? kept(document.activeElement) : null;
    const open = new Set(Array.from(main.querySelectorAll('details[open] > summary')).map((one) => kept(one)));
    fresh.querySelectorAll('[role="alert"]').forEach((one) => {
      if (said.has(one.textContent)) one.removeAttribute('role'); else said.add(one.textContent);
    });
    main.replaceChildren(...Array.from(fresh.childNodes).map((node) => document.adoptNode(node)));
    main.querySelectorAll('details > summary').forEach((one) => { if (open.has(kept(one))) one.parentElement.open = true; });
    if (at !== null) {
      const same = Array.from(main.querySelectorAll(focusable)).find((one) => kept(one) === at);
      (same || main).focus({ preventScroll: true });
    }
    dress();
    return true;
  };

  // Check now: a count that moves, and may be left; in the end the page shows the new numbers.
  const wait = () => {
    const again = document.getElementById('again');
    const check = document.getElementById('check-now');
    const progress = document.getElementById('check-progress');
    // Somebody types: a little later. The network or the server is away: later each time.
    const later = (look, time) => setTimeout(() => { if (again.isConnected) look(); }, time);
    let pause = 5000;
    const afterwards = (error, look) => {
      if (error instanceof Over) { sayItIsOver(error); return; }
      later(look, pause);
      pause = Math.min(pause * 2, 120000);
    };
    const show = async () => {
      try {
        if (await renew(again)) wait(); else later(show, 2000);
      } catch (error) {
        afterwards(error, show);
      }
    };
    if (check) {
      const button = check.querySelector('button');
      check.addEventListener('submit', (event) => {
        if (button.getAttribute('aria-disabled') === 'true') event.preventDefault();
      });
    }
    if (!again) return;
    if (again.dataset.every) {
      later(show, Number(again.dataset.every) * 1000);
    } else if (check && progress && 'running' in check.dataset) {
      const ask = async () => {
        const body = new URLSearchParams({ since: check.dataset.since });
        check.querySelectorAll('input[type="hidden"]').forEach((field) => body.set(field.name, field.value));
        let answer;
        try {
          answer = await taken(await fetch(check.dataset.status, { method: 'POST', body: body })).json();
          pause = 5000;
        } catch (error) {
          progress.textContent = error instanceof Over ? '' : 'The check goes on, but its count cannot be shown now.';
          afterwards(error, ask);
          return;
        }
        if (!again.isConnected) return;
        progress.textContent = answer.running ? `${answer.message} You may leave this page.` : answer.message;
        if (answer.running) later(ask, 1000); else show();
      };
      ask();
    }
  };
  wait();
})();

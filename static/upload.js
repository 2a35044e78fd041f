// A file that is handed in goes piece by piece: how far it is can be seen, and a line that breaks goes on where it stopped.
// Without this script the form sends it as a whole.
'use strict';
(() => {
  const form = document.querySelector('form[data-pieces]');
  if (!form) return;
  const piece = Number(form.dataset.piece);
  const input = form.elements.file;
  const box = form.querySelector('.sending');
  const bar = box.querySelector('progress');
  const text = box.querySelector('.how-far');
  const stop = box.querySelector('button');
  const button = form.querySelector('button[type="submit"]');
  const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  let sending = null;

  // Spoken only at the beginning, when something changes, and at every fifth of the way. How far it is stands beside the bar,
  // exactly; what is spoken of that is not shown.
  let told = '';
  const tell = (words, spokenOnly = false) => {
    text.classList.toggle('spoken', spokenOnly);
    if (words !== told) { told = words; text.textContent = words; }
  };
  const show = (there, size) => {
    bar.max = size;
    bar.value = there;
    const fifth = Math.floor((there / size) * 5) / 5;
    const percent = Math.floor((there / size) * 100);
    box.querySelector('.exactly').textContent = `${percent} percent: ${megabytes(there)} of ${megabytes(size)} MB`;
    tell(fifth === 0 ? 'Sending your file.' : `${Math.round(fifth * 100)} percent of your file are there.`, true);
  };

  const refused = (sentence) => Object.assign(new Error(sentence), { sentence: sentence });

  // Asks how much is there, or sends the piece that follows.
  const ask = async (file, offset, signal) => {
    const body = new FormData();
    form.querySelectorAll('input[type="hidden"]').forEach((field) => body.append(field.name, field.value));
    body.append('sent.name', file.name);
    body.append('sent.size', String(file.size));
    body.append('sent.modified', String(file.lastModified));
    if (offset !== null) {
      let bytes;
      try {
        bytes = await file.slice(offset, offset + piece).arrayBuffer();
      } catch {
        throw refused('The file cannot be read any more, perhaps because it was changed. Choose it again.');
      }
      body.append('offset', String(offset));
      body.append('piece', new Blob([bytes]), 'piece');
    }
    const response = await fetch(form.dataset.pieces, { method: 'POST', body: body, signal: signal });
    const json = (response.headers.get('content-type') ?? '').startsWith('application/json');
    const answer = json ? await response.json() : {};
    if (response.ok && json) return answer.received;
    if (response.status >= 500 || response.status === 429 || response.status === 408) {
      throw Object.assign(new Error(String(response.status)), { problem: answer.problem });
    }
    throw refused(answer.problem ?? (response.status === 401 || response.status === 403
      ? 'Your visit is over. Open this activity from your course again and choose the same file: it goes on from there.'
      : `The server does not take this file (${response.status}). Tell your teacher.`));
  };

  // Waits and asks again while the line is broken; what the server says three times without getting on is told.
  const send = async (file, signal) => {
    let there = null;
    let most = -1;
    let broken = 0;
    while (there !== file.size) {
      try {
        const before = there ?? 0;
        there = await ask(file, there, signal);
        if (there < before) throw refused('Another file that you are sending to this activity took the place of this one.');
        if (there > most) [most, broken] = [there, 0];
        show(there, file.size);
      } catch (error) {
        if (signal.aborted || error.sentence) throw error;
        broken += 1;
        if (broken >= 3 && error.problem) throw refused(error.problem);
        tell('The line is broken. Your file goes on by itself from where it stopped.');
        await pause(Math.min(30, 2 ** broken));
        if (signal.aborted) throw error;
        there = null;
      }
    }
  };

  const end = (words) => {
    sending = null;
    delete form.dataset.sent;
    button.removeAttribute('aria-disabled');
    stop.hidden = true;
    tell(words);
    // The file is chosen still: the button goes on with it.
    (input.files[0] ? button : input).focus();
  };

  const add = (name, value) => {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.dataset.added = '';
    field.name = name;
    field.value = value;
    form.append(field);
  };

  form.addEventListener('submit', async (event) => {
    const file = input.files[0];
    if (event.defaultPrevented || !file || file.size <= piece) return;
    event.preventDefault();
    if (sending) return;
    sending = new AbortController();
    const mine = sending;
    [box.hidden, stop.hidden] = [false, false];
    try {
      await send(file, mine.signal);
    } catch (error) {
      const again = `“${button.textContent.trim()}”`;
      end(mine.signal.aborted ? `Stopped. ${again} goes on from here with the same file.`
        : error.sentence ?? `The file could not be sent. ${again} tries again, from where it stopped.`);
      return;
    }
    stop.hidden = true;
    tell('All of it is there. It is being checked and handed in.');
    input.disabled = true;
    add('sent.name', file.name);
    add('sent.size', String(file.size));
    add('sent.modified', String(file.lastModified));
    form.submit();
  });
  stop.addEventListener('click', () => sending?.abort());

  // Whoever comes back to the page finds the form as it was.
  window.addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    sending = null;
    [input.disabled, box.hidden] = [false, true];
    form.querySelectorAll('[data-added]').forEach((field) => field.remove());
  });
})();

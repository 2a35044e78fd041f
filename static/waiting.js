// A window was opened from this frame, because the frame keeps no cookies. The LMS's form listens to this frame alone, and
// nothing leads back here from the window: so this page asks our server for what was chosen there, with a secret that only
// it has, and posts it to the LMS itself. It asks seldom, and not for ever.
'use strict';
window.frameWaits = (() => {
  const form = document.getElementById('waiting');
  const other = document.getElementById('window');
  const going = document.getElementById('going');
  if (!form || !other || !going) return null;
  const MINUTE = 60000;
  const SAYS = {
    'not-yet': 'Cairn opens in a window of its own. If you choose something for your course there, this page takes it over by itself, so leave it open.',
    choosing: 'You choose in the other window. This page takes over what you choose by itself, so leave it open.',
    page: 'Cairn is open in a window of its own. Nothing more happens on this page.',
    chosen: 'What you chose goes into the form of your course now.',
    over: 'This page does not wait any more. To choose something for your course, go back to where you add content to it and open Cairn there again.',
  };
  let begun = 0;
  let timer = 0;
  let asking = false;
  let ended = false;

  const say = (state) => { if (going.textContent !== SAYS[state]) going.textContent = SAYS[state]; };
  const pause = (age) => {
    if (age < 2 * MINUTE) return 2000;
    return age < 20 * MINUTE ? 5000 : 15000;
  };
  const end = (state) => {
    ended = true;
    clearTimeout(timer);
    form.hidden = true;
    other.hidden = true;
    say(state);
  };
  const post = (action, jwt) => {
    const answer = document.createElement('form');
    answer.method = 'post';
    answer.action = action;
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'JWT';
    field.value = jwt;
    answer.append(field);
    document.body.append(answer);
    answer.submit();
  };

  const ask = async () => {
    if (asking || ended) return;
    asking = true;
    clearTimeout(timer);
    const age = Date.now() - begun;
    let state = '';
    let answer = {};
    try {
      const response = await fetch(form.action, {
        method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' },
      });
      if (response.ok) {
        answer = await response.json();
        state = answer.state;
      }
    } catch { /* The network is away for a moment; asked again. */ }
    asking = false;
    // A login that nobody finished in ten minutes is over.
    if (state === 'not-yet' && age > 10 * MINUTE) state = 'over';
    if (age > 120 * MINUTE) state = state === 'chosen' ? state : 'over';
    if (state === 'chosen') {
      end(state);
      post(answer.action, answer.jwt);
    } else if (state === 'page' || state === 'over') {
      end(state);
    } else {
      if (state === 'choosing') other.hidden = true;
      if (state) say(state);
      timer = setTimeout(ask, pause(age));
    }
  };

  return {
    hide: () => { form.hidden = true; },
    // The window's form was sent.
    begin: () => {
      begun = Date.now();
      if (ended) return;
      form.hidden = false;
      say('not-yet');
      clearTimeout(timer);
      timer = setTimeout(ask, 2000);
      document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
    },
  };
})();

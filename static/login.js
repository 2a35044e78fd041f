// Before the browser leaves for the platform, whose hints can be used only once: can this frame prove later that it began
// here, by a cookie or by the platform's storage? Whichever works is enough; both are tried.
'use strict';
(async () => {
  const here = document.getElementById('here');
  const other = document.getElementById('window');
  if (!here || !other) return;
  other.hidden = true;
  window.frameWaits?.hide();
  document.cookie = 'cairn_try=1; Secure; SameSite=None; Partitioned; Max-Age=60; Path=/';
  const holds = document.cookie.includes('cairn_try=1');
  const stored = window.platformStorage ? await window.platformStorage.put() : false;
  if (holds || stored) {
    here.submit();
    return;
  }
  here.hidden = true;
  other.hidden = false;
  other.querySelector('button').classList.add('primary');
  // The sentence that is said above takes the place of the one that says "if".
  other.querySelector('p').hidden = true;
  other.addEventListener('submit', () => window.frameWaits?.begin());
  document.getElementById('going').textContent =
    'Your browser keeps no cookies for pages inside other pages. Cairn can be opened in a window of its own.';
})();

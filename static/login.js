// Before the browser leaves for the platform, whose hints can be used only once: does a cookie hold in this frame?
'use strict';
(() => {
  const here = document.getElementById('here');
  const other = document.getElementById('window');
  if (!here || !other) return;
  document.cookie = 'cairn_try=1; Secure; SameSite=None; Partitioned; Max-Age=60; Path=/';
  if (document.cookie.includes('cairn_try=1')) {
    other.hidden = true;
    here.submit();
  } else {
    here.hidden = true;
    const button = other.querySelector('button');
    button.classList.add('primary');
    document.getElementById('going').textContent =
      'Your browser keeps no cookies for pages inside other pages. Cairn can be opened in a window of its own.';
  }
})();

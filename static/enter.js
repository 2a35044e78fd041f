// The launch was let in: takes back what it left with the platform, then opens the first page, by its address where a
// cookie carries the visit, by a form where the form does.
'use strict';
(() => {
  const form = document.getElementById('enter');
  if (!form) return;
  if (window.platformStorage) window.platformStorage.forget();
  if ('cookie' in form.dataset) {
    location.replace(form.action);
  } else {
    form.submit();
  }
})();

// No cookie came back with the launch: fetches what the login left with the platform, and lets our server compare.
'use strict';
(async () => {
  const form = document.getElementById('prove');
  if (!form) return;
  form.elements.proof.value = window.platformStorage ? await window.platformStorage.get() : '';
  form.submit();
})();

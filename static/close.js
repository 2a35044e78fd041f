// The end of a registration (LTI Dynamic Registration 1.0, section 3.7): the platform closes the frame or the window.
'use strict';
(() => {
  const button = document.getElementById('close');
  const platform = window.opener || (window.parent !== window ? window.parent : null);
  if (!button || !platform) return;
  document.getElementById('close-hint').hidden = true;
  button.hidden = false;
  // Nothing secret is in it, and the platform's own origin is not known to every one of its pages.
  button.addEventListener('click', () => platform.postMessage({ subject: 'org.imsglobal.lti.close' }, '*'));
})();

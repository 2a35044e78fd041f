// Platform storage (1EdTech lti-cs-oidc 0.1, lti-cs-pm 0.1, lti-pm-s 0.1): the LMS keeps one random value for one login,
// for browsers that keep no cookie of ours inside its pages. Nothing else is ever put there, and our server compares.
'use strict';
window.platformStorage = (() => {
  const place = document.getElementById('storage');
  if (!place || window.parent === window) return null;
  const { frame, origin, key, value } = place.dataset;
  const until = Date.now() + 1500;

  // Whom to ask, and the origin that must answer. `_parent` is the page round ours; any other name is a frame beside
  // ours. Canvas's editor lacks that frame: then the page round ours is asked, whichever of the LMS's hosts it is on
  // (`frame-ancestors` lets nobody but the LMS be that page).
  const addressed = () => {
    if (frame === '_parent') return [window.parent, origin];
    try {
      const beside = window.parent.frames[frame];
      if (beside) return [beside, origin];
    } catch { /* There is no such frame. */ }
    return [window.parent, '*'];
  };

  const messageId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');

  // The answer to one message; null when there is none in time, or when it is an error.
  const ask = (to, target, message, limit) => new Promise((resolve) => {
    const id = messageId();
    let timer;
    const done = (answer) => {
      clearTimeout(timer);
      window.removeEventListener('message', hear);
      resolve(answer);
    };
    const hear = ({ source, origin: from, data }) => {
      if (source !== to || (target !== '*' && from !== target)) return;
      if (!data || data.message_id !== id || data.subject !== `${message.subject}.response`) return;
      done(data.error ? null : data);
    };
    window.addEventListener('message', hear);
    timer = setTimeout(() => done(null), Math.max(0, limit - Date.now()));
    to.postMessage({ ...message, message_id: id }, target);
  });

  // Only a platform that says that it does not know a subject is not asked; one that says nothing may still answer.
  const offers = async (subject) => {
    const answer = await ask(window.parent, '*', { subject: 'lti.capabilities' }, Math.min(until, Date.now() + 500));
    const known = answer?.supported_messages;
    return !Array.isArray(known) || known.some((one) => one?.subject === subject);
  };

  return {
    put: async () => {
      if (!(await offers('lti.put_data'))) return false;
      const answer = await ask(...addressed(), { subject: 'lti.put_data', key, value }, until);
      return answer !== null && answer.value === value;
    },
    get: async () => {
      const answer = await ask(...addressed(), { subject: 'lti.get_data', key }, until);
      return typeof answer?.value === 'string' ? answer.value : '';
    },
    // Used up: the LMS has room for a few dozen of them only.
    forget: () => {
      const [to, target] = addressed();
      to.postMessage({ subject: 'lti.put_data', key, value: null, message_id: messageId() }, target);
    },
  };
})();

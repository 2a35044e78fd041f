// What Canvas's pages hear from a tool in a frame: height, and platform storage (1EdTech lti-pm-s 0.1).
// Values live in this origin's localStorage, apart for each origin that asks: 500 keys and 4096 characters for each.
'use strict';
(function () {
  var frame = document.getElementById('contentframe');
  var subjects = ['lti.capabilities', 'lti.put_data', 'lti.get_data', 'lti.frameResize', 'lti.fetchWindowSize',
    'lti.scrollToTop', 'lti.showAlert', 'lti.close'];

  function store(origin) {
    try { return JSON.parse(localStorage.getItem('platform-storage ' + origin)) || {}; } catch (_) { return {}; }
  }

  function handle(message, origin) {
    switch (message.subject) {
      case 'lti.capabilities':
        return { supported_messages: subjects.map(function (subject) { return { subject: subject }; }) };
      case 'lti.put_data': {
        if (!message.key || !message.message_id) { return { error: { code: 'bad_request', message: 'key and message_id are needed' } }; }
        var data = store(origin);
        if (message.value === null || message.value === undefined) { delete data[message.key]; } else { data[message.key] = String(message.value); }
        var size = Object.keys(data).reduce(function (sum, key) { return sum + key.length + data[key].length; }, 0);
        if (Object.keys(data).length > 500 || size > 4096) { return { error: { code: 'storage_exhaustion', message: 'too much' } }; }
        localStorage.setItem('platform-storage ' + origin, JSON.stringify(data));
        return { key: message.key, value: message.value };
      }
      case 'lti.get_data': {
        if (!message.key || !message.message_id) { return { error: { code: 'bad_request', message: 'key and message_id are needed' } }; }
        var found = store(origin)[message.key];
        return { key: message.key, value: found === undefined ? null : found };
      }
      case 'lti.frameResize':
        if (Number(message.height) > 0) { frame.style.height = Math.ceil(Number(message.height)) + 'px'; }
        return {};
      case 'lti.fetchWindowSize':
        return { height: window.innerHeight, width: window.innerWidth, scrollY: window.scrollY };
      case 'lti.scrollToTop':
        window.scrollTo(0, 0);
        return {};
      case 'lti.showAlert':
        window.alert(String(message.body));
        return {};
      default:
        return null;
    }
  }

  window.addEventListener('message', function (event) {
    if (event.source !== frame.contentWindow) { return; }
    var message = event.data;
    if (typeof message === 'string') { try { message = JSON.parse(message); } catch (_) { return; } }
    if (!message || typeof message.subject !== 'string') { return; }
    var answer = handle(message, event.origin);
    if (!answer) { return; }
    answer.subject = message.subject + '.response';
    answer.message_id = message.message_id;
    event.source.postMessage(answer, event.origin);
  });
}());

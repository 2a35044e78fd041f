// Platform storage as Canvas keeps it (1EdTech lti-pm-s 0.1): in the localStorage of this origin, apart for each origin
// that asks, with 500 keys and 4096 characters in all for each.
'use strict';
var platformStorage = (function () {
  var MOST_KEYS = 500;
  var MOST_CHARACTERS = 4096;
  // A test may want one subject answered wrongly: its name and what is wrong.
  var manner = (document.currentScript.dataset.manner || '').split(' ');

  function store(origin) {
    try { return JSON.parse(localStorage.getItem('platform-storage ' + origin)) || {}; } catch (_) { return {}; }
  }

  function refusal(code, text) { return { error: { code: code, message: text } }; }

  // The answer to a message of that origin; null when the subject is another one.
  function handle(message, origin) {
    if (message.subject !== 'lti.put_data' && message.subject !== 'lti.get_data') { return null; }
    if (!message.key || !message.message_id) { return refusal('bad_request', 'key and message_id are needed'); }
    var data = store(origin);
    if (message.subject === 'lti.get_data') {
      var found = data[message.key];
      return { key: message.key, value: found === undefined ? null : found };
    }
    if (message.value === null || message.value === undefined) {
      delete data[message.key];
    } else {
      data[message.key] = String(message.value);
    }
    var size = Object.keys(data).reduce(function (sum, key) { return sum + key.length + data[key].length; }, 0);
    if (Object.keys(data).length > MOST_KEYS || size > MOST_CHARACTERS) {
      return refusal('storage_exhaustion', 'Storage limit exceeded');
    }
    localStorage.setItem('platform-storage ' + origin, JSON.stringify(data));
    return { key: message.key, value: message.value };
  }

  // A message as it was sent, as an object or as JSON; null when it is neither.
  function read(data) {
    if (typeof data === 'string') { try { data = JSON.parse(data); } catch (_) { return null; } }
    return data && typeof data.subject === 'string' ? data : null;
  }

  function reply(event, message, answer) {
    answer.subject = message.subject + '.response';
    if (message.message_id) { answer.message_id = message.message_id; }
    if (message.subject !== manner[0]) {
      event.source.postMessage(answer, event.origin);
    } else if (manner[1] === 'frame') {
      elsewhere(event, answer);
    } else if (manner[1] !== 'silence') {
      event.source.postMessage(spoilt(answer), event.origin);
    }
  }

  function spoilt(answer) {
    if (manner[1] === 'id') { answer.message_id = 'another'; }
    if (manner[1] === 'error') { answer.error = { code: 'bad_request', message: 'not today' }; }
    if (manner[1] === 'value') { answer.value = 'another'; }
    return answer;
  }

  // The right answer, from a frame of this page and so of this origin, which nobody asked.
  function elsewhere(event, answer) {
    var frame = document.body.appendChild(document.createElement('iframe'));
    frame.hidden = true;
    var send = new frame.contentWindow.Function('to', 'answer', 'origin', 'to.postMessage(answer, origin)');
    send(event.source, answer, event.origin);
  }

  return { handle: handle, read: read, reply: reply };
}());

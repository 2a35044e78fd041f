// What Canvas's pages hear from a tool in a frame: height, and platform storage.
'use strict';
(function () {
  var frame = document.getElementById('contentframe');
  var subjects = ['lti.capabilities', 'lti.put_data', 'lti.get_data', 'lti.frameResize', 'lti.fetchWindowSize',
    'lti.scrollToTop', 'lti.showAlert', 'lti.close'];

  function handle(message, origin) {
    switch (message.subject) {
      case 'lti.capabilities':
        return { supported_messages: subjects.map(function (subject) { return { subject: subject }; }) };
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
        return platformStorage.handle(message, origin);
    }
  }

  window.addEventListener('message', function (event) {
    if (event.source !== frame.contentWindow) { return; }
    var message = platformStorage.read(event.data);
    var answer = message && handle(message, event.origin);
    if (answer) { platformStorage.reply(event, message, answer); }
  });
}());

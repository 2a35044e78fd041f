// A registration is over when the tool says so (LTI Dynamic Registration 1.0, section 3.7).
'use strict';
(function () {
  var frame = document.getElementById('contentframe');
  window.addEventListener('message', function (event) {
    if (event.source !== frame.contentWindow) { return; }
    if (event.data && event.data.subject === 'org.imsglobal.lti.close') { location.href = frame.dataset.back; }
  });
}());

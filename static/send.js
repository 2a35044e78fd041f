// A form that sends itself.
'use strict';
document.getElementById('send')?.submit();

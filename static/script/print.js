// Shows the button that opens the browser's own printing, and presses it for whoever came by "Print everything".
// Without this, the page names the keys that do.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  if (location.hash === "#print") {
    history.replaceState(null, "", location.pathname); // a page that is opened again, or gone back to, only shows itself
    window.addEventListener("load", function () { document.fonts.ready.then(function () { window.print(); }); });
  }
})();

// What stands in a status line as a page comes is said by no screen reader. Where the focus went elsewhere (to a person
// on the board), the line is put in place once more, which is.
(function () {
  "use strict";
  var line = document.querySelector("main > [role=status]");
  if (!line || line.hasAttribute("autofocus")) return;
  window.addEventListener("load", function () {
    setTimeout(function () { line.replaceChildren.apply(line, Array.from(line.cloneNode(true).childNodes)); }, 300);
  });
})();

// Saves a note as it is written. When somebody else saved meanwhile, the server keeps both and says what is new: it is
// shown, and put into the box unless more was typed since. Without this script the button saves.
(function () {
  "use strict";
  var PAUSE = 1500, AGAIN = 10000; // milliseconds
  var form = document.querySelector("[data-note]");
  if (!form || !window.fetch) return;
  var box = form.querySelector("textarea"), based = form.elements.based_on, said = form.querySelector("[data-said]");
  var both = document.querySelector("[data-both]"), most = Number(form.dataset.most);
  var saved = box.value, busy = false, leaving = false, waiting = 0;

  // Only what is new is said, so that nobody hears "Saved." at every line.
  function say(words) {
    if (said.textContent !== words) said.textContent = words;
  }

  function later(pause) {
    clearTimeout(waiting);
    waiting = setTimeout(send, pause);
  }

  function piece(kind, lines) {
    var part = document.createElement("div"), name = document.createElement("p"), words = document.createElement("pre");
    var strong = document.createElement("strong");
    strong.textContent = kind === "theirs" ? "Only in theirs" : "Added from yours";
    name.className = "small";
    name.append(strong);
    words.textContent = lines.join("\n");
    part.className = "difference-" + kind;
    part.append(name, words);
    return part;
  }

  function show(answer) {
    var pieces = answer.difference.filter(function (one) { return one[0] !== "same"; });
    both.querySelector("[data-difference]").replaceChildren.apply(
      both.querySelector("[data-difference]"), pieces.map(function (one) { return piece(one[0], one[1]); }));
    both.hidden = pieces.length === 0;
    say(answer.say);
  }

  function take(answer, sent) {
    if (!answer.merged) {
      saved = sent;
      based.value = answer.version;
      say("Saved as you write.");
      return;
    }
    show(answer);
    if (box.value === sent) {
      var at = box.selectionStart;
      box.value = saved = answer.words;
      box.selectionStart = box.selectionEnd = Math.min(at, answer.words.length);
      based.value = answer.version;
    } else { // more was typed meanwhile: the next save brings the two together
      saved = sent;
      based.value = answer.mine;
    }
  }

  function send() {
    if (busy || leaving || box.value === saved) return;
    if (box.value.length > most) {
      say("This is " + (box.value.length - most) + " characters too long to keep. Nothing is lost: shorten it here.");
      return;
    }
    var sent = box.value, pause = PAUSE;
    busy = true;
    fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin",
      headers: { Accept: "application/json" }
    }).then(function (reply) {
      return reply.json().then(function (answer) {
        if (reply.ok) {
          take(answer, sent);
        } else {
          say(answer.problem);
          saved = sent; // the same words would be refused again; the box keeps them
        }
      });
    }).catch(function () {
      pause = AGAIN;
      say("Not saved: there is no line just now. It stays here, and is saved when there is one.");
    }).finally(function () {
      busy = false;
      if (box.value !== saved) later(pause);
    });
  }

  box.addEventListener("input", function () { later(PAUSE); });
  form.addEventListener("submit", function () { leaving = true; });
  window.addEventListener("beforeunload", function (event) {
    if (!leaving && box.value !== saved) event.preventDefault();
  });
})();

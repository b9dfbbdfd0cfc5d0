// Counts a round down by the server's clock, and looks again every 20 seconds: what has changed is put in its place,
// and nothing else moves. Without this script the browser loads the page anew as often.
(function () {
  "use strict";
  var SPOKEN = [[300, "5 minutes left."], [60, "1 minute left."], [0, "Time is up."]];
  var every = document.querySelector("[data-every]");
  var speaks = document.querySelector("[data-speaks]");
  var offset = 0; // milliseconds that the server's clock is ahead of this one
  var before = null, counted = null; // seconds left when last shown, and the end that they led to

  function takeClock(clock) {
    if (clock) offset = Number(clock.dataset.now) * 1000 - Date.now();
  }

  function say(left, ends) {
    if (speaks && counted === ends && before !== null) {
      SPOKEN.forEach(function (one) {
        if (before > one[0] && left <= one[0]) speaks.textContent = one[1];
      });
    }
    before = left;
    counted = ends;
  }

  function show(clock, left) {
    var minutes = Math.ceil(left / 60), exact = "seconds" in clock.dataset;
    var number = exact ? Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0") : String(minutes);
    var words = exact ? "left" : (minutes === 1 ? "minute left" : "minutes left");
    clock.classList.toggle("clock-up", left === 0);
    clock.firstElementChild.textContent = left ? number : "";
    clock.lastElementChild.textContent = left ? words : "Time is up";
  }

  function tick() {
    var clock = document.querySelector("[data-ends]");
    if (!clock) return;
    var ends = Number(clock.dataset.ends);
    var left = Math.max(0, Math.ceil(ends - (Date.now() + offset) / 1000));
    show(clock, left);
    say(left, ends);
  }

  // A part without what differs at every look: the tokens of its forms, and the clock.
  function plain(part) {
    var copy = part.cloneNode(true);
    copy.querySelectorAll('[name="csrf_token"]').forEach(function (box) { box.removeAttribute("value"); });
    copy.querySelectorAll("[data-ends]").forEach(function (clock) {
      clock.removeAttribute("data-now");
      clock.removeAttribute("class");
      clock.textContent = "";
    });
    copy.querySelectorAll("details").forEach(function (box) { box.removeAttribute("open"); });
    return copy.innerHTML;
  }

  function put(fresh) {
    document.querySelectorAll("[data-part]").forEach(function (part) {
      var next = fresh.getElementById(part.id);
      if (!next || plain(part) === plain(next)) return;
      var focused = part.contains(document.activeElement);
      part.replaceChildren.apply(part, Array.from(next.childNodes));
      // Not onto the button that stands there now: it does something else than the one that was about to be pressed.
      if (focused) document.getElementById("main").focus();
    });
    var token = fresh.querySelector('[name="csrf_token"]');
    if (token) document.querySelectorAll('[name="csrf_token"]').forEach(function (box) { box.value = token.value; });
  }

  function look() {
    if (document.hidden) return;
    fetch(location.href, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      if (answer.redirected || !answer.ok) {
        if (answer.status < 500) location.reload(); // signed out, or the link was replaced: the page says so itself
        return null;
      }
      return answer.text();
    }).then(function (text) {
      if (text === null) return;
      var fresh = new DOMParser().parseFromString(text, "text/html");
      var clock = fresh.querySelector("[data-ends]");
      takeClock(clock);
      put(fresh);
      tick();
    }).catch(function () {}); // no network for a moment: the clock goes on, and the next look may get through
  }

  takeClock(document.querySelector("[data-ends]"));
  tick();
  setInterval(tick, 250);
  if (!every) return;
  setInterval(look, Number(every.dataset.every) * 1000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", function (shown) { if (shown.persisted) look(); });
})();

// The list at the door: each press counts at once on this phone, waits here while there is no line, and is sent again
// under the same key until the server says that it has it.
(function () {
  "use strict";
  var place = document.querySelector("[data-door]");
  if (!place) return;
  var NAME = "convene-door-" + place.dataset.event;
  var list = place.querySelector(".doors");
  var paper = place.querySelector("[data-paper]");
  var unsent = place.querySelector("[data-unsent]");
  var count = place.querySelector("[data-count]");
  var find = document.getElementById("find");
  var sending = false;
  var queue = read();

  function read() {
    try { return JSON.parse(localStorage.getItem(NAME)) || []; } catch (fault) { return []; }
  }
  function keep() {
    try { localStorage.setItem(NAME, JSON.stringify(queue)); } catch (fault) { /* kept in this page alone */ }
  }
  function key() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  function row(person) {
    var line = document.createElement("li");
    var name = document.createElement("span"), own = document.createElement("bdi");
    var button = document.createElement("button"), who = document.createElement("span");
    line.dataset.id = person.id || "";
    name.className = "door-name";
    own.textContent = person.name;
    name.append(own);
    if (person.line) {
      var state = document.createElement("span");
      state.className = "door-state";
      state.textContent = " on the waiting list";
      name.append(state);
    }
    button.type = "button";
    button.append(person.here ? "Not here" : "Here", who);
    button.className = "button " + (person.here ? "button-quiet" : "button-second");
    who.className = "unseen";
    who.textContent = " " + person.name;
    button.disabled = !person.id;
    button.addEventListener("click", function () { press(person.here ? "not_here" : "here", person); });
    line.className = "door" + (person.here ? " door-here" : "");
    line.append(name, button);
    return line;
  }

  function show() {
    var focused = document.activeElement && document.activeElement.closest("[data-id]");
    var at = focused && focused.dataset.id;
    var typed = find.value.trim().toLocaleLowerCase();
    var shown = people.filter(function (one) { return one.name.toLocaleLowerCase().indexOf(typed) >= 0; });
    list.replaceChildren.apply(list, shown.map(row));
    count.textContent = people.filter(function (one) { return one.here; }).length;
    if (at) {
      var again = list.querySelector('[data-id="' + at + '"] button');
      if (again) again.focus();
    }
  }

  function say(words) { if (unsent.textContent !== words) unsent.textContent = words; }
  function tell() {
    if (!queue.length) return say("Everything is saved.");
    say(queue.length + (queue.length === 1 ? " press is" : " presses are") + " kept on this phone and not sent yet.");
  }

  function press(verb, person) {
    queue.push({ key: key(), verb: verb, id: person.id, name: person.name, at: Date.now() });
    keep();
    if (verb === "walk_in") people.push({ id: 0, name: person.name, here: true });
    else person.here = verb === "here";
    show();
    tell();
    send();
  }

  function again() {
    queue.forEach(function (one) {
      var known = people.find(function (person) { return one.id && person.id === one.id; });
      if (known) known.here = one.verb === "here";
      else if (one.verb === "walk_in") people.push({ id: 0, name: one.name, here: true });
    });
  }

  function send() {
    if (sending) return;
    sending = true;
    var batch = queue.slice(0, 200), now = Date.now();
    var body = batch.map(function (one) {
      return { key: one.key, verb: one.verb, id: one.id, name: one.name, age: Math.max(0, now - one.at) };
    });
    fetch(place.dataset.door, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": place.dataset.token },
      body: JSON.stringify({ presses: body, unsent: queue.length - batch.length })
    }).then(function (answer) {
      if (answer.status === 410) throw new Error("over");
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (said) {
      queue = queue.filter(function (one) { return said.taken.indexOf(one.key) < 0; });
      keep();
      people = said.people;
      again();
      show();
      tell();
      sending = false;
      if (queue.length) send();
    }).catch(function (fault) {
      sending = false;
      if (fault.message === "over") say("This link has ended. What is kept on this phone is not sent any more: tell your host.");
      else tell();
    });
  }

  if (!list) {
    list = document.createElement("ul");
    list.className = "doors";
    paper.before(list);
  } else {
    paper.before(list);
  }
  var people = Array.from(paper.parentNode.querySelectorAll(".doors [data-id]"), function (line) {
    return {
      id: Number(line.dataset.id), name: line.querySelector("bdi").textContent,
      here: line.querySelector("input[type=checkbox]").checked, line: !!line.querySelector(".door-state")
    };
  });
  paper.hidden = true;
  place.querySelectorAll("[data-script]").forEach(function (part) { part.hidden = false; });
  find.addEventListener("input", show);
  var walkIn = place.querySelector("[data-walk-in]");
  if (walkIn) walkIn.addEventListener("submit", function (event) {
    event.preventDefault();
    var box = walkIn.querySelector("input");
    if (box.value.trim()) press("walk_in", { id: null, name: box.value.trim() });
    box.value = "";
    box.focus();
  });
  again();
  show();
  tell();
  send();
  setInterval(send, 10000);
  addEventListener("online", send);
})();

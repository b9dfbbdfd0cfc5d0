// The board of groups: a name dragged to a group asks what that would change, and a fresh deal looks on for a better one.
(function () {
  "use strict";
  var board = document.querySelector("form[data-board]");
  if (board) {
    var held = null;
    board.querySelectorAll("[data-seat]").forEach(function (seat) {
      seat.addEventListener("dragstart", function (event) {
        held = seat;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", seat.querySelector("bdi").textContent);
      });
      seat.addEventListener("dragend", function () { held = null; });
    });
    board.querySelectorAll("[data-group]").forEach(function (group) {
      var here = function (event) {
        if (!held || group.contains(held)) return;
        event.preventDefault();
        group.classList.add("drop");
      };
      group.addEventListener("dragenter", here);
      group.addEventListener("dragover", here);
      group.addEventListener("dragleave", function (event) {
        if (!group.contains(event.relatedTarget)) group.classList.remove("drop");
      });
      group.addEventListener("drop", function (event) {
        event.preventDefault();
        group.classList.remove("drop");
        if (!held || group.contains(held)) return;
        location.assign(board.dataset.board + "&seat=" + held.dataset.seat + "&to=" + group.dataset.group + "#in-hand");
      });
    });
  }

  var inHand = document.getElementById("in-hand");
  if (inHand) inHand.focus();

  var improve = document.querySelector("form[data-improve]");
  if (!improve || inHand) return;
  var words = improve.querySelector("p");
  improve.querySelector("button").hidden = true;
  words.setAttribute("role", "status");
  words.textContent = "Looking on for a better deal, for two seconds at most\u2026";
  fetch(improve.action, { method: "POST", body: new FormData(improve), headers: { Accept: "application/json" } })
    .then(function (answer) { return answer.json(); })
    .then(function (answer) {
      if (!answer.found) { words.textContent = "No better deal was found."; return; }
      words.textContent = "A better deal was found. ";
      var link = document.createElement("a");
      link.href = board.dataset.board;
      link.textContent = "Show it";
      words.append(link);
      // What stands here is not there any more: its buttons would be refused.
      document.querySelectorAll("form:has([name=revision]) :is(button, select, input)").forEach(function (control) {
        control.disabled = true;
      });
      board.querySelectorAll("[draggable]").forEach(function (seat) { seat.draggable = false; });
    })
    .catch(function () { words.textContent = ""; });
})();

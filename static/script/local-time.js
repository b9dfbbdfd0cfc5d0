// Shows the visitor's own wall time beside an event's, and tells an empty hidden "zone" box where they are.
(function () {
  "use strict";
  var own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own) return;

  document.querySelectorAll('input[name="zone"]').forEach(function (box) {
    if (box.type === "hidden" && !box.value) box.value = own;
  });

  function parts(moment, zone) {
    var found = {};
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, weekday: "long", day: "numeric", hour: "numeric", minute: "2-digit", hourCycle: "h23"
    }).formatToParts(moment).forEach(function (part) { found[part.type] = part.value; });
    return found;
  }

  // 13:30 is "1.30pm" and 18:00 is "6pm", as on the rest of the page.
  function clock(time) {
    var hour = Number(time.hour) % 24;
    var minutes = time.minute === "00" ? "" : "." + time.minute;
    return (hour % 12 || 12) + minutes + (hour < 12 ? "am" : "pm");
  }

  document.querySelectorAll("time[data-local][datetime]").forEach(function (shown) {
    var room = shown.nextElementSibling;
    var moment = new Date(shown.getAttribute("datetime"));
    if (!room || !room.hasAttribute("data-local-for") || isNaN(moment)) return;
    try {
      var there = parts(moment, shown.dataset.zone);
      var here = parts(moment, own);
    } catch (unknownZone) {
      return;
    }
    var sameDay = there.day === here.day;
    if (sameDay && clock(there) === clock(here)) return;
    var place = own.split("/").pop().replace(/_/g, " ");
    room.textContent = "(that is " + clock(here) + (sameDay ? "" : " on " + here.weekday) + " where you are, " + place + ")";
  });
})();

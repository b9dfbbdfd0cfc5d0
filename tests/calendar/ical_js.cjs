// Reads a JSON list of calendar files on stdin and writes, for each, what ical.js makes of its events.
// ical.js 2.2.1, unmodified, MPL-2.0: the parser inside Nextcloud and, as a relative, Thunderbird.
const ICAL = require("./vendor/ical.es5.min.cjs");
const fs = require("node:fs");

const event = (part) => {
  const seen = new ICAL.Event(part);
  return {
    uid: seen.uid,
    sequence: seen.sequence,
    summary: seen.summary,
    description: seen.description,
    location: seen.location,
    status: part.getFirstPropertyValue("status"),
    starts: seen.startDate.toJSDate().toISOString(),
    ends: seen.endDate.toJSDate().toISOString(),
    organiser: seen.organizer,
    organiserName: part.getFirstProperty("organizer").getParameter("cn") ?? "",
    guests: seen.attendees.map((one) => [one.getParameter("cn") ?? "", one.getFirstValue()]),
    conference: part.getFirstPropertyValue("conference"),
    names: part.getAllProperties().map((one) => one.name),
  };
};

const files = JSON.parse(fs.readFileSync(0, "utf8"));
const read = (file) => {
  const whole = new ICAL.Component(ICAL.parse(file));
  return { method: whole.getFirstPropertyValue("method"), events: whole.getAllSubcomponents("vevent").map(event) };
};
process.stdout.write(JSON.stringify(files.map(read)));

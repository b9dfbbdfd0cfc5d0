// Reads a JSON list of {file, walls} on stdin and writes, for each, every session that ical.js and node-ical find in
// the file, and the UTC moments that ical.js makes of the wall times by the file's own zone block.
// node-ical 0.27.2, put into one file: a parser of another family, with a recurrence engine and zones of its own.
const ICAL = require("./vendor/ical.es5.min.cjs");
const nodeICal = require("./vendor/node-ical.min.cjs");
const fs = require("node:fs");

const byIcalJs = (whole) => {
  const parts = whole.getAllSubcomponents("vevent");
  const master = new ICAL.Event(parts.find((part) => !part.hasProperty("recurrence-id")));
  for (const part of parts) if (part.hasProperty("recurrence-id")) master.relateException(part);
  const found = [];
  const dates = master.iterator();
  for (let next = dates.next(); next; next = dates.next()) {
    const { item, startDate, endDate } = master.getOccurrenceDetails(next);
    found.push([startDate.toJSDate(), endDate.toJSDate(), item.summary, item.location]);
  }
  return found;
};

const byNodeIcal = (file) => {
  const span = { from: new Date("2000-01-01"), to: new Date("2100-01-01") };
  const events = Object.values(nodeICal.parseICS(file)).filter((part) => part.type === "VEVENT");
  return events
    .flatMap((event) => nodeICal.expandRecurringEvent(event, span))
    .map(({ start, end, summary, event }) => [start, end, summary, event.location]);
};

const moments = (whole, walls) => {
  const block = whole.getFirstSubcomponent("vtimezone");
  if (!block) return [];
  const zone = new ICAL.Timezone(block);
  return walls.map((wall) => {
    const time = ICAL.Time.fromDateTimeString(wall);
    time.zone = zone;
    return time.toJSDate();
  });
};

const read = ({ file, walls }) => {
  const whole = new ICAL.Component(ICAL.parse(file));
  const some = whole.getFirstSubcomponent("vevent");
  return {
    "ical.js": some ? byIcalJs(whole) : [],
    "node-ical": some ? byNodeIcal(file) : [],
    moments: moments(whole, walls),
  };
};
process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(read)));

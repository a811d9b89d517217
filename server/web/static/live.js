// Keeps the page true to the stream: patches rows in place, writes text only, never markup.

const STALLED_AFTER = 20; // seconds; the server says something at least every 10
const AGAIN_AFTER = 5000; // ms, where EventSource itself gave up

const freshness = document.getElementById("freshness");
const stalled = document.getElementById("stalled");
const { live, waiting, stalled: stalledText } = document.body.dataset;

let source = null;
let heard = performance.now();

function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function newRow(table) {
  return document.getElementById(`${table}-row`).content.firstElementChild.cloneNode(true);
}

/** Puts one row's texts in their places; a list inside it is a table of its own. */
function fill(element, row) {
  element.dataset.key = row.key;
  if (row.status) element.dataset.status = row.status;
  for (const place of element.querySelectorAll("[data-field]")) {
    if (place.closest("[data-key]") === element) write(place, row[place.dataset.field]);
  }
  for (const list of element.querySelectorAll("[data-list]")) {
    const rows = row[list.dataset.list];
    arrange(list, list.dataset.list, { order: rows.map((one) => one.key), rows }, false);
  }
}

/** Makes the container hold exactly the rows of `order`, moving no row that is in its place. */
function arrange(container, table, { order, rows }, showNew) {
  const present = new Map([...container.children].map((row) => [row.dataset.key, row]));
  for (const row of rows) {
    if (!present.has(row.key)) {
      const element = newRow(table);
      element.classList.toggle("new", showNew);
      present.set(row.key, element);
    }
    fill(present.get(row.key), row);
  }
  const wanted = order.map((key) => present.get(key));
  const kept = new Set(wanted);
  for (const row of [...container.children]) if (!kept.has(row)) row.remove();
  wanted.forEach((row, place) => {
    const there = container.children[place];
    if (there !== row) container.insertBefore(row, there ?? null);
  });
}

function show({ sample, words, tables }, showNew) {
  document.getElementById("sample").hidden = !sample;
  for (const [name, text] of Object.entries(words)) {
    for (const place of document.querySelectorAll(`[data-word="${name}"]`)) write(place, text);
  }
  for (const [name, table] of Object.entries(tables)) {
    const body = document.querySelector(`[data-table="${name}"]`);
    arrange(body, name, table, showNew);
    body.parentElement.hidden = table.order.length === 0;
    document.getElementById(`${name}-empty`).hidden = table.order.length > 0;
  }
}

function fresh() {
  heard = performance.now();
  stalled.hidden = true;
  write(freshness, live);
}

function connect() {
  source?.close();
  source = new EventSource(`/stream?lang=${document.documentElement.lang}`);
  source.addEventListener("snapshot", (event) => {
    show(JSON.parse(event.data), false);
    fresh();
  });
  source.addEventListener("change", (event) => {
    show(JSON.parse(event.data), true);
    fresh();
  });
  source.addEventListener("unchanged", fresh);
}

function lookAtTheClock() {
  const seconds = Math.floor((performance.now() - heard) / 1000);
  if (seconds < STALLED_AFTER) return;
  // In tens, so that a screen reader is not made to count.
  write(stalled, stalledText.replace("{seconds}", Math.floor(seconds / 10) * 10));
  stalled.hidden = false;
  write(freshness, waiting);
}

function reconnect() {
  if (source?.readyState === EventSource.CLOSED && !document.hidden) connect();
}

// A page nobody sees keeps no connection: browsers allow few to one server.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close();
  else connect();
});

connect();
setInterval(lookAtTheClock, 1000);
setInterval(reconnect, AGAIN_AFTER);

// Reads the API and keeps the page as it is there: an event says that something has changed, and the documents are read again.

import { showActions, updateChoices } from "./actions.js";
import { addSample, forgetLast } from "./charts.js";
import { byId, el, setText, show } from "./dom.js";
import { showAudit, showNoAnswer, showProblems, showStatus } from "./sections.js";

const NEWS = ["status", "state", "view", "health", "flow-control", "transfer", "conflict", "refused", "reload", "audit"];
const PAUSE_MS = 250;
const AGAIN_MS = 3000;
const USUAL_MS = 5000;
const STATUS_OF_A_SAMPLE = 5;

let nodeName = "";
let known = "";
let source = null;
let again = null;
let reading = false;
let pending = null;
let samples = 0;
let asOf = null;

async function read(path) {
  const response = await fetch(path, { cache: "no-store" });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.detail}. What to do: ${answer.remedy}`);
  return answer;
}

function connection(lost, words) {
  const place = byId("connection");
  place.className = lost ? "lost" : "";
  setText(place, words);
}

function lost(why) {
  showNoAnswer();
  connection(true, `No answer from the node${asOf ? `: what you see is of ${asOf}` : ""}. ${why}`);
}

async function refresh() {
  pending = null;
  if (reading) {
    soon(); // it has changed meanwhile
    return;
  }
  reading = true;
  try {
    const [status, problems, audit] = await Promise.all(
      ["api/v1/status", "api/v1/problems", "api/v1/audit"].map(read));
    nodeName = status.name;
    showStatus(status);
    showProblems(problems);
    showAudit(audit);
    updateChoices(status);
    asOf = new Date().toISOString().slice(0, 19).replace("T", " ") + " UTC";
    document.body.dataset.asOf = asOf;
    if (source !== null && source.readyState === EventSource.OPEN) connection(false, "Live");
  } catch (failure) {
    lost(failure.message);
  } finally {
    reading = false;
  }
}

/** Several events that come together are one reason to read. */
function soon() {
  if (pending === null) pending = setTimeout(refresh, PAUSE_MS);
}

async function who() {
  const me = await read("api/v1/me");
  if (known === JSON.stringify(me)) return; // what was typed stays
  known = JSON.stringify(me);
  show("who", `You: ${me.name}${me.serial ? `, serial ${me.serial}` : ""}, by ${me.door === "https" ? "HTTPS" : "HTTP without TLS"}`);
  showActions(me, () => nodeName, soon);
}

function listen() {
  clearTimeout(again);
  source?.close();
  source = new EventSource("api/v1/events?samples=true");
  source.addEventListener("open", () => {
    forgetLast();
    connection(false, "Live");
    who().catch((failure) => lost(failure.message));
  });
  source.addEventListener("error", () => {
    lost("Tries again.");
    if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, AGAIN_MS);
  });
  for (const kind of NEWS) source.addEventListener(kind, soon);
  source.addEventListener("sample", (event) => {
    addSample(JSON.parse(event.data));
    if (++samples % STATUS_OF_A_SAMPLE === 0) soon();
  });
}

// A node serves few clients of events: a page that is not looked at makes room.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    clearTimeout(again);
    source?.close();
    source = null;
    connection(true, "Paused while you look elsewhere");
  } else if (source === null) {
    listen();
    soon();
  }
});

setInterval(() => {
  if (!document.hidden && source?.readyState !== EventSource.OPEN) soon();
}, USUAL_MS);

show("charts", el("p", { class: "soft" }, "Charts begin with the second sample."));
listen();
refresh();

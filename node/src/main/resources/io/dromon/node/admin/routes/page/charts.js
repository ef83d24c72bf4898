// Small charts of the last minutes, from the samples that come once a second.

import { el, show, svg } from "./dom.js";

const KEPT = 180;
const WIDTH = 360;
const HEIGHT = 120;
const LEFT = 44;
const BOTTOM = 18;
const TOP = 8;

const points = [];
let last = null;

/** The duration that a share of what a histogram has counted was within; null if it has counted nothing. */
function quantile(counts, boundsNs, share) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return null;
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0 && below + counts[i] >= share * total) {
      const low = i === 0 ? 0 : boundsNs[i - 1];
      const high = i < boundsNs.length ? boundsNs[i] : boundsNs[boundsNs.length - 1];
      return (low + (high - low) * ((share * total - below) / counts[i])) / 1e6;
    }
    below += counts[i];
  }
  return null;
}

/** Takes a sample; what it tells lies between it and the one before. */
export function addSample(sample) {
  const before = last;
  last = sample;
  if (before === null) return;
  const seconds = (Date.parse(sample.at) - Date.parse(before.at)) / 1000;
  const restarted = sample.commit.count < before.commit.count || sample.seqno < before.seqno;
  if (seconds <= 0 || seconds > 10 || restarted) return;
  const counts = sample.commit.counts.map((count, i) => count - before.commit.counts[i]);
  points.push({
    all: before.seqno < 0 ? 0 : (sample.seqno - before.seqno) / seconds,
    own: (sample.commit.count - before.commit.count) / seconds,
    half: quantile(counts, sample.boundsNs, 0.5),
    most: quantile(counts, sample.boundsNs, 0.99),
    paused: Math.min(100, (sample.pausedNs - before.pausedNs) / seconds / 1e7),
  });
  if (points.length > KEPT) points.shift();
  draw();
}

/** The next sample begins a new interval: the connection was lost meanwhile. */
export function forgetLast() {
  last = null;
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

const short = (value) => value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : `${Number(value.toPrecision(3))}`;

/** A number as it is read. */
function told(value, unit) {
  if (value === null) return "none";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}

function chart(title, unit, least, lines) {
  const now = points[points.length - 1];
  const values = points.flatMap((point) => lines.map(([name]) => point[name])).filter((value) => value !== null);
  const top = ceiling(Math.max(least, ...values));
  const x = (i) => LEFT + (WIDTH - LEFT) * ((KEPT - points.length + i) / (KEPT - 1));
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const runs = ([name, , second]) => {
    const all = [[]];
    points.forEach((point, i) => {
      if (point[name] === null) all.push([]);
      else all[all.length - 1].push(`${x(i).toFixed(1)},${y(point[name]).toFixed(1)}`);
    });
    return all.filter((run) => run.length > 0).map((run) =>
      svg("polyline", { class: second ? "second" : null, points: (run.length === 1 ? [run[0], run[0]] : run).join(" ") }));
  };
  const words = lines.map(([name, label]) => `${label} ${told(now[name], unit)}`).join(", ");
  return el("figure", {},
    el("figcaption", {}, `${title}: `, lines.map(([name, label, second]) =>
      el("span", { class: "entry" }, el("span", { class: second ? "key second" : "key" }), `${label} `,
        el("strong", {}, told(now[name], unit))))),
    svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}, last 3 minutes; now ${words}` },
      [0, 0.5, 1].map((part) => [
        svg("line", { class: "axis", x1: LEFT, x2: WIDTH, y1: y(top * part), y2: y(top * part) }),
        svg("text", { x: LEFT - 6, y: y(top * part) + 4, "text-anchor": "end" }, short(top * part)),
      ]).flat(),
      svg("text", { x: LEFT, y: HEIGHT - 3 }, "3 min ago"),
      svg("text", { x: WIDTH, y: HEIGHT - 3, "text-anchor": "end" }, "now"),
      lines.flatMap(runs)));
}

function draw() {
  show("charts",
    chart("Write-sets a second", "/s", 10, [["all", "cluster"], ["own", "this node's", true]]),
    chart("Commit latency", "ms", 1, [["half", "half within"], ["most", "99 % within", true]]),
    chart("Paused by flow control", "%", 10, [["paused", "share of time"]]));
}

// Makes elements. Text of the API goes into the page as text nodes alone, never as HTML; the policy of the page forbids the
// other way.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== "") {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return node;
}

/** An element with attributes and children; what is no node becomes text. */
export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/** The same of SVG. */
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** Sets the text of an element, if it is another one: what is read aloud when it changes must not change without reason. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replaces what an element holds, if it looks different afterwards: a selection and the focus stay where they are. */
export function show(id, ...children) {
  const place = byId(id);
  const next = el("div", {}, ...children);
  const same = place.childNodes.length === next.childNodes.length
    && [...place.childNodes].every((child, i) => child.isEqualNode(next.childNodes[i]));
  if (!same) place.replaceChildren(...next.childNodes);
}

/** Names and values. */
export const facts = (pairs) => pairs.map(([name, ...value]) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value)));

/**
 * A table that a narrow screen shows as cards. A column has a title and a function that makes the cell of a row; the first
 * one is the row's heading. A column is numeric with a third element.
 */
export function table(caption, columns, rows, key) {
  const cell = (row) => ([title, make, numeric], i) => el(i === 0 ? "th" : "td",
    { "data-label": title, role: i === 0 ? "rowheader" : "cell", scope: i === 0 && "row", class: numeric && "n" },
    el("span", {}, make(row)));
  // The roles stay where the style makes blocks of rows and cells.
  return el("div", { class: "scroll" }, el("table", { role: "table" }, el("caption", {}, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
      columns.map(([title]) => el("th", { scope: "col", role: "columnheader" }, title)))),
    el("tbody", { role: "rowgroup" },
      rows.map((row) => el("tr", { role: "row", "data-key": key ? key(row) : null }, columns.map(cell(row)))))));
}

/** A word in a frame; the colour only repeats what the word says. */
export const badge = (text, kind) => el("span", { class: `badge ${kind}` }, text);

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function bytes(count) {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A time of the API, to the second, in UTC. */
export const time = (iso) => el("time", { datetime: iso }, iso.replace(/(\.\d+)?Z$/, "").replace("T", " ") + " UTC");

export function duration(seconds) {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

export const daysLeft = (iso) => Math.floor((Date.parse(iso) - Date.now()) / 86400000);

/** When a certificate expires, and how soon that is. */
export function expiry(iso) {
  const days = daysLeft(iso);
  const left = days < 0 ? "expired" : days === 1 ? "1 day left" : `${days} days left`;
  return [time(iso), " ", badge(left, days < 7 ? "bad" : days < 30 ? "warn" : "good")];
}

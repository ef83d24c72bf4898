// What can be done from the page. Each action is tried first (dryRun), and what that says is what one confirms.

import { byId, el, setText, show } from "./dom.js";

const text = (name, label, attributes = {}) => ({ name, label, make: (id) => el("input", { id, autocomplete: "off", spellcheck: "false", ...attributes }) });
const choice = (name, label, values) => ({ name, label, make: (id) => el("select", { id }, values.map((value) => el("option", {}, value))) });

/** Options as lines of NAME=VALUE, as the API wants them. */
function lines(value) {
  const options = {};
  for (const line of value.split("\n").map((each) => each.trim()).filter((each) => each !== "")) {
    const equals = line.indexOf("=");
    if (equals < 1) throw new Error(`"${line}" is not NAME=VALUE`);
    options[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return options;
}

const ACTIONS = [
  { action: "reload", title: "Reload TLS files", about: "Reads certificate, key, CA and revocation lists again. Open links stay as they are." },
  { action: "relink", title: "Relink", about: "Replaces all links by new ones, one at a time, under the certificates of now." },
  { action: "rotate", title: "Rotate the CA", about: "A step, on all nodes before the next one.",
    fields: [choice("step", "Step", ["trust-both", "present-new", "drop-old"])] },
  { action: "desync", title: "Desync", about: "The node may fall behind: the group does not wait for it any more." },
  { action: "resync", title: "Resync", about: "Ends a desync: the node catches up." },
  { action: "weight", title: "Weight", about: "In the quorum; 0 has no say.",
    fields: [{ ...text("weight", "Weight", { type: "number", min: 0, max: 255, required: true }), read: Number }] },
  { action: "set", title: "Set an option", about: "Of those that can be changed while the node runs; until its end.",
    fields: [text("option", "Option", { list: "option-names", required: true }), text("value", "Value", {})] },
  { action: "drain", title: "Drain", about: "Takes no writes any more, and finishes those that were taken." },
  { action: "undrain", title: "Undrain", about: "Takes writes again." },
  { action: "evict", grave: true, title: "Evict a member", about: "It is put out of the group, and not let in again until it is restarted.",
    fields: [{ name: "member", label: "Member", make: (id) => el("select", { id, class: "members" }) }] },
  { action: "restart", grave: true, title: "Restart", about: "Leaves and joins again, with changed options if there are any.",
    fields: [{ name: "options", label: "Options, NAME=VALUE a line", make: (id) => el("textarea", { id, rows: 2, spellcheck: "false" }), read: lines }] },
  { action: "leave", grave: true, title: "Leave", about: "Leaves the group in order, and ends the process. Nothing here can start it again." },
];

async function ask(action, order) {
  const response = await fetch(`api/v1/${action}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order), cache: "no-store",
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.detail}. What to do: ${answer.remedy}`);
  return answer;
}

function say(output, kind, words) {
  output.className = kind;
  setText(output, words);
}

/** Asks for a confirmation; the promise tells whether it was given. */
function confirmed(title, words) {
  const dialog = byId("confirm");
  setText(byId("confirm-h"), title);
  setText(byId("confirm-text"), words);
  setText(byId("confirm-yes"), title);
  return new Promise((resolve) => {
    const end = new AbortController();
    const close = (answer) => {
      end.abort();
      dialog.close();
      resolve(answer);
    };
    byId("confirm-yes").addEventListener("click", () => close(true), { signal: end.signal });
    byId("confirm-no").addEventListener("click", () => close(false), { signal: end.signal });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(false);
    }, { signal: end.signal });
    dialog.showModal();
    byId("confirm-no").focus();
  });
}

function form(spec, node, done) {
  const fields = (spec.fields ?? []).map((field) => {
    const id = `${spec.action}-${field.name}`;
    return { ...field, id, input: field.make(id) };
  });
  const output = el("output", { role: "status" });
  const dry = el("button", { type: "button" }, "Dry run");
  const act = el("button", { type: "submit", class: spec.grave ? "grave" : null }, `${spec.title} …`);
  const order = () => Object.fromEntries(fields.map((field) => [field.name, (field.read ?? String)(field.input.value)]));
  let busy = false;
  const run = async (work) => {
    if (busy) return; // a disabled button would lose the focus
    busy = true;
    say(output, "", "Asks the node …");
    try {
      await work();
    } catch (failure) {
      say(output, "bad", failure.message);
    } finally {
      busy = false;
    }
  };
  const element = el("form", { "data-action": spec.action, "aria-labelledby": `${spec.action}-h` },
    el("h3", { id: `${spec.action}-h` }, spec.title), el("p", {}, spec.about),
    fields.map((field) => el("label", { for: field.id }, field.label, field.input)),
    el("div", { class: "buttons" }, dry, act), output);
  dry.addEventListener("click", () => {
    if (element.reportValidity()) {
      run(async () => say(output, "good", `Dry run: ${(await ask(spec.action, { ...order(), dryRun: true })).text}`));
    }
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    run(async () => {
      const wanted = order();
      const would = await ask(spec.action, { ...wanted, dryRun: true });
      if (!await confirmed(`${spec.title}: ${node()}`, would.text)) {
        say(output, "", "Cancelled: nothing was changed.");
      } else {
        say(output, "", "The node does it …");
        say(output, "good", (await ask(spec.action, wanted)).text);
        done();
      }
    });
  });
  return element;
}

let shown = null;

/** Shows what the caller may ask for, and why not more. */
export function showActions(me, node, done) {
  const change = me.access.change;
  const may = ACTIONS.filter((spec) => me.actions.includes(spec.action));
  byId("actions").dataset.may = String(change.may);
  show("action-note", change.may
    ? "Each is tried first; what the node says to that is what you confirm. All of it is in the audit."
    : `You may read here and change nothing: ${change.cause}. What to do: ${change.remedy}.`);
  byId("action-list").replaceChildren(el("datalist", { id: "option-names" }), ...may.map((spec) => form(spec, node, done)));
  if (shown !== null) updateChoices(shown);
}

/** What the fields offer to choose from. */
export function updateChoices(status) {
  shown = status;
  const names = byId("option-names");
  if (names === null) return;
  const options = Object.keys(status.options);
  if (names.childElementCount !== options.length) {
    names.replaceChildren(...options.map((name) => el("option", { value: name })));
  }
  for (const select of document.querySelectorAll("select.members")) {
    const others = status.group.members.filter((member) => member.uuid !== status.uuid);
    const wanted = others.map((member) => member.uuid).join();
    if (select.dataset.members !== wanted) {
      const chosen = select.value;
      select.replaceChildren(...others.map((member) => el("option", { value: member.uuid }, member.name)));
      if (others.some((member) => member.uuid === chosen)) select.value = chosen;
      select.dataset.members = wanted;
    }
  }
}

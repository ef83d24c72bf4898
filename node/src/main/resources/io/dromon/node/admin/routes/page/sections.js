// What the page shows of the status document, of the problems and of the audit.

import { badge, byId, bytes, daysLeft, duration, el, expiry, facts, setText, show, table, time } from "./dom.js";

const KIND = { ok: "good", warning: "warn", critical: "bad", expired: "bad" };
const STATE = { SYNCED: "good", DONOR: "warn", JOINED: "warn", JOINER: "warn", PRIM: "warn", NON_PRIM: "bad" };

const none = (text) => el("p", { class: "soft" }, text);

/** Members that were seen since the page was opened, and when one was missing for the first time. */
const seen = new Map();

export function showStatus(status) {
  const group = status.group;
  setText(byId("group"), group.name);
  setText(byId("node"), status.name);
  document.title = `${status.health.ready ? "" : "! "}${status.name} ${status.state} - ${group.name}`;
  const health = byId("health");
  health.className = `badge ${status.health.ready ? KIND[status.health.status] ?? "warn" : "bad"}`;
  setText(health, `${status.health.ready ? "ready" : "not ready"}, ${status.health.status}`);
  show("facts", facts([
    ["State of this node", status.state],
    ["Group", group.state],
    ["Members", group.members.length],
    ["Weight", group.weight],
    ["Write-sets received", group.seqno],
    ["Applied everywhere", group.lastCommitted],
    ["Links", status.linkSummary],
  ]));
  members(status);
  links(status);
  flow(status);
  transfers(status);
  certificates(status);
  conflicts(status);
}

/** What was seen last must not pass for what is. */
export function showNoAnswer() {
  const health = byId("health");
  health.className = "badge bad";
  setText(health, "no answer");
  document.title = `? ${document.title.replace(/^[!?] /, "")}`;
}

function linkTo(member, status) {
  if (member.uuid === status.uuid) return "this node";
  const open = status.links.filter((link) => link.peer === member.uuid && link.state === "OK");
  return open.length === 0 ? badge("no link", "bad") : open.map((link) => link.protocol ?? "plain text").join(", ");
}

function members(status) {
  const present = new Set(status.group.members.map((member) => member.uuid));
  for (const member of status.group.members) seen.set(member.uuid, { ...member, goneAt: null });
  for (const member of seen.values()) {
    if (!present.has(member.uuid) && member.goneAt === null) member.goneAt = new Date().toISOString();
  }
  // A node that was started again has another UUID.
  const back = new Set(status.group.members.map((member) => member.name));
  for (const [uuid, member] of seen) {
    if (member.goneAt !== null && back.has(member.name)) seen.delete(uuid);
  }
  const gone = [...seen.values()].filter((member) => member.goneAt !== null);
  const rows = [...status.group.members, ...gone];
  show("member-list", table(
    `${status.group.members.length} members, as ${status.name} sees them`
      + (gone.length > 0 ? `; ${gone.length} gone since this page was opened` : ""),
    [
      ["Name", (member) => member.name],
      ["State", (member) => member.goneAt
        ? [badge("gone", "bad"), " since ", time(member.goneAt)] : badge(member.state, STATE[member.state] ?? "warn")],
      ["Link", (member) => member.goneAt ? "" : linkTo(member, status)],
      ["Kind", (member) => member.arbitrator ? "arbitrator" : "data node"],
      ["Address", (member) => member.address],
      ["Clients at", (member) => member.clientAddress ?? ""],
      ["Segment", (member) => member.segment, true],
    ], rows, (member) => member.uuid));
}

function links(status) {
  show("link-list",
    status.links.length === 0 ? none("No links.") : table(status.linkSummary, [
      ["Peer", (link) => link.peerName ?? link.remoteAddress],
      ["State", (link) => link.state],
      ["TLS", (link) => link.protocol ?? badge("plain text", "warn")],
      ["Cipher", (link) => link.cipher ?? ""],
      ["Identity", (link) => link.subject ?? ""],
      ["Expiry", (link) => link.notAfter ? expiry(link.notAfter) : ""],
      ["Generation", (link) => link.generation ?? "", true],
      ["In", (link) => bytes(link.bytesIn), true],
      ["Out", (link) => bytes(link.bytesOut), true],
    ], status.links, (link) => link.link),
    status.refused.length === 0 ? "" : table("Refused in the last hour", [
      ["Address", (peer) => peer.address],
      ["Why", (peer) => peer.message],
      ["Times", (peer) => peer.count, true],
      ["Last", (peer) => time(peer.lastSeen)],
    ], status.refused));
}

function flow(status) {
  const { flowControl, queues } = status.group;
  show("flow-list", facts([
    ["Flow control", flowControl.paused
      ? badge(`paused for ${duration(flowControl.pausedForSeconds ?? 0)} by ${(flowControl.pausedBy ?? []).join(", ")}`, "warn")
      : badge("not paused", "good")],
    ["Paused since the start", duration(flowControl.pausedNs / 1e9)],
    ["Stops sent, received", `${flowControl.stopsSent}, ${flowControl.stopsReceived}`],
    ["Waits for the application", `${queues.waiting} (${bytes(queues.waitingBytes)})`],
    ["Waits to be sent", bytes(queues.queuedBytes)],
  ]));
}

function transfers(status) {
  const kept = status.kept;
  if (!kept) {
    show("transfer-list", none("This node keeps no state: it takes part in no transfer."));
    return;
  }
  const total = kept.transferTotalBytes;
  const came = kept.transferBytes;
  show("transfer-list",
    kept.transfer ? el("div", { id: "transfer" },
      el("h3", { id: "transfer-h" }, `Waits for state: ${kept.transfer}`),
      came ? [
        el("progress", total ? { "aria-labelledby": "transfer-h", max: total, value: came } : { "aria-labelledby": "transfer-h" }),
        el("p", {}, `${bytes(came)}${total ? ` of ${bytes(total)}, ${Math.floor(100 * came / total)} %` : ""}, ${bytes(kept.transferBytesPerSecond)}/s`
          + (total && kept.transferBytesPerSecond > 0 ? `, ${duration((total - came) / kept.transferBytesPerSecond)} left` : "")),
      ] : "") : "",
    kept.failure ? el("p", {}, badge("failed", "warn"), ` ${kept.failure}`) : "",
    el("dl", { class: "facts" }, facts([
      ["State here", kept.transfer ? "incomplete" : "complete"],
      ["Applied", kept.applied],
      ["Gives state to", kept.given === 1 ? "1 node" : `${kept.given} nodes`],
      ["Write-set cache", `${bytes(kept.cache.bytes)} of ${bytes(kept.cache.capacity)}`],
      ["A member may be away for", kept.cache.mayBeAwaySeconds === undefined
        ? `${kept.cache.mayBeAwaySeqnos} write-sets`
        : `${duration(kept.cache.mayBeAwaySeconds)}, ${kept.cache.mayBeAwaySeqnos} write-sets`],
    ])),
    kept.cache.alarm ? el("p", {}, badge("cache", "warn"), ` ${kept.cache.alarm}`) : "");
}

function certificates(status) {
  const tls = status.tls;
  if (!tls.enabled) {
    show("certificate-list", el("p", {}, badge("plain text", "warn"), " This node has no certificate: its links are not encrypted."));
    return;
  }
  show("certificate-list",
    el("p", {}, `Generation ${tls.generation}, loaded `, time(tls.loaded), `, by ${tls.provider}.`),
    tls.refusedReload ? el("p", {}, badge("files not used", "warn"), ` ${tls.refusedReload}`) : "",
    tls.warnings.map((warning) => el("p", {}, badge("warning", "warn"), ` ${warning}`)),
    table("Of this node, and those that it trusts; what expires first is above", [
      ["Subject", (certificate) => certificate.subject],
      ["Role", (certificate) => certificate.role.replaceAll("_", " ")],
      ["Expiry", (certificate) => expiry(certificate.notAfter)],
      ["Serial", (certificate) => certificate.serial],
    ], [...tls.certificates].sort((a, b) => daysLeft(a.notAfter) - daysLeft(b.notAfter))));
}

function conflicts(status) {
  const certification = status.certification;
  const name = (uuid) => status.group.members.find((member) => member.uuid === uuid)?.name ?? uuid;
  show("conflict-list",
    el("dl", { class: "facts" }, facts([
      ["Failed, of all members", certification.failed],
      ["Failed, of this node", certification.ownFailed],
      ["Refused before they were sent", certification.refused],
      ["Keys that are remembered", certification.indexedKeys],
    ])),
    certification.conflicts.length === 0 ? none("No conflict is remembered.") : table("The last conflicts, the newest first", [
      ["Failed", (conflict) => `${conflict.seqno} of ${name(conflict.node)}`],
      ["Came first", (conflict) => `${conflict.winnerSeqno} of ${name(conflict.winner)}`],
      ["Key", (conflict) => conflict.key],
    ], [...certification.conflicts].reverse()));
}

export function showProblems(problems) {
  show("problem-list", problems.length === 0
    ? el("p", {}, badge("none", "good"), " Nothing needs attention.")
    : el("ul", { class: "problems" }, problems.map((problem) => el("li", { class: KIND[problem.severity] ?? "warn" },
      el("strong", {}, problem.severity), el("p", {}, problem.cause), el("p", {}, "What to do: ", problem.remedy)))));
}

export function showAudit(entries) {
  show("audit-list", entries.length === 0 ? none("Nothing was changed since the node was started.")
    : table("What was changed here, the newest first", [
      ["Time", (entry) => time(entry.at)],
      ["Who", (entry) => entry.serial ? `${entry.subject}, serial ${entry.serial}` : entry.subject],
      ["From", (entry) => `${entry.from}, ${entry.door}`],
      ["Action", (entry) => entry.action],
      ["Result", (entry) => entry.result],
    ], entries.slice(0, 50), (entry) => entry.number));
}

package io.dromon.node.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.dromon.node.cli.print.Table;
import io.dromon.transport.wire.PeerText;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A node's status document for people. */
final class StatusTable {
    private StatusTable() {}

    static void print(JsonNode status, PrintStream out) {
        JsonNode group = status.path("group");
        line(out, "node", text(status, "name") + "  " + text(status, "uuid") + "  " + text(status, "listenAddress"));
        line(
                out,
                "state",
                text(status, "state") + ", group " + text(group, "name") + " is " + text(group, "state")
                        + ", configuration " + text(group, "configuration") + ", seqno " + text(group, "seqno")
                        + ", weight " + text(group, "weight"));
        line(out, "health", health(status));
        List<String> members = new ArrayList<>();
        group.path("members")
                .forEach(member -> members.add(text(member, "name") + " (" + text(member, "state")
                        + (member.path("arbitrator").asBoolean() ? ", arbitrator" : "") + ")"));
        line(out, "members", members.size() + ": " + String.join(", ", members));
        line(out, "links", text(status, "linkSummary"));
        tls(status.path("tls"), out);
        if (status.has("dynamic")) {
            line(out, "WARNING", text(status, "dynamic"));
        }
        out.println();
        links(status, out);
        refused(status, out);
    }

    private static void tls(JsonNode tls, PrintStream out) {
        if (!tls.path("enabled").asBoolean()) {
            line(out, "tls", "off: PLAIN TEXT");
            return;
        }
        line(
                out,
                "tls",
                text(tls, "provider") + ", generation " + text(tls, "generation") + " since " + text(tls, "loaded")
                        + ", trusts " + tls.path("trusted").size() + " (fingerprint "
                        + text(tls, "trustFingerprint")
                        + ")");
        line(out, "certificate", text(tls, "subject") + ", serial " + text(tls, "serial") + ", until " + until(tls));
        tls.path("warnings").forEach(warning -> line(out, "WARNING", PeerText.lines(warning.asText())));
        if (tls.has("refusedReload")) {
            line(out, "WARNING", "the files on disk are not used: " + text(tls, "refusedReload"));
        }
    }

    /** "ready, warning: the certificate expires at ...". */
    static String health(JsonNode status) {
        JsonNode health = status.path("health");
        List<String> reasons = new ArrayList<>();
        health.path("reasons").forEach(reason -> reasons.add(reason.asText()));
        return (health.path("ready").asBoolean() ? "ready, " : "NOT READY, ")
                + text(health, "status")
                + (reasons.isEmpty() ? "" : ": " + String.join("; ", reasons));
    }

    private static void links(JsonNode status, PrintStream out) {
        Table links = Table.of(
                "PEER",
                "ADDRESS",
                "STATE",
                "PROTOCOL",
                "CIPHER",
                "ALPN",
                "RATIO",
                "SUBJECT",
                "NAMES",
                "SERIAL",
                "UNTIL",
                "LET IN BY",
                "GEN",
                "SINCE",
                "IN",
                "OUT");
        for (JsonNode link : status.path("links")) {
            boolean tls = text(link, "mode").equals("TLS");
            links.row(
                    link.has("peerName") ? text(link, "peerName") : text(link, "peer"),
                    link.has("peerAddress") ? text(link, "peerAddress") : text(link, "remoteAddress"),
                    text(link, "state"),
                    tls ? text(link, "protocol") : "PLAIN",
                    text(link, "cipher"),
                    text(link, "alpn"),
                    text(link.path("compression"), "ratioOut"),
                    text(link, "subject"),
                    names(link),
                    text(link, "serial"),
                    tls ? until(link) : "-",
                    text(link, "admittedBy"),
                    text(link, "generation"),
                    text(link, "since"),
                    text(link, "bytesIn"),
                    text(link, "bytesOut"));
        }
        out.print(links);
    }

    private static String names(JsonNode link) {
        List<String> names = new ArrayList<>();
        link.path("alternativeNames").forEach(name -> names.add(PeerText.printable(name.asText())));
        return names.isEmpty() ? "-" : String.join(",", names);
    }

    private static void refused(JsonNode status, PrintStream out) {
        if (!status.path("refused").isEmpty()) {
            out.println();
            out.println("refused in the last hour:");
            for (JsonNode peer : status.path("refused")) {
                out.println("  " + text(peer, "lastSeen") + "  " + text(peer, "kind") + "  " + text(peer, "count")
                        + " times  " + text(peer, "message"));
            }
        }
    }

    private static void line(PrintStream out, String name, String text) {
        out.println(name + " ".repeat(Math.max(1, 12 - name.length())) + text);
    }

    private static String until(JsonNode node) {
        Instant expiry = Instant.parse(text(node, "notAfter"));
        long days = Duration.between(Instant.now(), expiry).toDays();
        return expiry + (Instant.now().isAfter(expiry) ? " EXPIRED" : " (" + days + " d)");
    }

    private static String text(JsonNode node, String field) {
        String text = node.path(field).asText();
        return text.isEmpty() ? "-" : PeerText.printable(text);
    }
}

package io.dromon.node.cli.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.cli.control.StatusTable;
import io.dromon.node.doctor.Diagnosis;
import io.dromon.node.doctor.Diagnosis.Finding;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A diagnosis for people and for programs. */
final class DoctorReport {
    private DoctorReport() {}

    static void print(Diagnosis diagnosis, PrintStream out) {
        for (Diagnosis.Channel channel : diagnosis.channels()) {
            out.println(channel.name() + (channel.mode().isEmpty() ? "" : ": " + channel.mode()));
            List<List<String>> values = new ArrayList<>();
            channel.values()
                    .forEach(value -> values.add(List.of("  " + value.option(), value.value(), value.source())));
            table("  OPTION", List.of("VALUE", "FROM"), values, out);
            List<List<String>> files = new ArrayList<>();
            for (Diagnosis.Used file : channel.files()) {
                files.add(List.of(
                        "  " + file.option(),
                        file.mode().isEmpty() ? "-" : file.mode(),
                        file.owner().isEmpty() ? "-" : file.owner(),
                        file.file() + file.target().map(real -> " -> " + real).orElse(""),
                        file.source()));
            }
            table("  FILE", List.of("MODE", "OWNER", "PATH", "FROM"), files, out);
            channel.findings().forEach(finding -> line(finding, out));
            out.println();
        }
        peers(diagnosis, out);
        long failures = findings(diagnosis, Diagnosis.Level.FAIL);
        long warnings = findings(diagnosis, Diagnosis.Level.WARNING);
        out.println(
                (failures == 0 ? "a cold start would work" : "a cold start would FAIL: " + count(failures, "problem"))
                        + ", " + count(warnings, "warning"));
    }

    private static void peers(Diagnosis diagnosis, PrintStream out) {
        if (diagnosis.peers().isEmpty()) {
            return;
        }
        out.println("peers");
        List<List<String>> rows = new ArrayList<>();
        for (Diagnosis.Peer peer : diagnosis.peers()) {
            rows.add(List.of(
                    "  " + peer.configured(),
                    peer.mode(),
                    peer.tls().orElse("-"),
                    peer.certificate()
                            .map(certificate -> certificate.subject() + ", serial " + certificate.serial() + ", until "
                                    + certificate.notAfter())
                            .orElse("-"),
                    peer.certificate()
                            .map(Diagnosis.PeerCertificate::admittedBy)
                            .filter(rule -> !rule.isEmpty())
                            .orElse("-"),
                    peer.admitsUs().orElse("-")));
        }
        table("  ADDRESS", List.of("MODE", "TLS", "CERTIFICATE", "LET IN BY", "LETS US IN"), rows, out);
        diagnosis
                .peers()
                .forEach(peer -> line(
                        new Finding(
                                peer.finding().level(),
                                peer.configured(),
                                peer.finding().text()),
                        out));
        out.println();
    }

    private static void table(String first, List<String> others, List<List<String>> rows, PrintStream out) {
        if (!rows.isEmpty()) {
            List<List<String>> all = new ArrayList<>();
            List<String> head = new ArrayList<>(List.of(first));
            head.addAll(others);
            all.add(head);
            all.addAll(rows);
            StatusTable.table(all, out);
        }
    }

    private static void line(Finding finding, PrintStream out) {
        String level = finding.level().name();
        out.println("  " + level + " ".repeat(9 - level.length()) + finding.check() + ": " + finding.text());
    }

    private static long findings(Diagnosis diagnosis, Diagnosis.Level level) {
        return diagnosis.channels().stream()
                        .flatMap(channel -> channel.findings().stream())
                        .filter(finding -> finding.level() == level)
                        .count()
                + diagnosis.peers().stream()
                        .filter(peer -> peer.finding().level() == level)
                        .count();
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    static ObjectNode json(Diagnosis diagnosis) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("coldStart", diagnosis.wouldFail() ? "fails" : "works");
        ArrayNode channels = document.putArray("channels");
        for (Diagnosis.Channel channel : diagnosis.channels()) {
            ObjectNode node = channels.addObject();
            node.put("name", channel.name()).put("mode", channel.mode());
            ArrayNode values = node.putArray("options");
            channel.values()
                    .forEach(value -> values.addObject()
                            .put("option", value.option())
                            .put("value", value.value())
                            .put("source", value.source()));
            ArrayNode files = node.putArray("files");
            for (Diagnosis.Used file : channel.files()) {
                ObjectNode one = files.addObject()
                        .put("option", file.option())
                        .put("path", file.file().toString())
                        .put("source", file.source())
                        .put("mode", file.mode())
                        .put("owner", file.owner());
                file.target().ifPresent(target -> one.put("target", target.toString()));
            }
            ArrayNode findings = node.putArray("findings");
            channel.findings().forEach(finding -> finding(finding, findings.addObject()));
        }
        ArrayNode peers = document.putArray("peers");
        diagnosis.peers().forEach(peer -> peer(peer, peers.addObject()));
        return document;
    }

    private static void peer(Diagnosis.Peer peer, ObjectNode node) {
        node.put("address", peer.configured()).put("mode", peer.mode());
        peer.tls().ifPresent(tls -> node.put("tls", tls));
        peer.certificate()
                .ifPresent(certificate -> node.putObject("certificate")
                        .put("subject", certificate.subject())
                        .put("issuer", certificate.issuer())
                        .put("serial", certificate.serial())
                        .put("notAfter", certificate.notAfter())
                        .put("fingerprint", certificate.fingerprint())
                        .put("admittedBy", certificate.admittedBy()));
        peer.admitsUs().ifPresent(admits -> node.put("admitsUs", admits.toLowerCase(Locale.ROOT)));
        finding(peer.finding(), node);
    }

    private static void finding(Finding finding, ObjectNode node) {
        node.put("level", finding.level().name().toLowerCase(Locale.ROOT))
                .put("check", finding.check())
                .put("text", finding.text());
    }
}

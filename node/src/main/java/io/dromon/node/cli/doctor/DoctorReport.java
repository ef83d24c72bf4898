package io.dromon.node.cli.doctor;

import io.dromon.node.cli.print.Json;
import io.dromon.node.cli.print.Table;
import io.dromon.node.doctor.Diagnosis;
import io.dromon.node.doctor.Diagnosis.Finding;
import java.io.PrintStream;

/** A diagnosis for people and for programs. */
final class DoctorReport {
    private DoctorReport() {}

    static void print(Diagnosis diagnosis, PrintStream out) {
        diagnosis.channels().forEach(channel -> channel(channel, out));
        if (!diagnosis.peers().isEmpty()) {
            peers(diagnosis, out);
        }
        long failures = findings(diagnosis, Diagnosis.Level.FAIL);
        long warnings = findings(diagnosis, Diagnosis.Level.WARNING);
        out.println(
                (failures == 0 ? "a cold start would work" : "a cold start would FAIL: " + count(failures, "problem"))
                        + ", " + count(warnings, "warning"));
    }

    private static void channel(Diagnosis.Channel channel, PrintStream out) {
        out.println(channel.name() + (channel.mode().isEmpty() ? "" : ": " + channel.mode()));
        Table values = Table.indented(2, "OPTION", "VALUE", "FROM");
        channel.values().forEach(value -> values.row(value.option(), value.value(), value.source()));
        print(values, out);
        Table files = Table.indented(2, "FILE", "MODE", "OWNER", "PATH", "FROM");
        for (Diagnosis.Used file : channel.files()) {
            files.row(
                    file.option(),
                    file.mode().isEmpty() ? "-" : file.mode(),
                    file.owner().isEmpty() ? "-" : file.owner(),
                    file.file() + file.target().map(real -> " -> " + real).orElse(""),
                    file.source());
        }
        print(files, out);
        channel.findings().forEach(finding -> line(finding, out));
        out.println();
    }

    private static void peers(Diagnosis diagnosis, PrintStream out) {
        out.println("peers");
        Table peers = Table.indented(2, "ADDRESS", "MODE", "TLS", "CERTIFICATE", "LET IN BY", "LETS US IN");
        for (Diagnosis.Peer peer : diagnosis.peers()) {
            peers.row(
                    peer.configured(),
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
                    peer.admitsUs().orElse("-"));
        }
        print(peers, out);
        for (Diagnosis.Peer peer : diagnosis.peers()) {
            Finding verdict = peer.finding();
            line(new Finding(verdict.level(), peer.configured(), verdict.text()), out);
        }
        out.println();
    }

    private static void print(Table table, PrintStream out) {
        if (!table.isEmpty()) {
            out.print(table);
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

    static String json(Diagnosis diagnosis) {
        return Json.pretty(DoctorDocument.of(diagnosis));
    }
}

package io.dromon.node.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.doctor.Diagnosis;
import io.dromon.node.doctor.Diagnosis.Finding;
import io.dromon.node.doctor.Diagnosis.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shape of what {@code dromon doctor --json} prints: programs read it. */
@Tag("unit")
final class DoctorReportTest {
    private static final Diagnosis EVERYTHING = new Diagnosis(
            List.of(
                    new Diagnosis.Channel("configuration", "", List.of(), List.of(), List.of()),
                    new Diagnosis.Channel(
                            "group",
                            "TLS",
                            List.of(new Diagnosis.Value("pc.weight", "3", "my.cnf:7")),
                            List.of(
                                    used("socket.ssl_cert", "/c.pem", Optional.of(Path.of("/real/c.pem"))),
                                    used("socket.ssl_key", "/k.pem", Optional.empty())),
                            List.of(new Finding(Level.WARNING, "dates", "ends soon")))),
            List.of(
                    new Diagnosis.Peer(
                            "10.0.0.2:4567",
                            "TLS",
                            Optional.of("TLSv1.3 TLS_AES_128_GCM_SHA256"),
                            Optional.of(new Diagnosis.PeerCertificate(
                                    "CN=n2", "CN=ca", "5f", "2027-01-01T00:00:00Z", "ab:cd", "tls.valid_ous")),
                            Optional.of("YES"),
                            new Finding(Level.OK, "peer", "both would accept each other")),
                    new Diagnosis.Peer(
                            "10.0.0.3:4567",
                            "UNREACHABLE",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            new Finding(Level.FAIL, "peer", "no \"route\""))));

    private static Diagnosis.Used used(String option, String file, Optional<Path> target) {
        return new Diagnosis.Used(option, Path.of(file), "command line", "rw-------", "root", target);
    }

    @Test
    void leavesOutWhatIsNotKnownAndNothingElse() {
        assertThat(DoctorReport.json(EVERYTHING)).isEqualTo("""
                {
                  "coldStart" : "fails",
                  "channels" : [ {
                    "name" : "configuration",
                    "mode" : "",
                    "options" : [ ],
                    "files" : [ ],
                    "findings" : [ ]
                  }, {
                    "name" : "group",
                    "mode" : "TLS",
                    "options" : [ {
                      "option" : "pc.weight",
                      "value" : "3",
                      "source" : "my.cnf:7"
                    } ],
                    "files" : [ {
                      "option" : "socket.ssl_cert",
                      "path" : "/c.pem",
                      "source" : "command line",
                      "mode" : "rw-------",
                      "owner" : "root",
                      "target" : "/real/c.pem"
                    }, {
                      "option" : "socket.ssl_key",
                      "path" : "/k.pem",
                      "source" : "command line",
                      "mode" : "rw-------",
                      "owner" : "root"
                    } ],
                    "findings" : [ {
                      "level" : "warning",
                      "check" : "dates",
                      "text" : "ends soon"
                    } ]
                  } ],
                  "peers" : [ {
                    "address" : "10.0.0.2:4567",
                    "mode" : "TLS",
                    "tls" : "TLSv1.3 TLS_AES_128_GCM_SHA256",
                    "certificate" : {
                      "subject" : "CN=n2",
                      "issuer" : "CN=ca",
                      "serial" : "5f",
                      "notAfter" : "2027-01-01T00:00:00Z",
                      "fingerprint" : "ab:cd",
                      "admittedBy" : "tls.valid_ous"
                    },
                    "admitsUs" : "yes",
                    "level" : "ok",
                    "check" : "peer",
                    "text" : "both would accept each other"
                  }, {
                    "address" : "10.0.0.3:4567",
                    "mode" : "UNREACHABLE",
                    "level" : "fail",
                    "check" : "peer",
                    "text" : "no \\"route\\""
                  } ]
                }""");
    }
}

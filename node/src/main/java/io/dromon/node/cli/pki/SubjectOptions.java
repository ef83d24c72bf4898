package io.dromon.node.cli.pki;

import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.pem.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name the subject of a certificate. */
final class SubjectOptions {
    @Option(names = "--o", paramLabel = "ORG", description = "Organisation (O).")
    private @Nullable String organisation;

    @Option(names = "--ou", paramLabel = "UNIT", description = "Organisational unit (OU); more than once for more.")
    private List<String> units = new ArrayList<>();

    @Option(
            names = "--san",
            paramLabel = "NAME",
            split = ",",
            description = "Alternative name: DNS:name, IP:address, URI:uri, or without the prefix; commas for more.")
    private List<String> names = new ArrayList<>();

    Subject subject(String commonName) {
        try {
            return new Subject(commonName, Optional.ofNullable(organisation), units, names);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }
}
